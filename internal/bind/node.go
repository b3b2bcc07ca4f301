package bind

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/internal/rules"
	"github.com/mortise-go/mortise/internal/shape"
)

// node knows how a branch of bracketed names becomes a value of a type.
type node struct {
	kind    nodeKind
	typ     reflect.Type // without pointer
	pointer bool         // the value is a *typ
	opt     bool         // the value is an Optional of typ
	leaf    *leaf
	elem    *node // of a list or dict
	members []member
}

type nodeKind uint8

const (
	leafNode nodeKind = iota
	listNode
	dictNode
	objectNode
)

// member is a field of an object.
type member struct {
	name    string
	index   []int
	node    *node
	presets []string // the texts of the default, nil without one
}

// nesting is where the walk over the types of an object is.
type nesting struct {
	place Place
	depth int // brackets that may still come
	stack []reflect.Type
	tag   reflect.StructTag
	rules rules.Options
}

func (d *draft) newNode(t reflect.Type) (*node, error) {
	return newNode(t, nesting{place: d.Place, depth: d.options.MaxDepth, tag: d.Tag, rules: d.options.Rules})
}

func newNode(t reflect.Type, at nesting) (*node, error) {
	n := &node{}
	if err := n.unwrap(t); err != nil {
		return nil, err
	}
	l, err := newLeaf(n.typ, at.tag, at.place)
	if err == nil {
		n.kind, n.leaf = leafNode, l
		return n, nil
	}
	if !errors.Is(err, errNoLeaf) {
		return nil, err
	}
	if n.typ.Kind() == reflect.Slice || n.typ.Kind() == reflect.Array {
		return n, n.list(at)
	}
	if err := valueTags(n.typ, at.tag); err != nil {
		return nil, err
	}
	if at.depth == 0 {
		return nil, errTooDeep
	}
	if n.typ.Kind() == reflect.Map {
		return n, n.dict(at)
	}
	return n, n.object(at)
}

// valueTags refuses the tags of single values on an object.
func valueTags(t reflect.Type, tag reflect.StructTag) error {
	for _, key := range []string{"enum", "layout"} {
		if text, ok := tag.Lookup(key); ok {
			return fmt.Errorf("has %s:%q, which is for single values and lists of them, but its type is %v", key, text, t)
		}
	}
	return nil
}

// errTooDeep stops the walk; a type that contains itself ends there without a mistake.
var errTooDeep = errors.New("is nested deeper than the names in a request may be; flatten the type, or take it in a JSON body")

// unwrap looks through a pointer or an Optional.
func (n *node) unwrap(t reflect.Type) error {
	elem, err := optionalElem(t)
	switch {
	case err != nil:
		return err
	case elem != nil:
		n.opt, t = true, elem
	case t.Kind() == reflect.Pointer:
		n.pointer, t = true, t.Elem()
	}
	n.typ = t
	if t.Kind() == reflect.Pointer {
		return fmt.Errorf("has type %v behind a pointer; one pointer is enough", t)
	}
	return nil
}

func (n *node) list(at nesting) (err error) {
	elem := n.typ.Elem()
	switch {
	case n.typ.Kind() == reflect.Array:
		return fmt.Errorf("has type %v within an object; use a slice", n.typ)
	case elem.Kind() == reflect.Uint8 && elem.Name() == "uint8":
		return fmt.Errorf("has type %v, and a text is not bytes; use string, or a type whose UnmarshalText decodes it", n.typ)
	}
	n.kind = listNode
	if at.depth--; at.depth < 0 {
		at.depth = 0
	}
	n.elem, err = newNode(elem, at)
	if err == nil && n.elem.kind == listNode {
		return fmt.Errorf("has type %v; a list of lists cannot be written in names", n.typ)
	}
	return err
}

func (n *node) dict(at nesting) (err error) {
	if n.typ.Key().Kind() != reflect.String || readsText(n.typ.Key()) {
		return fmt.Errorf("has type %v; the keys must be strings", n.typ)
	}
	n.kind = dictNode
	at.depth--
	n.elem, err = newNode(n.typ.Elem(), at)
	return err
}

func (n *node) object(at nesting) error {
	n.kind = objectNode
	s, err := shape.Of(n.typ)
	if err != nil {
		return fmt.Errorf("has type %v, whose fields %w", n.typ, err)
	}
	if s.Rest != nil {
		return fmt.Errorf("has type %v, whose field %s takes whatever is left; name the members one by one", n.typ, s.Rest.Path)
	}
	at.depth--
	at.stack = append(slices.Clip(at.stack), n.typ)
	var mistakes []error
	for _, m := range s.Members {
		if err := n.member(m, at); err != nil {
			mistakes = append(mistakes, fmt.Errorf("holds a field %s that %w", m.Path, err))
		}
	}
	return errors.Join(mistakes...)
}

func (n *node) member(m shape.Member, at nesting) error {
	if err := oneName(m, at.place); err != nil {
		return err
	}
	if strings.ContainsAny(m.Name, "[]") || m.Name == "" {
		return fmt.Errorf("has the name %q, which cannot stand in brackets", m.Name)
	}
	at.tag = m.Tag
	child, err := newNode(m.Type, at)
	if errors.Is(err, errTooDeep) && slices.Contains(at.stack, innermost(m.Type)) {
		return nil // it contains itself: as deep as names go, and no deeper
	}
	if err != nil {
		return err
	}
	presets, err := child.presets(m.Tag)
	if err != nil {
		return err
	}
	n.members = append(n.members, member{m.Name, m.Index, child, presets})
	if presets == nil {
		return nil
	}
	return child.tryDefault(m, presets, at.rules)
}

// tryDefault proves that a default is admitted by its own rules, as far as these can be asked of it alone.
func (n *node) tryDefault(m shape.Member, presets []string, options rules.Options) error {
	checker, err := rules.CompileVar(m.Type, m.Tag.Get("validate"), options)
	if err != nil {
		return nil //nolint:nilerr // told when the whole object is compiled, or a rule that looks at other members
	}
	g := grafting{param: &Param{}}
	value := reflect.New(m.Type)
	g.node(n, value.Elem(), &branch{texts: presets}, nil)
	for _, v := range checker.Check(value.Interface()) {
		return fmt.Errorf("has default:%q, which its own validate:%q refuses: it %s", m.Tag.Get("default"), m.Tag.Get("validate"), v.Detail)
	}
	return nil
}

// oneName refuses a second name for a member: the document knows but the JSON one.
func oneName(m shape.Member, place Place) error {
	name, ok := m.Tag.Lookup(place.String())
	if name, _, _ = strings.Cut(name, ","); ok && name != m.Name {
		return fmt.Errorf("has %s:%q, but within an object it is named as in JSON; write json:%q", place, name, name)
	}
	return nil
}

// presets reads and tries the default of a member.
func (n *node) presets(tag reflect.StructTag) ([]string, error) {
	text, ok := tag.Lookup("default")
	if !ok {
		return nil, nil
	}
	switch {
	case n.kind == leafNode && !n.opt:
		return []string{text}, n.leaf.tryPreset(text, text)
	case n.kind == listNode && n.elem.kind == leafNode && !n.opt:
		texts := splitPreset(text)
		for _, t := range texts {
			if err := n.elem.leaf.tryPreset(t, text); err != nil {
				return nil, err
			}
		}
		return texts, nil
	}
	return nil, fmt.Errorf("has a default, which only a single value or a list of them can have")
}

// innermost looks through pointers, slices and maps.
func innermost(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}
