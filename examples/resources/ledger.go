package main

import (
	"maps"
	"sync"
)

// Ledger stands for a database: one transaction at a time.
type Ledger struct {
	mu       sync.Mutex
	balances map[string]int
}

// Tx works on a copy of the balances.
type Tx struct {
	ledger   *Ledger
	balances map[string]int
}

func (l *Ledger) begin() *Tx {
	l.mu.Lock()
	return &Tx{l, maps.Clone(l.balances)}
}

func (t *Tx) add(account string, amount int) int {
	t.balances[account] += amount
	return t.balances[account]
}

func (t *Tx) commit() error {
	t.ledger.balances = t.balances
	return t.rollback()
}

func (t *Tx) rollback() error {
	t.ledger.mu.Unlock()
	return nil
}
