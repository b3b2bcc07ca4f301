// Package apikey makes API keys, and recognises them by digests that open
// nothing.
//
//	package main
//
//	import (
//		"fmt"
//
//		"github.com/mortise-go/mortise/security/apikey"
//	)
//
//	func main() {
//		key := apikey.New("blog")
//		fmt.Println(key.Text)   // blog_7K2QX4ZC_…: shown to its owner, once
//		fmt.Println(key.ID)     // 7K2QX4ZC: the column to look it up by
//		fmt.Println(key.Digest) // the column to compare with
//	}
//
// # A key
//
// A key is a prefix, an ID and a secret of 130 random bits:
//
//	blog_7K2QX4ZC_ALW5MRZJQ6XHI2YJ3SLKTOBDBI
//
// The prefix lets people and scanners for leaked secrets see what it is a key of.
// The ID finds its row. The secret is never stored: a [Digest] of the whole key is.
// Where a request comes with a key,
//
//	func (s *service) holder(ctx context.Context, sent security.APIKey) (*Holder, error) {
//		id, err := apikey.ID(sent)
//		if err != nil {
//			return nil, err // 401
//		}
//		row, err := s.keys.find(ctx, id)
//		...
//		return row.Holder, row.Digest.Verify(sent)
//	}
//
// verifies it in a time that does not depend on where it differs from the right one.
//
// # Security considerations
//
// One round of SHA-256 is enough for a secret that a machine has chosen among
// 2^130; it would not be for one that a person has. A digest says nothing about its
// key, so that a copy of the table lets nobody in. Comparing digests in constant
// time, and finding rows by the ID, leaves nothing to measure. Keys in URLs end up
// in logs and histories; take them from a header.
package apikey
