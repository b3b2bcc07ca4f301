package tricky_test

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

// generator fills Go values at random.
type generator struct{ *rand.Rand }

// known makes values of types that their kind does not tell.
func (g generator) known(t reflect.Type) any {
	switch t {
	case reflect.TypeFor[time.Time]():
		return time.Unix(g.Int64N(4e9), g.Int64N(1e9)).In(time.FixedZone("", 60*(g.IntN(1400)-700)))
	case reflect.TypeFor[netip.Addr]():
		return pick(g, netip.Addr{}, netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1"))
	case reflect.TypeFor[netip.Prefix]():
		return pick(g, netip.Prefix{}, netip.MustParsePrefix("10.0.0.0/8"))
	case reflect.TypeFor[netip.AddrPort]():
		return pick(g, netip.AddrPort{}, netip.MustParseAddrPort("[::1]:80"))
	case reflect.TypeFor[net.IP]():
		return pick(g, nil, net.IPv4(1, 2, 3, 4), net.IPv6loopback)
	case reflect.TypeFor[url.URL]():
		return url.URL{Scheme: pick(g, "", "https"), Host: pick(g, "", "a.example"), Path: "/" + g.text(), RawQuery: "a=b"}
	case reflect.TypeFor[big.Int]():
		return *new(big.Int).Exp(big.NewInt(g.Int64()-math.MaxInt64/2), big.NewInt(3), nil)
	case reflect.TypeFor[big.Float]():
		return *big.NewFloat(g.NormFloat64())
	case reflect.TypeFor[json.Number]():
		return pick(g, json.Number(""), "0", "-1.50", "1e400")
	case reflect.TypeFor[json.RawMessage]():
		b, _ := json.Marshal(g.any(2))
		return json.RawMessage(b)
	}
	return nil
}

func pick[T any](g generator, list ...T) T { return list[g.IntN(len(list))] }

func (g generator) text() string {
	return strings.Repeat(pick(g, "", "a", "ab", "é", "\x00\"\\", "<&>\u2028", "😀", "null", "1"), g.IntN(4))
}

// any is a JSON value that is not of any type in particular.
func (g generator) any(depth int) any {
	switch n := g.IntN(8); {
	case n == 0 && depth > 0:
		return map[string]any{g.text(): g.any(depth - 1), "a": g.any(depth - 1)}
	case n == 1 && depth > 0:
		return []any{g.any(depth - 1), g.any(depth - 1)}
	case n == 2:
		return g.text()
	case n == 3:
		return g.Float64()
	case n == 4:
		return g.IntN(2) == 0
	case n == 5:
		return float64(g.IntN(20) - 5)
	}
	return nil
}

// fill fills a value; below depth 0 what may be empty is.
func (g generator) fill(v reflect.Value, depth int) {
	if known := g.known(v.Type()); known != nil {
		v.Set(reflect.ValueOf(known))
		return
	}
	if g.methods(v, depth) {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(pick(g, 0, 1, -1, int64(g.Uint64()), g.Int64N(30)) << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(pick(g, 0, 1, g.Uint64(), uint64(g.IntN(30))) >> (64 - v.Type().Bits()))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(pick(g, 0, 1, -0.5, g.Float64(), float64(float32(g.NormFloat64()*1e30))))
	case reflect.String:
		v.SetString(g.text())
	case reflect.Interface:
		if got := g.any(2); got != nil && v.NumMethod() == 0 {
			v.Set(reflect.ValueOf(got))
		}
	default:
		g.holder(v, depth)
	}
}

// methods fills values whose types tell by methods what they hold.
func (g generator) methods(v reflect.Value, depth int) bool {
	switch m := v.Addr().Interface().(type) {
	case interface{ Enum() []any }:
		if list := m.Enum(); g.IntN(8) > 0 {
			v.Set(reflect.ValueOf(pick(g, list...)).Convert(v.Type()))
		}
	case interface {
		UnionVariants() (string, map[string]any)
		UnionValue() any
	}:
		g.union(m, depth)
	case interface {
		OptionalElem() any
		MarkSet()
	}:
		if depth > 0 && g.IntN(2) == 0 {
			m.MarkSet()
			g.fill(reflect.ValueOf(m.OptionalElem()).Elem(), depth-1)
		}
	case interface{ UnmarshalJSON([]byte) error }:
		if m.UnmarshalJSON([]byte(pick(g, `"v1.2"`, `"0"`, `"v0.0"`, `"-1.50"`))) != nil {
			v.SetZero()
		}
	default:
		return false
	}
	return true
}

func (g generator) union(u interface {
	UnionVariants() (string, map[string]any)
	UnionValue() any
}, depth int,
) {
	property, variants := u.UnionVariants()
	tags := make([]string, 0, len(variants))
	for tag := range variants {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	t := reflect.TypeOf(variants[pick(g, tags...)])
	made := reflect.New(t).Elem()
	if t.Kind() == reflect.Pointer {
		made.Set(reflect.New(t.Elem()))
	}
	inner := reflect.Indirect(made)
	g.fill(inner, depth-1)
	if f := inner.FieldByName(strings.ToUpper(property[:1]) + property[1:]); f.IsValid() {
		f.SetZero() // the encoder says it
	}
	reflect.ValueOf(u.UnionValue()).Elem().Set(made)
}

func (g generator) holder(v reflect.Value, depth int) {
	switch t := v.Type(); v.Kind() {
	case reflect.Pointer:
		if depth > 0 && g.IntN(3) > 0 {
			v.Set(reflect.New(t.Elem()))
			g.fill(v.Elem(), depth-1)
		}
	case reflect.Slice:
		if depth > 0 && g.IntN(3) > 0 {
			v.Set(reflect.MakeSlice(t, g.IntN(3), 4))
			g.elements(v, depth)
		}
	case reflect.Array:
		g.elements(v, depth)
	case reflect.Map:
		if depth > 0 && g.IntN(3) > 0 {
			g.entries(v, depth)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				g.fill(v.Field(i), depth)
			}
		}
	}
}

func (g generator) elements(v reflect.Value, depth int) {
	for i := range v.Len() {
		g.element(v.Index(i), depth-1)
	}
}

// element fills what a list or map holds. A nil pointer to a struct in there is a
// mistake of the program, which the document does not speak of.
func (g generator) element(v reflect.Value, depth int) {
	if t := v.Type(); t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct {
		v.Set(reflect.New(t.Elem()))
		v = v.Elem()
	}
	g.fill(v, depth)
}

func (g generator) entries(v reflect.Value, depth int) {
	t := v.Type()
	v.Set(reflect.MakeMap(t))
	for range g.IntN(3) {
		key, elem := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		g.fill(key, 0)
		g.element(elem, depth-1)
		v.SetMapIndex(key, elem)
	}
}
