package house_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/house"
)

func TestResultsTellFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, run, prints, mistake string
	}{
		{"a package that passed", `{"Action":"pass","Package":"p","Elapsed":1.25}`, "ok    p  1.2s", ""},
		{"a failed test shows what it said, not its steps", `{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"want 1\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}`, "want 1\nFAIL  p", "2 failures"},
		{"a package shows no steps", `{"Action":"fail","Package":"p"}`, "FAIL  p", "1 failures"},
		{"a package that does not build", `{"Action":"build-output","ImportPath":"p","Output":"p.go:1: undefined\n"}
{"Action":"fail","Package":"p"}`, "p.go:1: undefined\n", "1 failures"},
		{"a run of nothing", "", "", "no package was tested"},
		{"a package without tests is no package tested", `{"Action":"skip","Package":"p"}`, "", "no package was tested"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var results house.Results
			var printed strings.Builder
			if err := results.Read(strings.NewReader(tt.run), &printed); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(printed.String(), tt.prints) || !says(results.Err(), tt.mistake) {
				t.Errorf("printed %q and judged %v, want %q and %q", printed.String(), results.Err(), tt.prints, tt.mistake)
			}
		})
	}
}

func TestResultsRefuseOtherStreams(t *testing.T) {
	t.Parallel()
	var results house.Results
	if err := results.Read(strings.NewReader("ok  p 1s\n"), new(strings.Builder)); !says(err, "not a line of go test -json") {
		t.Errorf("error %v, want one about the stream", err)
	}
}

func TestResultsTellSkips(t *testing.T) {
	t.Parallel()
	const (
		skip = `{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: no browser\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
`
		pass    = `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n"
		vectors = `{"Action":"output","Package":"p","Test":"TestV","Output":"MORTISE_VECTORS is not set\n"}
{"Action":"skip","Package":"p","Test":"TestV"}
`
		seed   = `{"Action":"skip","Package":"p","Test":"FuzzA/seed#0"}` + "\n"
		target = `{"Action":"skip","Package":"p","Test":"FuzzA"}` + "\n"
	)
	for _, tt := range []struct {
		name            string
		runs            []string
		vectors, others []string
	}{
		{"a skipped test is told with its reason", []string{skip}, nil, []string{"p TestA: a_test.go:3: no browser"}},
		{"a test that passed in another run is forgiven", []string{skip, pass}, nil, nil},
		{"the order of the runs does not matter", []string{pass, skip}, nil, nil},
		{"absent vectors are told apart", []string{vectors}, []string{"p TestV: MORTISE_VECTORS is not set"}, nil},
		{"a fuzz target may skip a seed", []string{seed}, nil, nil},
		{"a fuzz target may not skip itself", []string{target}, nil, []string{"p FuzzA: no reason given"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var results house.Results
			for _, run := range tt.runs {
				if err := results.Read(strings.NewReader(run), new(strings.Builder)); err != nil {
					t.Fatal(err)
				}
			}
			vectors, others := results.Skips()
			if !slices.Equal(vectors, tt.vectors) || !slices.Equal(others, tt.others) {
				t.Errorf("Skips = %q, %q, want %q, %q", vectors, others, tt.vectors, tt.others)
			}
		})
	}
}
