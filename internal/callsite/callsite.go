// Package callsite finds the user's file and line: the first frame of a call
// stack that lies outside this module, so that wrappers never blame
// themselves.
package callsite

import (
	"fmt"
	"path"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
)

// module is the import path whose packages are "ours".
const module = "github.com/mortise-go/mortise"

// Place is a position in a user's source. The zero Place is unknown.
type Place struct {
	File string // full path as the compiler recorded it
	Line int
}

// String gives the base name and line, such as "api.go:30", or "unknown place".
func (p Place) String() string {
	if p.File == "" {
		return "unknown place"
	}
	return fmt.Sprintf("%s:%d", filepath.Base(p.File), p.Line)
}

// Compare orders places by file, then line.
func (p Place) Compare(q Place) int {
	if c := strings.Compare(p.File, q.File); c != 0 {
		return c
	}
	return p.Line - q.Line
}

// User returns the place of the nearest caller outside this module. Examples
// and external tests of the module count as users.
func User() Place {
	var pcs [32]uintptr
	n := runtime.Callers(2, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	for {
		frame, more := frames.Next()
		if frame.Function != "" && !ours(frame.Function) {
			return Place{frame.File, frame.Line}
		}
		if !more {
			return Place{}
		}
	}
}

// ours reports whether a function, named as the runtime names it, belongs to
// the framework.
func ours(function string) bool {
	pkg := packageOf(function)
	rest, found := strings.CutPrefix(pkg, module)
	if !found || strings.HasSuffix(pkg, "_test") {
		return false
	}
	if rest != "" && rest[0] != '/' {
		return false
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	switch first {
	case "examples", "benchmarks", "conformance":
		return false
	}
	return true
}

// packageOf cuts "example.com/a/b.(*T).M" down to "example.com/a/b".
func packageOf(function string) string {
	// Type arguments may hold slashes and dots of their own.
	function, _, _ = strings.Cut(function, "[")
	slash := strings.LastIndexByte(function, '/') + 1
	if dot := strings.IndexByte(function[slash:], '.'); dot >= 0 {
		return function[:slash+dot]
	}
	return function
}

// Func describes a function value for messages: a name such as
// "auth.CurrentUser" and where it is defined. Functions of package main go
// without their package. It never serves as an identity.
func Func(fn any) (name string, at Place) {
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Func || v.IsNil() {
		return "nil function", Place{}
	}
	f := runtime.FuncForPC(v.Pointer())
	if f == nil {
		return "function", Place{}
	}
	file, line := f.FileLine(f.Entry())
	return short(f.Name()), Place{file, line}
}

// short turns a runtime name into the one a person would write.
func short(function string) string {
	name := strings.TrimSuffix(path.Base(cutTypeArguments(function)), "-fm")
	pkg, rest, found := strings.Cut(name, ".")
	if !found {
		return name
	}
	if pkg == "main" || strings.HasSuffix(pkg, "_test") {
		return rest
	}
	return name
}

// cutTypeArguments removes the "[...]" that the runtime puts in generic names.
func cutTypeArguments(function string) string {
	for {
		open := strings.IndexByte(function, '[')
		shut := strings.LastIndexByte(function, ']')
		if open < 0 || shut < open {
			return function
		}
		function = function[:open] + function[shut+1:]
	}
}
