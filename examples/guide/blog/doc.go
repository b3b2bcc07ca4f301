// Package blog is a small blog API with every kind of lock: tokens, scopes, API
// keys, Basic, sessions, a second factor, roles, permissions, ownership, quotas
// and addresses.
package blog
