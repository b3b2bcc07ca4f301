package shape

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// walk goes through a struct breadth first, so that a shallower field is always met before a deeper one.
type walk struct {
	root     reflect.Type
	queue    []level
	seen     map[reflect.Type]bool
	members  []Member
	rests    []Member
	mistakes []error
}

// level is one struct still to be read: the root or an embedded one.
type level struct {
	typ            reflect.Type
	index          []int
	path           string
	throughPointer bool
	leaf           bool // its own embedded structs were read before
}

func newWalk(root reflect.Type) *walk {
	return &walk{
		root:  root,
		queue: []level{{typ: root, path: rootName(root)}},
		seen:  map[reflect.Type]bool{root: true},
	}
}

func rootName(t reflect.Type) string {
	if t.Name() == "" {
		return "struct"
	}
	return t.Name()
}

func (w *walk) run() {
	for len(w.queue) > 0 {
		next := w.queue[0]
		w.queue = w.queue[1:]
		w.read(next)
	}
}

func (w *walk) fail(format string, args ...any) {
	w.mistakes = append(w.mistakes, fmt.Errorf(format, args...))
}

func (w *walk) read(at level) {
	names := map[string]string{}
	rest := ""
	tagged, usable := false, false
	for i := range at.typ.NumField() {
		f := at.typ.Field(i)
		if _, ok := f.Tag.Lookup("json"); ok {
			tagged = true
		}
		o, keep := w.options(f, at.path+"."+f.Name)
		if !keep {
			continue
		}
		usable = true
		m := newMember(f, i, at, o)
		switch {
		case !o.embed:
			w.member(m, names)
		case indirect(f.Type).Kind() == reflect.Struct && !isRaw(f.Type):
			w.embed(m, f, at)
		default:
			rest = w.rest(m, f, rest)
		}
	}
	if at.typ.NumField() > 0 && !tagged && !usable {
		w.fail("struct %s has no exported fields, so nothing of it can be encoded as JSON", at.path)
	}
}

func newMember(f reflect.StructField, i int, at level, o options) Member {
	return Member{
		Name: o.name, GoName: f.Name, Path: at.path + "." + f.Name,
		Type: f.Type, Index: append(slices.Clone(at.index), i), Tag: f.Tag,
		Tagged: o.named, OmitZero: o.omitZero, OmitEmpty: o.omitEmpty, String: o.quoted,
		ThroughPointer: at.throughPointer,
	}
}

func (w *walk) options(f reflect.StructField, path string) (o options, keep bool) {
	o, keep, err := parse(f)
	if err != nil {
		w.fail("field %s: %w", path, err)
	}
	return o, keep && err == nil
}

func (w *walk) member(m Member, names map[string]string) {
	if earlier, ok := names[m.Name]; ok {
		w.fail("fields %s and %s are both called %q in JSON; rename one, or leave it out with json:\"-\"", earlier, m.Path, m.Name)
		return
	}
	names[m.Name] = m.Path
	w.members = append(w.members, m)
}

func (w *walk) embed(m Member, f reflect.StructField, at level) {
	t := indirect(f.Type)
	if method := customized(t); method != "" {
		w.fail("field %s embeds %s, whose %s method decides how it is encoded, so it has no members to promote; give it a name with json:%q",
			m.Path, t, method, strings.ToLower(f.Name))
		return
	}
	if !at.leaf {
		w.queue = append(w.queue, level{
			typ: t, index: m.Index, path: m.Path,
			throughPointer: at.throughPointer || f.Type.Kind() == reflect.Pointer,
			leaf:           w.seen[t],
		})
	}
	w.seen[t] = true
}

// rest accepts a map or a raw value that takes all unnamed members, one for each struct.
func (w *walk) rest(m Member, f reflect.StructField, earlier string) string {
	t := indirect(f.Type)
	isMap := t.Kind() == reflect.Map && t.Key().Kind() == reflect.String
	switch {
	case !isMap && !isRaw(t):
		w.fail("field %s cannot be embedded: want a struct, a map with string keys or a raw JSON value, got %s; give it a name with json:%q",
			m.Path, f.Type, strings.ToLower(f.Name))
	case !f.IsExported():
		w.fail("field %s cannot be embedded, because it is not exported", m.Path)
	case earlier != "":
		w.fail("fields %s and %s both take the remaining members; keep one", earlier, m.Path)
	default:
		w.rests = append(w.rests, m)
	}
	return m.Path
}

// settle chooses the dominant field of each name and puts the members in the order of encoding.
func (w *walk) settle() (members []Member, rest *Member) {
	slices.SortStableFunc(w.members, func(a, b Member) int {
		return cmp.Or(
			strings.Compare(a.Name, b.Name),
			cmp.Compare(len(a.Index), len(b.Index)),
			-compareBool(a.Tagged, b.Tagged))
	})
	for all := w.members; len(all) > 0; {
		n := 1
		for n < len(all) && all[n].Name == all[0].Name {
			n++
		}
		if n == 1 || len(all[0].Index) != len(all[1].Index) || all[0].Tagged != all[1].Tagged {
			members = append(members, all[0])
		}
		all = all[n:]
	}
	slices.SortFunc(members, func(a, b Member) int { return slices.Compare(a.Index, b.Index) })
	if n := len(w.rests); n == 1 || n > 1 && len(w.rests[0].Index) != len(w.rests[1].Index) {
		rest = &w.rests[0]
	}
	return members, rest
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// indirect removes the one pointer that Go lets one embed through.
func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		return t.Elem()
	}
	return t
}

// isRaw reports whether t is the raw value of a JSON v2 package.
// Those live in two modules that this package must not choose between, so the name decides.
func isRaw(t reflect.Type) bool {
	t = indirect(t)
	return t.Name() == "Value" && strings.HasSuffix(t.PkgPath(), "/jsontext")
}

var (
	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	textAppender    = reflect.TypeFor[encoding.TextAppender]()
)

// customized names the method with which t takes its encoding in its own hands, or "".
func customized(t reflect.Type) string {
	if isRaw(t) {
		return ""
	}
	p := reflect.PointerTo(t)
	for _, c := range []struct {
		of   reflect.Type
		name string
	}{
		{jsonMarshaler, "MarshalJSON"}, {jsonUnmarshaler, "UnmarshalJSON"},
		{textMarshaler, "MarshalText"}, {textUnmarshaler, "UnmarshalText"}, {textAppender, "AppendText"},
	} {
		if p.Implements(c.of) {
			return c.name
		}
	}
	for _, name := range []string{"MarshalJSONTo", "UnmarshalJSONFrom"} {
		if _, ok := p.MethodByName(name); ok {
			return name
		}
	}
	return ""
}
