// Package workload is the one definition of what every contender does: the data,
// the business functions, the requests and the answers.
//
// The workloads:
//
//   - W1: GET /hello answers a constant.
//   - W2: GET /items/{id} reads an integer of the path, an integer of the query
//     with default and bounds, a string of the query and a header.
//   - W3: POST /items decodes and validates an order of about 500 bytes.
//   - W4: GET /admin/users/{id} checks an HS256 token, loads the user it names and
//     demands a scope.
//   - W5: GET /chain{D} is W1 behind a chain of D dependencies, each of which needs
//     the one before.
//
// Contenders route, bind, validate, decode and encode in their own way. What is
// between is done here, so that nobody wins by doing less.
package workload
