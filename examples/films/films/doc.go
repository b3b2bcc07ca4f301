// Package films is an API about films, with accounts: signup, login, four kinds of
// tokens and two roles.
//
// It is a package so that two programs can have it: one with the state in a
// folder, and one, of another module, with the state on a Redis server.
package films
