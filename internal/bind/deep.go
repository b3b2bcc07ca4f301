package bind

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/mortise-go/mortise/internal/rules"
)

// Objects are built by reflection, one request at a time: their shape is the client's.

func (b *Binder) bindDeep() *Error {
	_, count, bad := b.text()
	if bad != nil {
		return bad
	}
	p := b.param
	if count == 0 && (p.Required || p.pointer || p.optional || p.container.Kind() != reflect.Struct) {
		return b.absent()
	}
	tree := &branch{}
	if count > 0 {
		if tree, bad = b.grow(); bad != nil {
			return bad
		}
	}
	g := grafting{param: p}
	value := reflect.New(p.container)
	g.node(p.node, value.Elem(), tree, nil)
	if g.mistakes != nil {
		return chain(g.mistakes)
	}
	if !p.pointer {
		value = value.Elem()
	}
	b.deep.Set(value)
	return b.present()
}

// grafting turns a tree of names into a value and gathers what is wrong.
type grafting struct {
	param    *Param
	mistakes []*Error
}

func (g *grafting) fail(path rules.Path, code, detail string, malformed bool) {
	g.mistakes = append(g.mistakes, g.param.error(written(path), code, detail, malformed))
}

// written writes a path so that it follows the parameter's name.
func written(path rules.Path) string {
	s := path.String()
	if s == "" || s[0] == '[' {
		return s
	}
	return "." + s
}

// extend returns the path with one more step. It does not share its array.
func extend(path rules.Path, step rules.Step) rules.Path {
	return append(slices.Clip(path), step)
}

// node fills v, which is what the branch is for.
func (g *grafting) node(n *node, v reflect.Value, br *branch, path rules.Path) {
	switch {
	case n.pointer:
		v.Set(reflect.New(n.typ))
		v = v.Elem()
	case n.opt:
		opt := v.Addr().Interface().(Optional)
		opt.MarkSet()
		v = reflect.ValueOf(opt.OptionalElem()).Elem()
	}
	switch n.kind {
	case leafNode:
		g.leaf(n.leaf, v, br, path)
	case listNode:
		g.list(n, v, br, path)
	case dictNode:
		g.dict(n, v, br, path)
	case objectNode:
		g.object(n, v, br, path)
	}
}

// absent reports whether nothing is said of a value. A field of a form that was left empty says nothing.
func (g *grafting) absent(n *node, br *branch) bool {
	return br == nil || g.param.Place == Form && (n.kind == leafNode || n.kind == listNode) &&
		len(br.texts) == 1 && br.texts[0] == "" && br.twigs == nil
}

func (g *grafting) leaf(l *leaf, v reflect.Value, br *branch, path rules.Path) {
	switch {
	case br.twigs != nil:
		g.fail(path, CodeType, "expected "+l.expected+", without further brackets", false)
	case len(br.texts) > 1 && !g.param.options.FirstWins:
		g.fail(path, CodeRepeated, "given more than once", true)
	default:
		g.text(l, v, br.texts[0], path)
	}
}

func (g *grafting) text(l *leaf, v reflect.Value, text string, path rules.Path) {
	if f := l.decode(v, text); f != fine {
		code, detail, malformed := l.explain(f)
		g.fail(path, code, detail, malformed)
	}
}

// list takes the texts of name=a&name=b, of name[]=a&name[]=b, or the branches of name[0] and name[1].
func (g *grafting) list(n *node, v reflect.Value, br *branch, path rules.Path) {
	twigs, ok := indexed(br)
	if !ok {
		g.fail(path, CodeType, "expected a list with the indexes 0, 1, 2 and so on", false)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(twigs), len(twigs))
	for i, twig := range twigs {
		g.node(n.elem, out.Index(i), twig, extend(path, rules.Step{Kind: rules.Index, Index: i}))
	}
	v.Set(out)
}

// indexed returns the elements of a list in order. All are written in one of the three ways, without a gap.
func indexed(br *branch) (elems []*branch, ok bool) {
	texts, twigs := br.texts, br.twigs
	if len(texts) == 0 && len(twigs) == 1 && twigs[0].key == "" {
		texts, twigs = twigs[0].texts, twigs[0].twigs
	}
	if len(texts) > 0 {
		for _, text := range texts {
			elems = append(elems, &branch{texts: []string{text}})
		}
		return elems, len(twigs) == 0
	}
	elems = make([]*branch, len(twigs))
	for _, twig := range twigs {
		i, ok := index(twig.key)
		if !ok || i >= len(elems) {
			return nil, false
		}
		elems[i] = twig
	}
	return elems, true
}

// index reads a number as it is written in brackets: 0, 1, 10, but not 01 or +1, so that no two keys mean the same.
func index(key string) (int, bool) {
	i, err := strconv.Atoi(key)
	return i, err == nil && strconv.Itoa(i) == key && i >= 0
}

func (g *grafting) dict(n *node, v reflect.Value, br *branch, path rules.Path) {
	if br.texts != nil {
		g.fail(path, CodeType, "expected an object, written as names in brackets", false)
		return
	}
	out := reflect.MakeMapWithSize(v.Type(), len(br.twigs))
	for _, twig := range br.twigs {
		if twig.key == "" {
			g.fail(path, CodeMalformed, "has empty brackets where a name is expected", true)
			continue
		}
		if g.absent(n.elem, twig) {
			continue
		}
		elem := reflect.New(n.typ.Elem()).Elem()
		g.node(n.elem, elem, twig, extend(path, rules.Step{Kind: rules.Key, Name: twig.key}))
		out.SetMapIndex(reflect.ValueOf(twig.key).Convert(n.typ.Key()), elem)
	}
	v.Set(out)
}

func (g *grafting) object(n *node, v reflect.Value, br *branch, path rules.Path) {
	if br.texts != nil {
		g.fail(path, CodeType, "expected an object, written as names in brackets", false)
		return
	}
	for _, twig := range br.twigs {
		if n.find(twig.key) < 0 {
			g.fail(path, CodeUnknown, "has a member that is not known; expected are "+n.known(), false)
			break
		}
	}
	for i := range n.members {
		m := &n.members[i]
		g.member(m, v, br, extend(path, rules.Step{Name: m.name}))
	}
}

func (g *grafting) member(m *member, v reflect.Value, br *branch, path rules.Path) {
	twig := br.look(m.name)
	if g.absent(m.node, twig) {
		if m.presets == nil && !m.node.stands() {
			return
		}
		twig = &branch{texts: m.presets}
	}
	g.node(m.node, reach(v, m.index), twig, path)
}

// stands reports whether the value is there even if nothing is said of it, so that its own members may have defaults.
func (n *node) stands() bool {
	return n.kind == objectNode && !n.pointer && !n.opt
}

func (n *node) find(name string) int {
	for i := range n.members {
		if n.members[i].name == name {
			return i
		}
	}
	return -1
}

func (n *node) known() string {
	names := make([]string, len(n.members))
	for i := range n.members {
		names[i] = n.members[i].name
	}
	return strings.Join(names, ", ")
}

func (br *branch) look(key string) *branch {
	for _, t := range br.twigs {
		if t.key == key {
			return t
		}
	}
	return nil
}

// reach returns the field at an index, making the embedded structs on the way that are pointers.
func reach(v reflect.Value, index []int) reflect.Value {
	for i, x := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v
}
