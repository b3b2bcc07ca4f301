//go:build !goexperiment.jsonv2 || go1.27

package shape

// embedKnown tells whether the JSON v2 package of this build knows the option "embed".
const embedKnown = true
