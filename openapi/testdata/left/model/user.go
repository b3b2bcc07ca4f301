// Package model has a type whose name and package name exist twice, for tests of how the document tells them apart.
package model

// User is one of two.
type User struct {
	Left string `json:"left"`
}
