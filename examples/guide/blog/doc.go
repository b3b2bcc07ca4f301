// Package blog is a small blog API with every kind of lock: tokens, scopes, API
// keys, Basic, a second factor, roles, permissions and ownership.
package blog
