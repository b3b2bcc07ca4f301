package bind

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Plan is what the parameters of one operation need to find their values in a request. It is made once for an operation
// and may be used by several goroutines at once.
type Plan struct {
	wildcards []wildcard
	query     names
	cookie    names
	form      names
	limits    Limits
}

// Limits bound what is read of a request. The zero value is ready to use.
type Limits struct {
	// Pairs is the number of parameters that a query, form or cookie header may have; 0 means 1000.
	Pairs int
	// RefuseUnknown refuses parameters in query and form that nothing reads. Otherwise they are ignored.
	RefuseUnknown bool
	// RefuseUnknownFields refuses them in forms alone.
	RefuseUnknownFields bool
	// RefuseUnknownQuery refuses them in queries alone.
	RefuseUnknownQuery bool
	// Known are names in the query that something else reads, such as the key of a security scheme.
	Known []string
}

type wildcard struct {
	name  string
	multi bool
}

// NewPlan makes a plan for an operation. wildcards are those of its pattern in their order, "id" for {id}
// and "path..." for {path...}; a [Source] takes their values in the same order. params are the parameters of the
// operation and of all that it needs; two of them may read the same value.
//
// The error joins all parameters of the place path whose names are not among the wildcards.
func NewPlan(wildcards []string, params []*Param, limits Limits) (*Plan, error) {
	limits.Pairs = orDefault(limits.Pairs, 1000)
	p := &Plan{limits: limits}
	for _, w := range wildcards {
		name, multi := strings.CutSuffix(w, "...")
		p.wildcards = append(p.wildcards, wildcard{name, multi})
	}
	var mistakes []error
	for _, param := range params {
		mistakes = append(mistakes, p.add(param))
	}
	for _, name := range limits.Known {
		p.query.add(name, false)
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	p.query.index()
	p.cookie.index()
	p.form.index()
	return p, nil
}

func (p *Plan) add(param *Param) error {
	switch param.Place {
	case Path:
		if p.wildcard(param.Name) < 0 {
			return fmt.Errorf("field %s has path:%q, but the path has no {%s}", param.Field, param.Name, param.Name)
		}
	case Query:
		p.query.add(param.Name, param.form == deep)
	case Cookie:
		p.cookie.add(param.Name, false)
	case Form:
		p.form.add(param.Name, param.form == deep)
	}
	return nil
}

func (p *Plan) wildcard(name string) int {
	return slices.IndexFunc(p.wildcards, func(w wildcard) bool { return w.name == name })
}

// slot returns where a [Source] keeps the texts of a parameter, or -1.
func (p *Plan) slot(param *Param) int {
	switch param.Place {
	case Path:
		return p.wildcard(param.Name)
	case Query:
		return p.query.slot(param.Name, param.form == deep)
	case Cookie:
		return p.cookie.slot(param.Name, false)
	case Form:
		return p.form.slot(param.Name, param.form == deep)
	}
	return 0
}

// names are the parameters of one place. A deep one stands for all names that begin with it and a bracket.
type names struct {
	list    []entry
	indexed map[entry]int // only where there are many
}

type entry struct {
	name string
	deep bool
}

// many is the number of names above which a map is faster than a look at each.
const many = 8

func (n *names) add(name string, deep bool) {
	if n.slot(name, deep) < 0 {
		n.list = append(n.list, entry{name, deep})
	}
}

func (n *names) index() {
	if len(n.list) <= many {
		return
	}
	n.indexed = make(map[entry]int, len(n.list))
	for i, e := range n.list {
		n.indexed[e] = i
	}
}

func (n *names) slot(name string, deep bool) int {
	if n.indexed != nil {
		if i, ok := n.indexed[entry{name, deep}]; ok {
			return i
		}
		return -1
	}
	for i := range n.list {
		if e := &n.list[i]; e.name == name && e.deep == deep {
			return i
		}
	}
	return -1
}

// find returns the slot of a name in a request, or -1, and the brackets of a deep one.
func (n *names) find(key string) (slot int, brackets string) {
	if slot = n.slot(key, false); slot >= 0 {
		return slot, ""
	}
	root, _, found := strings.Cut(key, "[")
	if slot = n.slot(root, true); slot < 0 || !found {
		return slot, ""
	}
	return slot, key[len(root):]
}
