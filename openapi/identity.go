package openapi

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// IDs returns the ID that the document gives to each operation which it shows, before the operation's own edits.
func (d *Document) IDs() map[*Operation]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := &builder{received: input, sent: output, callbacks: map[*Operation][]namedOperation{}}
	return b.name(d.collect(b, d.visible()))
}

// visible are the operations that the document shows.
func (d *Document) visible() []*Operation {
	return slices.DeleteFunc(slices.Clone(d.operations), func(op *Operation) bool { return op.Hidden })
}

// name gives every operation its ID. Those that ask for one keep it. Operations whose functions have one name are told
// apart by method and path, all of them, so that an ID does not depend on which operation came first.
func (b *builder) name(operations []*Operation) map[*Operation]string {
	ids := map[*Operation]string{}
	owner := map[string]*Operation{}
	count := map[string]int{}
	for _, op := range operations {
		switch {
		case op.ID == "":
			ids[op] = derivedID(op)
			count[ids[op]]++
		case strings.ContainsFunc(op.ID, notInID):
			b.fail("%s: the operation ID %q has characters that are not letters, digits, '.', '-' and '_'", op.name(), op.ID)
		case owner[op.ID] != nil:
			b.fail("%s: the operation ID %q is that of %s too; give one of them another", op.name(), op.ID, owner[op.ID].name())
		default:
			ids[op], owner[op.ID] = op.ID, op
		}
	}
	for _, op := range operations {
		if op.ID != "" {
			continue
		}
		id := ids[op]
		if count[id] > 1 || owner[id] != nil {
			id = camel(id, route(op))
		}
		for n := 2; owner[id] != nil; n++ {
			id = camel(ids[op], route(op), strconv.Itoa(n))
		}
		ids[op], owner[id] = id, op
	}
	return ids
}

// notInID reports characters that would have to be escaped in URLs and are no part of names anywhere.
func notInID(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
}

// derivedID is the name of the function in camel case, or method and path.
func derivedID(op *Operation) string {
	words := splitWords(op.Name)
	if len(words) > 0 && !isAcronym(words[0]) || len(words) == 1 {
		words[0] = strings.ToLower(words[0])
	}
	if id := camel(words...); id != "" {
		return id
	}
	return route(op)
}

// route says method and path in one word: getPostsIdFiles.
func route(op *Operation) string {
	path, _ := template(op.Path)
	return camel(append([]string{strings.ToLower(op.Method)}, strings.Split(path, "/")...)...)
}
