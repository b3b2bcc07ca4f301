package rules

import (
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-playground/validator/v10"
)

// level runs the struct-level validation that the user registered for a type.
type level struct {
	v    *validator.Validate
	typ  reflect.Type
	opts Options
}

func (c *compiler) level(t reflect.Type) *level {
	if !c.reg.hasLevel(t) {
		return nil
	}
	return &level{v: c.reg.v, typ: t, opts: c.opts}
}

// check calls the user's function by having validator check the struct with
// all of its fields filtered out.
func (l *level) check(r *run, v reflect.Value) {
	if !v.CanInterface() {
		return
	}
	err := l.v.StructFiltered(content(v), func([]byte) bool { return true })
	var list validator.ValidationErrors
	if !errors.As(err, &list) {
		return
	}
	for _, e := range list {
		n := len(r.out)
		r.report(&finding{rule: e.Tag(), param: e.Param(), detail: detailFor(e.ActualTag(), e.Param(), e.Kind())})
		for _, step := range l.path(e) {
			r.within(n, step)
		}
	}
}

// path translates the place that the function reported, last step first. Its
// words are Go field names; where no field has the name, the other name that
// the function gave is taken as it is.
func (l *level) path(e validator.FieldError) []Step {
	place := strings.TrimPrefix(e.StructNamespace(), l.typ.Name()+".")
	steps := forwards(place)
	t := l.typ
	kept := steps[:0]
	for i, step := range steps {
		var flat bool
		t, flat = l.follow(t, &step)
		if t == nil && i == len(steps)-1 && step.Kind == Member {
			step.Name = e.Field()
		}
		if !flat {
			kept = append(kept, step)
		}
	}
	return reversed(kept)
}

func (l *level) follow(t reflect.Type, step *Step) (next reflect.Type, flat bool) {
	if t == nil {
		return nil, false
	}
	switch t = indirect(t); t.Kind() {
	case reflect.Struct:
		f, ok := t.FieldByName(step.Name)
		if !ok {
			return nil, false
		}
		name, flat, skip := l.opts.nameOf(f)
		if !skip && !flat {
			step.Name = name
		}
		return f.Type, flat
	case reflect.Map:
		step.Kind, step.Name = Key, stepText(*step)
		return t.Elem(), false
	case reflect.Slice, reflect.Array:
		return t.Elem(), false
	}
	return nil, false
}

func stepText(s Step) string {
	if s.Kind == Index {
		return strconv.Itoa(s.Index)
	}
	return s.Name
}

// forwards reads a namespace as validator writes it: Items[0].Name. A bracket
// that holds no number is a map key.
func forwards(place string) []Step {
	var steps []Step
	for place != "" {
		switch place[0] {
		case '.':
			place = place[1:]
		case '[':
			inner, rest, _ := strings.Cut(place[1:], "]")
			if i, err := strconv.Atoi(inner); err == nil {
				steps = append(steps, Step{Kind: Index, Index: i})
			} else {
				steps = append(steps, Step{Kind: Key, Name: inner})
			}
			place = rest
		default:
			end := strings.IndexAny(place, ".[")
			if end < 0 {
				end = len(place)
			}
			steps = append(steps, Step{Name: place[:end]})
			place = place[end:]
		}
	}
	return steps
}

func backwards(place string) []Step { return reversed(forwards(place)) }

func reversed(steps []Step) []Step {
	for i, j := 0, len(steps)-1; i < j; i, j = i+1, j-1 {
		steps[i], steps[j] = steps[j], steps[i]
	}
	return steps
}
