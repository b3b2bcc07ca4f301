package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"
)

// OperationEntity is an operation as it is written, for what [Operation] has no field for. References in its schemas are
// of type *string. Members that the specification does not know go into MapOfAnything.
//
// An edit changes words, never locks: a difference in the security of the operation is a mistake, because the
// document would say something else than what is enforced.
type OperationEntity = openapi31.Operation

// edited is an operation with edits that wait until all references have their names.
type edited struct {
	op     *Operation
	entity *openapi31.Operation
}

// edit runs the edits of all operations.
func (b *builder) edit() {
	for _, e := range b.edits {
		before := lockOf(e.entity)
		if err := e.run(); err != nil {
			b.fail("%s: %w", e.op.name(), err)
			continue
		}
		text, err := json.Marshal(e.entity)
		switch {
		case err != nil:
			b.fail("%s: an edit left what cannot be written: %w", e.op.name(), err)
		case !bytes.Equal(before, lockOf(e.entity)):
			b.fail("%s: an edit changed the security; the document shows the locks that are enforced, so change those", e.op.name())
		case !json.Valid(text):
			b.fail("%s: an edit left what is no JSON", e.op.name())
		}
	}
	b.checkEditedIDs()
}

// run calls the edits, which are the user's.
func (e edited) run() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("an edit panicked: %v", r)
		}
	}()
	for _, edit := range e.op.Edits {
		if edit != nil {
			edit(e.entity)
		}
	}
	return nil
}

// lockOf is what an entity says about security, however it says it.
func lockOf(entity *openapi31.Operation) []byte {
	text, err := json.Marshal([]any{entity.Security, entity.Security == nil, entity.MapOfAnything["security"]})
	if err != nil {
		return nil // reported as what cannot be written
	}
	return text
}

// checkEditedIDs refuses IDs that edits took away or gave twice.
func (b *builder) checkEditedIDs() {
	owner := map[string]*Operation{}
	for op, id := range b.ids {
		owner[id] = op
	}
	for _, e := range b.edits {
		id := ""
		if e.entity.ID != nil {
			id = *e.entity.ID
		}
		if have := owner[id]; id == "" || strings.ContainsFunc(id, notInID) || have != nil && have != e.op {
			b.fail("%s: an edit made the ID %q, which is not one of its own", e.op.name(), id)
		}
		owner[id], b.ids[e.op] = e.op, id
	}
}
