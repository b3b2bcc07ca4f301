package rules

import (
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/mortise-go/mortise/internal/shape"
)

// code is what the chains of one checker share. The mutex guards the plans,
// which grow when an interface turns out to hold a type not seen before.
type code struct {
	opts  Options
	reg   *registry
	mu    sync.Mutex
	plans map[reflect.Type]*plan
}

// compiler compiles on behalf of one call.
type compiler struct {
	*code
	fresh    []*plan
	within   []reflect.Type // the lists and maps that are dived into unasked
	mistakes []error
}

func newCompiler(o Options) *compiler {
	return &compiler{code: &code{opts: o, reg: newRegistry(o), plans: map[reflect.Type]*plan{}}}
}

func (c *compiler) mistake(at spot, t reflect.Type, tag, reason string) {
	c.mistakes = append(c.mistakes, &Mistake{Field: at.path, Type: t, Tag: tag, Reason: reason})
}

// chain compiles the rules of a value of type t. nullable says that the value
// is reached through a pointer or interface already: then it counts as there,
// even if it is zero.
func (c *compiler) chain(at spot, t reflect.Type, rules Rules, nullable bool) *chain {
	made := &chain{}
	if rules.Skip {
		made.typ = t
		return made
	}
	if elem, err := shape.OptionalElem(t); elem != nil && err == nil {
		return c.optional(at, t, elem, rules)
	}
	for t.Kind() == reflect.Pointer && !t.Implements(valuerType) {
		t, nullable = t.Elem(), true
		made.derefs++
	}
	made.typ = t
	switch {
	case t.Kind() == reflect.Interface || t.Implements(valuerType):
		c.openChain(made, at, rules, nullable || t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer)
	case c.reg.hasCustom(t):
		c.foreignChain(made, at, rules)
	default:
		c.closedChain(made, at, rules, nullable)
	}
	if made.derefs > 0 || t.Kind() == reflect.Interface || made.open != nil {
		made.absent = c.absentSteps(at, t, rules)
	}
	return made
}

// openChain leaves the rules for when the type is known; what can be said
// without it is said now.
func (c *compiler) openChain(made *chain, at spot, rules Rules, nullable bool) {
	t := made.typ
	made.open = &open{
		code: c.code, spot: at, rules: rules, nullable: nullable,
		valuer: t.Kind() != reflect.Interface,
	}
	c.checkNames(at, t, rules)
	c.checkUnion(at, t)
}

// checkUnion compiles the types that a union may hold, for their mistakes.
func (c *compiler) checkUnion(at spot, t reflect.Type) {
	u, ok := reflect.TypeAssert[interface {
		UnionVariants() (property string, variants map[string]any)
	}](reflect.New(t))
	if !ok {
		return
	}
	defer func() { _ = recover() }() // the codec reports what a union cannot tell
	_, variants := u.UnionVariants()
	for _, tag := range slices.Sorted(maps.Keys(variants)) {
		if v := reflect.TypeOf(variants[tag]); v != nil {
			c.chain(at, v, Rules{}, false)
		}
	}
}

// checkNames reports the rules that nobody knows.
func (c *compiler) checkNames(at spot, t reflect.Type, rules Rules) {
	for _, rule := range rules.List {
		for _, single := range alternatives(rule) {
			if !isWord(single.Name) && !c.known(single.Name) {
				c.unknown(at, t, single)
			}
		}
	}
	for _, inner := range []*Rules{rules.Keys, rules.Dive} {
		if inner != nil {
			c.checkNames(at, t, *inner)
		}
	}
}

func alternatives(r Rule) []Rule {
	if len(r.Or) > 0 {
		return r.Or
	}
	return []Rule{r}
}

func isWord(name string) bool {
	switch name {
	case wordOmitEmpty, wordOmitNil, wordOmitZero, wordStructOnly, wordNoStructLevel:
		return true
	}
	return false
}

// closedChain compiles the rules of a value whose type is fully known.
func (c *compiler) closedChain(made *chain, at spot, rules Rules, nullable bool) {
	t := made.typ
	made.class = classOf(t)
	traverse := true
	for _, rule := range rules.List {
		switch rule.Name {
		case wordStructOnly, wordNoStructLevel:
			if kindOf(t) != record {
				c.mistake(at, t, rule.Name, rule.Name+" works on structs only")
			} else if rule.Name == wordStructOnly {
				made.level = c.level(t)
			}
			c.rest(at, t, rules, rule)
			traverse = false
		default:
			if s, ok := c.step(at, t, rule, nullable); ok {
				made.steps = append(made.steps, s)
			}
			continue
		}
		break
	}
	if c.opts.Whole {
		c.whole(made, at, rules)
	}
	made.fast = newFast(made.steps)
	made.direct = made.directly()
	switch {
	case rules.Dive != nil:
		c.dive(made, at, rules)
	case traverse && kindOf(t) == record:
		made.nested = c.plan(at.path, t)
	}
}

// rest reports what stands behind a word that ends a tag.
func (c *compiler) rest(at spot, t reflect.Type, rules Rules, last Rule) {
	end := rules.List[len(rules.List)-1]
	if end.Name != last.Name || rules.Dive != nil {
		c.mistake(at, t, at.tag, "what stands after "+last.Name+" is never looked at; put "+last.Name+" last")
	}
}

func (c *compiler) dive(made *chain, at spot, rules Rules) {
	t := made.typ
	switch kind := kindOf(t); {
	case kind&(lists|tables) == 0:
		c.mistake(at, t, wordDive, "dive works on slices, arrays and maps")
		return
	case rules.Keys != nil && kind != tables:
		c.mistake(at, t, wordKeys, "keys works on maps; leave out keys and endkeys")
		return
	}
	var keys *chain
	switch {
	case rules.Keys != nil:
		keys = c.chain(at.at("[key]"), t.Key(), *rules.Keys, false)
	case c.opts.Whole:
		keys = c.wholeKeys(at, t)
	}
	made.dive = newDive(t, c.chain(at.at("[]"), t.Elem(), *rules.Dive, false), keys)
}

// plan compiles a struct type, once.
func (c *compiler) plan(path string, t reflect.Type) *plan {
	if p, ok := c.plans[t]; ok {
		return p
	}
	p := &plan{typ: t, live: false}
	c.plans[t] = p
	c.fresh = append(c.fresh, p)
	p.level = c.level(t)
	for i := range t.NumField() {
		c.field(p, path, i)
	}
	return p
}

func (c *compiler) field(p *plan, path string, i int) {
	f := p.typ.Field(i)
	if !f.IsExported() && !f.Anonymous {
		return
	}
	name, flat, skip := c.opts.nameOf(f)
	if skip || !f.IsExported() && indirect(f.Type).Kind() != reflect.Struct {
		return
	}
	tag, ok := c.reg.override(p.typ, f.Name)
	if !ok {
		tag = f.Tag.Get("validate")
	}
	at := spot{path: path + "." + f.Name, tag: tag, parent: p.typ}
	if written, meant := Misspelt(f.Tag, "validate"); meant != "" && !ok {
		c.mistakes = append(c.mistakes, &Mistake{
			Field: at.path, Type: f.Type, Tag: Quoted(f.Tag, written, written), Meant: Quoted(f.Tag, written, meant),
		})
	}
	rules, err := c.reg.expand(tag)
	if err != nil {
		c.mistake(at, f.Type, tag, err.Error())
		return
	}
	p.parented = p.parented || c.needsParent(rules)
	p.fields = append(p.fields, field{
		index: i, flat: flat, step: Step{Name: name}, chain: c.chain(at, f.Type, rules, false),
	})
}

// needsParent reports whether a rule may look at the struct around the value.
// Rules that are not ours count, since their functions may ask for it.
func (c *compiler) needsParent(rules Rules) bool {
	for _, rule := range rules.List {
		if slices.ContainsFunc(alternatives(rule), c.parented) {
			return true
		}
	}
	return rules.Dive != nil && c.needsParent(*rules.Dive) || rules.Keys != nil && c.needsParent(*rules.Keys)
}

func (c *compiler) parented(single Rule) bool {
	e, ok := catalogue[single.Name]
	return !isWord(single.Name) && (!ok || e.parented || c.replaced(single.Name))
}

// prune finds out which of the new plans have anything to check, and drops the
// fields that have not. Plans that contain one another are settled together: a
// plan lives if it can reach a rule.
func (c *compiler) prune() {
	for changed := true; changed; {
		changed = false
		for _, p := range c.fresh {
			if !p.live && (p.level != nil || slices.ContainsFunc(p.fields, field.live)) {
				p.live, changed = true, true
			}
		}
	}
	for _, p := range c.fresh {
		for _, f := range p.fields {
			f.chain.dropDive()
		}
		p.fields = slices.DeleteFunc(p.fields, func(f field) bool { return !f.live() })
	}
}

func (f field) live() bool { return f.chain.live() }

// kind sorts types by the rules that work on them. Kinds are bits, so that a
// set of them is a kind too.
type kind uint16

const (
	text kind = 1 << iota
	signed
	unsigned
	floating
	boolean
	lists
	tables
	moment // time.Time and types made of it
	record // other structs
	other
	stringer // beside another kind: has a String method

	integers = signed | unsigned
	numbers  = integers | floating
	sized    = text | lists | tables
	anything = text | numbers | boolean | lists | tables | moment | record | other
)

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
)

func kindOf(t reflect.Type) kind {
	switch t.Kind() {
	case reflect.String:
		return text
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return signed
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return unsigned
	case reflect.Float32, reflect.Float64:
		return floating
	case reflect.Bool:
		return boolean
	case reflect.Slice, reflect.Array:
		return lists
	case reflect.Map:
		return tables
	case reflect.Struct:
		if t.ConvertibleTo(timeType) {
			return moment
		}
		return record
	}
	return other
}

func classOf(t reflect.Type) class {
	switch kindOf(t) {
	case text:
		return byText
	case signed:
		return bySigned
	case unsigned:
		return byUnsigned
	case floating:
		return byFloat
	case lists, tables:
		return bySize
	}
	return byValue
}
