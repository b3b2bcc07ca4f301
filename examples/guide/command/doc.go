// Package command is what the programs of the guide have in common: their flags,
// their secret and how they serve.
package command
