package tricky_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/mortise-go/mortise/internal/codec"
)

const rounds = 300

func random(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 1))} }

// TestWhatIsEncodedIsValidAndComesBack: a Go value that keeps its own rules is
// taken, valid by the schema of the body, and answered as it is, valid by the
// schema of the answer.
func TestWhatIsEncodedIsValidAndComesBack(t *testing.T) {
	t.Parallel()
	r, g := compiled(t), random(1)
	for _, c := range r.cases {
		taken := len(c.Valid) // at least these
		for range rounds {
			v := reflect.New(c.Type)
			g.fill(v.Elem(), 4)
			body, err := codec.Marshal(v.Interface())
			if err != nil {
				t.Fatalf("%s: %v", c.Path, err)
			}
			if !r.judge(t, c, body) {
				continue
			}
			taken++
			_, answer := r.post(c.Path, body)
			if _, again := r.post(c.Path, answer); !bytes.Equal(again, answer) {
				t.Errorf("%s answers %s with %s", c.Path, answer, again)
			}
		}
		if freely := !slices.Contains(ruled, c.Path); freely && taken != len(c.Valid)+rounds {
			t.Errorf("%s, which has no rules, took %d of %d values", c.Path, taken-len(c.Valid), rounds)
		}
	}
}

// ruled are the cases of which not every Go value is a valid body.
var ruled = []string{
	"/quoted", "/text", "/pointers", "/maps", "/color", "/enums", "/directions", "/ruled", "/patch", "/checkout", "/payment",
	"/page-of-page", "/map-of-node", "/documented", "/described",
}

// TestWhatASchemaRefusesTheRouteRefuses, whatever is changed in a valid body.
func TestWhatASchemaRefusesTheRouteRefuses(t *testing.T) {
	t.Parallel()
	for seed, r := range []*routes{compiled(t), compiled(t, closed)} {
		g := random(uint64(seed) + 2)
		for _, c := range r.cases {
			for i := range rounds {
				body := []byte(c.Valid[i%len(c.Valid)])
				for range 1 + g.IntN(2) {
					body = g.mutate(body)
				}
				r.judge(t, c, body)
			}
		}
	}
}

// FuzzBodies looks for bodies that a route takes and its schema refuses.
func FuzzBodies(f *testing.F) {
	r := compiled(f)
	for i, c := range r.cases {
		for _, body := range c.Valid {
			f.Add(uint8(i), []byte(body))
			f.Add(uint8(i), random(uint64(i)).mutate([]byte(body)))
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, body []byte) {
		if !json.Valid(body) {
			return
		}
		r.judge(t, r.cases[int(i)%len(r.cases)], body)
	})
}

// mutate changes one place of a JSON text.
func (g generator) mutate(text []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return text
	}
	n := g.IntN(count(v))
	changed, err := json.Marshal(g.change(v, &n))
	if err != nil {
		return text
	}
	return changed
}

// count counts the places of a value.
func count(v any) int {
	n := 1
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			n += count(e)
		}
	case map[string]any:
		for _, e := range v {
			n += count(e)
		}
	}
	return n
}

// change changes the place with the number n.
func (g generator) change(v any, n *int) any {
	if *n--; *n == -1 {
		return g.other(v)
	}
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			v[i] = g.change(e, n)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			v[name] = g.change(v[name], n)
		}
	}
	return v
}

// other is a value in place of another: null, one of another type, or one that
// is nearly the same.
func (g generator) other(v any) any {
	switch g.IntN(5) {
	case 0:
		return nil
	case 1:
		return g.any(1)
	}
	switch v := v.(type) {
	case string:
		return pick(g, "", v+"x", v+v, v[len(v)/2:], "3", "-0", "1e2", "null", " ")
	case json.Number:
		return json.Number(pick(g, "0", "-1", "1.5", "1e3", "1.0", "1e400", "99999999999999999999", "-0", v.String()+"0"))
	case []any:
		if len(v) == 0 {
			return []any{g.any(1)}
		}
		return pick(g, v[1:], append(slices.Clone(v), v...), append(slices.Clone(v), nil))
	case map[string]any:
		return g.members(v)
	}
	return g.any(2)
}

// members changes the members of an object.
func (g generator) members(v map[string]any) any {
	changed := maps.Clone(v)
	names := slices.Sorted(maps.Keys(v))
	if len(names) == 0 || g.IntN(4) == 0 {
		changed[pick(g, "unknown", "", "kind", "-1", "red")] = g.any(1)
		return changed
	}
	name := pick(g, names...)
	switch g.IntN(3) {
	case 0:
		changed[name+"x"] = v[name]
	case 1:
		changed[pick(g, names...)] = v[name]
	}
	delete(changed, name)
	return changed
}
