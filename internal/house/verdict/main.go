// Verdict judges runs of go test -json.
//
// Without arguments it reads one run from standard input, prints the result of
// each package and the output of what failed, and fails if anything did:
//
//	go test -json ./... | tee run.json | go run ./internal/house/verdict
//
// With the files of several runs it fails if a test was skipped in one and passed
// in none, since a test that never runs proves nothing. Tests that lack the test
// vectors are forgiven where MORTISE_VECTORS is not set.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/mortise-go/mortise/internal/house"
	"github.com/mortise-go/mortise/internal/need"
)

func main() {
	var err error
	if files := os.Args[1:]; len(files) == 0 {
		err = watch()
	} else {
		err = judge(files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "verdict:", err)
		os.Exit(1)
	}
}

func watch() error {
	var results house.Results
	if err := results.Read(os.Stdin, os.Stdout); err != nil {
		return err
	}
	return results.Err()
}

func judge(files []string) error {
	var results house.Results
	for _, file := range files {
		if err := read(&results, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := results.Err(); err != nil {
		return err
	}
	vectors, others := results.Skips()
	if os.Getenv(need.VectorsVariable) != "" {
		others = append(others, vectors...)
	} else if len(vectors) > 0 {
		fmt.Printf("%d tests lack their vectors: %s is not set\n", len(vectors), need.VectorsVariable)
	}
	for _, line := range others {
		fmt.Println("SKIP  " + line)
	}
	if len(others) > 0 {
		return fmt.Errorf("%d tests were skipped in every run", len(others))
	}
	fmt.Println("nothing was skipped")
	return nil
}

func read(results *house.Results, file string) error {
	run, err := os.Open(file)
	if err != nil {
		return err
	}
	defer run.Close()
	return results.Read(run, io.Discard)
}
