package openapi

import (
	"strconv"
	"strings"
)

// operationIDs names every operation for generated clients. Operations that ask for one name are told apart
// by method and path, all of them, so that a name does not depend on which operation came first.
func operationIDs(operations []*Operation) map[*Operation]string {
	ids := map[*Operation]string{}
	count := map[string]int{}
	for _, op := range operations {
		id := identifier(op.ID)
		if id == "" {
			id = route(op)
		}
		ids[op] = id
		count[id]++
	}
	taken := map[string]bool{}
	for _, op := range operations {
		id := ids[op]
		if count[id] > 1 {
			id = camel(id, route(op))
		}
		for n := 2; taken[id]; n++ {
			id = camel(ids[op], route(op), strconv.Itoa(n))
		}
		taken[id] = true
		ids[op] = id
	}
	return ids
}

// route says method and path in one word: getPostsIdFiles.
func route(op *Operation) string {
	path, _ := template(op.Path)
	return camel(append([]string{strings.ToLower(op.Method)}, strings.Split(path, "/")...)...)
}
