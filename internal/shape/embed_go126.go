//go:build goexperiment.jsonv2 && !go1.27

package shape

// embedKnown tells whether the JSON v2 package of this build knows the option "embed".
// The experiment of Go 1.26 ignores it, so that a struct would be described as flattened and written as nested.
const embedKnown = false
