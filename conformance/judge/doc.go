// Package judge puts an OpenAPI document before judges that know nothing of
// Mortise:
//
//   - kin-openapi, in process: does a Go program load and validate it?
//   - the official meta-schema of its version, dialect included, by
//     @hyperjump/json-schema: is it OpenAPI?
//   - Redocly: is it consistent, are its references, ids, examples and security
//     requirements sound?
//
// A test hands over the bytes and fails for every finding:
//
//	judge.Document(t, document)
//
// The second and the third need Node and the packages that make tools installs;
// without them the test skips, under MORTISE_FULL it fails.
package judge
