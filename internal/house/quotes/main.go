// Quotes refreshes the Go code that the repository's pages quote:
//
//	go run ./internal/house/quotes
//
// It rewrites README.md and docs/*.md in place, from the regions that
// //docs:begin and //docs:end mark in tested Go files, and prints the pages that
// changed. Run it at the root of the repository.
package main

import (
	"fmt"
	"os"

	"github.com/mortise-go/mortise/internal/house"
)

func main() {
	if err := refresh("."); err != nil {
		fmt.Fprintln(os.Stderr, "quotes:", err)
		os.Exit(1)
	}
}

func refresh(root string) error {
	pages, err := house.Pages(root)
	if err != nil {
		return err
	}
	for _, page := range pages {
		old, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		refreshed, err := house.Requote(root, string(old))
		if err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
		if refreshed == string(old) {
			continue
		}
		if err := os.WriteFile(page, []byte(refreshed), 0o644); err != nil {
			return err
		}
		fmt.Println(page)
	}
	return nil
}
