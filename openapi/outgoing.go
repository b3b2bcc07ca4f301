package openapi

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"
)

// Webhook is a request that the API sends by itself, to addresses that were agreed upon elsewhere.
type Webhook struct {
	// Name is the key of the webhook, such as "orderShipped"; required.
	Name string
	// Operation describes the request and the answers that the receiver may give. Its Path has no meaning and its Method
	// is POST by default. A type is described as it is written in what is sent, and as it is read in what comes back.
	Operation *Operation
}

// Callback is a request that the API sends because of a request that it got, to an address which that one named.
type Callback struct {
	// Name is the key of the callback, such as "finished"; required.
	Name string
	// URL is where the request goes: a runtime expression in braces, such as "{$request.body#/callback_url}", or a URL
	// that contains some.
	URL string
	// Operation describes the request, as for a [Webhook].
	Operation *Operation
}

// sending is the operation as the API sends it. The declaration is not changed.
func sending(op *Operation, what string) *Operation {
	sent := *op
	sent.Method = cmp.Or(op.Method, http.MethodPost)
	sent.Path, sent.sent = "", what
	return &sent
}

// outgoing writes requests that the API sends: the two uses of types change places.
func (b *builder) outgoing(op *Operation, id string) openapi31.PathItemOrReference {
	reversed := *b
	reversed.sent, reversed.received = b.received, b.sent
	reversed.mistakes, reversed.linked, reversed.edits = nil, nil, nil
	item := &openapi31.PathItem{}
	entity := reversed.operation(op, id, nil)
	reversed.put(op, item, entity)
	b.mistakes = append(b.mistakes, reversed.mistakes...)
	b.linked = append(b.linked, reversed.linked...)
	b.edits = append(b.edits, reversed.edits...)
	return openapi31.PathItemOrReference{PathItem: item}
}

// collect lists everything that has an ID: what the API serves, and what it sends.
func (d *Document) collect(b *builder, visible []*Operation) (all []*Operation) {
	all = append(all, visible...)
	names := map[string]bool{}
	for _, w := range d.webhooks {
		if w.Name == "" || names[w.Name] || w.Operation == nil {
			b.fail("webhook %q needs a name of its own and an operation", w.Name)
			continue
		}
		names[w.Name] = true
		op := sending(w.Operation, "webhook "+w.Name)
		if op.Hidden {
			continue
		}
		op.Name = cmp.Or(op.Name, w.Name)
		b.webhooks = append(b.webhooks, namedOperation{w.Name, "", op})
		all = append(all, op)
	}
	for _, op := range visible {
		all = append(all, b.callbacksOf(op)...)
	}
	return all
}

// namedOperation is a request that the API sends.
type namedOperation struct {
	name, url string
	op        *Operation
}

// callbacksOf keeps the callbacks of an operation for when the operation is written.
func (b *builder) callbacksOf(op *Operation) (all []*Operation) {
	names := map[string]bool{}
	for _, c := range op.Callbacks {
		if c.Name == "" || names[c.Name] || c.Operation == nil {
			b.fail("%s: callback %q needs a name of its own and an operation", op.name(), c.Name)
			continue
		}
		names[c.Name] = true
		b.checkCallbackURL(op, c)
		sent := sending(c.Operation, op.name()+": callback "+c.Name)
		sent.Name = cmp.Or(sent.Name, c.Name)
		b.callbacks[op] = append(b.callbacks[op], namedOperation{c.Name, c.URL, sent})
		all = append(all, sent)
	}
	return all
}

func (b *builder) checkCallbackURL(op *Operation, c Callback) {
	place := op.name() + ": callback " + c.Name
	rest, found := c.URL, false
	for {
		_, after, open := strings.Cut(rest, "{")
		if !open {
			break
		}
		expression, behind, closed := strings.Cut(after, "}")
		if !closed || !strings.HasPrefix(expression, "$") {
			break
		}
		b.checkExpression(expression, place)
		rest, found = behind, true
	}
	if !found {
		b.fail("%s: the URL %q names no part of the request; write one such as {$request.body#/callback_url}", place, c.URL)
	}
}

// callbackEntities writes the callbacks of an operation in their order.
func (b *builder) callbackEntities(op *Operation) ordered {
	var all ordered
	for _, c := range b.callbacks[op] {
		item := b.outgoing(c.op, b.ids[c.op])
		all.set(c.name, ordered{{c.url, item.PathItem}})
	}
	return all
}

// webhookEntities writes the webhooks in their order.
func (b *builder) webhookEntities() ordered {
	var all ordered
	for _, w := range b.webhooks {
		all.set(w.name, b.outgoing(w.op, b.ids[w.op]).PathItem)
	}
	return all
}
