// Package gate lets pages in a real browser ask an API for what they may and may
// not have: from other origins and other sites, with a cookie and without.
package gate
