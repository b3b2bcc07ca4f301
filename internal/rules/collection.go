package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// dive checks the elements of a slice or array, or the values and keys of a map.
type dive struct {
	elem  *chain
	keys  *chain // nil unless the tag asks for keys
	ofMap bool
	pool  *sync.Pool // of *entryRoom
}

func newDive(t reflect.Type, elem, keys *chain) *dive {
	d := &dive{elem: elem, keys: keys, ofMap: t.Kind() == reflect.Map}
	if d.ofMap {
		d.pool = &sync.Pool{New: func() any { return newEntryRoom(t) }}
	}
	return d
}

func (d *dive) live() bool {
	return d.elem.live() || d.keys != nil && d.keys.live()
}

func (d *dive) check(r *run, v reflect.Value) {
	if d.ofMap {
		d.checkMap(r, v)
		return
	}
	n := len(r.out)
	for i := range v.Len() {
		d.elem.check(r, v.Index(i))
		if len(r.out) == n {
			continue
		}
		n = r.within(n, Step{Kind: Index, Index: i})
		if r.over {
			return
		}
	}
}

// entryRoom holds a key and a value of a map while they are looked at, so that
// ranging over a map does not allocate.
type entryRoom struct {
	key, value reflect.Value
	it         reflect.MapIter
}

func newEntryRoom(t reflect.Type) *entryRoom {
	return &entryRoom{key: reflect.New(t.Key()).Elem(), value: reflect.New(t.Elem()).Elem()}
}

// clear forgets the entry: a pooled room must not hold one request's data while
// another is served.
func (room *entryRoom) clear() {
	room.key.SetZero()
	room.value.SetZero()
	room.it.Reset(reflect.Value{})
}

func (d *dive) checkMap(r *run, v reflect.Value) {
	if v.Len() == 0 {
		return
	}
	room := d.pool.Get().(*entryRoom)
	first := len(r.out)
	n := first
	room.it.Reset(v)
	for !r.over && room.it.Next() {
		room.key.SetIterKey(&room.it)
		room.value.SetIterValue(&room.it)
		n = d.checkEntry(r, room, n)
	}
	room.clear()
	d.pool.Put(room)
	sortByKey(r.out[first:])
}

func (d *dive) checkEntry(r *run, room *entryRoom, n int) int {
	if d.keys != nil {
		d.keys.check(r, room.key)
		for i := n; i < len(r.out); i++ {
			r.out[i].Detail = "has a key that " + r.out[i].Detail
		}
	}
	d.elem.check(r, room.value)
	if len(r.out) == n {
		return n
	}
	return r.within(n, Step{Kind: Key, Name: keyText(room.key)})
}

// keyText writes a map key as JSON does, for the kinds that need no method.
func keyText(key reflect.Value) string {
	if key.Kind() == reflect.String {
		return strings.Clone(key.String())
	}
	return fmt.Sprint(key.Interface())
}

// sortByKey makes the order of violations independent of the map's.
func sortByKey(out []Violation) {
	slices.SortStableFunc(out, func(a, b Violation) int {
		return strings.Compare(a.Path[len(a.Path)-1].Name, b.Path[len(b.Path)-1].Name)
	})
}
