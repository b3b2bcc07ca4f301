// Quotes refreshes what the repository's pages take from its Go files:
//
//	go run ./internal/house/quotes
//
// It rewrites README.md and docs/*.md in place, from the regions that
// //docs:begin and //docs:end mark in tested Go files, and the security checklist
// from the rows that comments in tests name. It prints the pages that changed.
// Run it at the root of the repository.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

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
		if err := rewrite(page, string(old), refreshed); err != nil {
			return err
		}
	}
	return check(root)
}

// check refreshes the security checklist. It prints the rows that are open and
// leaves it to the tests to call that a mistake.
func check(root string) error {
	tree, err := house.Load(root)
	if err != nil {
		return err
	}
	page := filepath.Join(root, house.ChecklistPage)
	old, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	checked, open, err := house.Checklist(string(old), house.Claims(tree))
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	if len(open) > 0 {
		fmt.Println("rows without a test:", strings.Join(open, " "))
	}
	return rewrite(page, string(old), checked)
}

func rewrite(page, old, refreshed string) error {
	if refreshed == old {
		return nil
	}
	fmt.Println(page)
	return os.WriteFile(page, []byte(refreshed), 0o644)
}
