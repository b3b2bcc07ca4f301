package main

import "database/sql"

// lookup stands for a query.
func lookup(account string) error {
	if account != "ada" {
		return sql.ErrNoRows
	}
	return nil
}
