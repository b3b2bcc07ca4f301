package bind_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/bind"
)

type (
	Filter struct {
		Base
		*More
		Limit  int               `json:"limit" default:"10" validate:"max=100"`
		Status []Suit            `json:"status"`
		Tags   []string          `json:"tags" default:"a,b"`
		Since  *time.Time        `json:"since"`
		Range  Range             `json:"range"`
		Bound  *Range            `json:"bound"`
		Meta   map[string]string `json:"meta"`
		Rank   Maybe[Level]      `json:"rank"`
		Hidden string            `json:"-"`
	}
	Base  struct{ ID int64 }
	More  struct{ Note string }
	Range struct {
		Min int `json:"min" default:"1"`
		Max int `json:"max"`
	}
)

// base is the Filter that nothing was said of.
func base() Filter {
	return Filter{Limit: 10, Tags: []string{"a", "b"}, Range: Range{Min: 1}}
}

func changed(f func(*Filter)) Filter {
	b := base()
	f(&b)
	return b
}

// deepRow is a query of names in brackets and what it means.
type deepRow struct {
	name, query string
	want        Filter
	err         string
}

// A178, S168
func TestDeepObjects(t *testing.T) {
	t.Parallel()
	unknown := "; expected are ID, Note, limit, status, tags, since, range, bound, meta, rank"
	object := "expected an object, written as names in brackets"
	list := "expected a list with the indexes 0, 1, 2 and so on"
	for _, row := range []deepRow{
		{"nothing", "", base(), ""},
		{"other names", "limit=3&g[limit]=3&f]=3", base(), ""},
		{"a member", "f[limit]=3", changed(func(f *Filter) { f.Limit = 3 }), ""},
		{"an escaped name", "f%5Blimit%5D=3", changed(func(f *Filter) { f.Limit = 3 }), ""},
		{"embedded members", "f[ID]=3&f[Note]=x", changed(func(f *Filter) { f.ID = 3; f.More = &More{"x"} }), ""},
		{"a list by repeating", "f[tags]=x&f[tags]=y", changed(func(f *Filter) { f.Tags = []string{"x", "y"} }), ""},
		{"a list by empty brackets", "f[tags][]=x&f[tags][]=y", changed(func(f *Filter) { f.Tags = []string{"x", "y"} }), ""},
		{"a list by indexes", "f[tags][1]=y&f[tags][0]=x", changed(func(f *Filter) { f.Tags = []string{"x", "y"} }), ""},
		{"an object within", "f[range][max]=9", changed(func(f *Filter) { f.Range.Max = 9 }), ""},
		{"a pointer to an object within", "f[bound][max]=9", changed(func(f *Filter) { f.Bound = &Range{1, 9} }), ""},
		{"a map within", "f[meta][a]=1&f[meta][__proto__]=2", changed(func(f *Filter) { f.Meta = map[string]string{"a": "1", "__proto__": "2"} }), ""},
		{"an optional within", "f[rank]=0", changed(func(f *Filter) { f.Rank = some(Level(0)) }), ""},
		{"a pointer", "f[since]=2024-02-29T00:00:00Z", changed(func(f *Filter) { f.Since = new(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)) }), ""},

		{"wrong type", "f[limit]=x&f[rank]=y", Filter{}, "422 type query.f.limit: expected an integer\n422 type query.f.rank: expected an integer"},
		{"a rule", "f[limit]=101", Filter{}, "422 max query.f.limit: must be at most 100"},
		{"an enum in a list", "f[status]=hearts&f[status]=x", Filter{}, "422 enum query.f.status[1]: must be one of hearts, spades"},
		{"a member twice", "f[limit]=1&f[limit]=2", Filter{}, "400 repeated query.f.limit: given more than once"},
		{"a member twice, spelt differently", "f[limit]=1&f%5blimit]=2", Filter{}, "400 repeated query.f.limit: given more than once"},
		{"an unknown member", "f[secret]=1", Filter{}, "422 unknown query.f: has a member that is not known" + unknown},
		{"a member in another case", "f[Limit]=1", Filter{}, "422 unknown query.f: has a member that is not known" + unknown},
		{"a hidden member", "f[Hidden]=1", Filter{}, "422 unknown query.f: has a member that is not known" + unknown},
		{"a text for an object", "f=1", Filter{}, "422 type query.f: " + object},
		{"a text for an object within", "f[range]=1", Filter{}, "422 type query.f.range: " + object},
		{"a text for a map within", "f[meta]=1", Filter{}, "422 type query.f.meta: " + object},
		{"a text and members", "f[range]=1&f[range][max]=2", Filter{}, "422 type query.f.range: " + object},
		{"members of a text", "f[limit][x]=1", Filter{}, "422 type query.f.limit: expected an integer, without further brackets"},
		{"empty brackets in a map", "f[meta][]=1", Filter{}, "400 malformed query.f.meta: has empty brackets where a name is expected"},
		{"a gap in a list", "f[tags][0]=x&f[tags][2]=y", Filter{}, "422 type query.f.tags: " + list},
		{"a huge index", "f[tags][999999999]=x", Filter{}, "422 type query.f.tags: " + list},
		{"an index out of any range", "f[tags][99999999999999999999]=x", Filter{}, "422 type query.f.tags: " + list},
		{"a negative index", "f[tags][-1]=x", Filter{}, "422 type query.f.tags: " + list},
		{"two spellings of an index", "f[tags][0]=x&f[tags][00]=y", Filter{}, "422 type query.f.tags: " + list},
		{"a name for an index", "f[tags][x]=1", Filter{}, "422 type query.f.tags: " + list},
		{"two ways to write a list", "f[tags]=x&f[tags][]=y", Filter{}, "422 type query.f.tags: " + list},
		{"two other ways to write a list", "f[tags][0]=x&f[tags][]=y", Filter{}, "422 type query.f.tags: " + list},
		{"brackets in brackets", "f[a[b]]=1", Filter{}, "400 malformed query.f: has malformed brackets; expected f[name]"},
		{"an open bracket", "f[limit=1", Filter{}, "400 malformed query.f: has malformed brackets; expected f[name]"},
		{"text between brackets", "f[range]x[max]=1", Filter{}, "400 malformed query.f: has malformed brackets; expected f[name]"},
		{"text after brackets", "f[limit]x=1", Filter{}, "400 malformed query.f: has malformed brackets; expected f[name]"},
		{"too deep", "f[range][max][x][y]=1", Filter{}, "400 limit query.f: is nested deeper than 3 names"},
		{"a name that is not UTF-8", "f[meta][%ff]=1", Filter{}, "400 encoding query.f: has a name within it that is not text"},
		{"a name with NUL", "f[meta][%00]=1", Filter{}, "400 encoding query.f: has a name within it that is not text"},
		{"a text with NUL", "f[meta][a]=%00", Filter{}, "400 encoding query.f.meta[a]: holds a NUL character"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := get[Filter](t, `query:"f"`, sent{query: row.query})
			check(t, got, err, row.want, row.err)
		})
	}
}

// A178
func TestDeepObjectsAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 101 {
		fmt.Fprintf(&b, "m[%d]=1&", i)
	}
	got, err := get[map[string]int](t, `query:"m"`, sent{query: b.String()})
	check(t, got, err, nil, "400 limit query.m: has more than 100 members")
	deep := "m" + strings.Repeat("[a]", 1000) + "=1"
	got, err = get[map[string]int](t, `query:"m"`, sent{query: deep})
	check(t, got, err, nil, "400 limit query.m: is nested deeper than 3 names")
	small := newField[map[string]int](t, `query:"m"`, bind.Options{MaxKeys: 2, MaxDepth: 1}, bind.Limits{})
	got, err = small.read(sent{query: "m[a]=1&m[b]=2"})
	check(t, got, err, map[string]int{"a": 1, "b": 2}, "")
	got, err = small.read(sent{query: "m[a][b]=1"})
	check(t, got, err, nil, "400 limit query.m: is nested deeper than 1 names")
	got, err = small.read(sent{query: "m[a]=1&m[b]=2&m[a]=1"})
	check(t, got, err, nil, "400 limit query.m: has more than 2 members")
}

func TestDeepObjectsOfEachSort(t *testing.T) {
	t.Parallel()
	m, err := get[map[Colour]*Level](t, `query:"m,deep"`, sent{query: "m[red]=1&m[]x=1"})
	check(t, m, err, nil, "400 malformed query.m: has malformed brackets; expected m[name]")
	m, err = get[map[Colour]*Level](t, `query:"m,deep"`, sent{query: "m[red]=1"})
	check(t, m, err, map[Colour]*Level{"red": new(Level(1))}, "")
	lists, err := get[map[string][]int](t, `query:"m"`, sent{query: "m[a]=1&m[a]=2&m[b][]=3"})
	check(t, lists, err, map[string][]int{"a": {1, 2}, "b": {3}}, "")
	boxes, err := get[[]Box](t, `query:"b"`, sent{query: "b[1][A]=2&b[0][A]=1"})
	check(t, boxes, err, []Box{{A: 1}, {A: 2}}, "")
	boxes, err = get[[]Box](t, `query:"b" validate:"max=1,dive"`, sent{query: "b[0][A]=x&b[1][B]=y"})
	check(t, boxes, err, nil, "422 type query.b[0].A: expected an integer\n422 type query.b[1].B: expected an integer")
	boxes, err = get[[]Box](t, `query:"b" validate:"max=1"`, sent{query: "b[0][A]=1&b[1][B]=2"})
	check(t, boxes, err, nil, "422 max query.b: must have at most 1 item")
	pointer, err := get[*Range](t, `query:"r"`, sent{})
	check(t, pointer, err, nil, "")
	pointer, err = get[*Range](t, `query:"r"`, sent{query: "r[max]=3"})
	check(t, pointer, err, &Range{1, 3}, "")
	maybe, err := get[Maybe[Range]](t, `query:"r"`, sent{query: "r[max]=3"})
	check(t, maybe, err, some(Range{1, 3}), "")
	maybe, err = get[Maybe[Range]](t, `query:"r"`, sent{query: "s[max]=3"})
	check(t, maybe, err, Maybe[Range]{}, "")
	inner, err := get[struct{ R Maybe[Range] }](t, `query:"x"`, sent{query: "x[R][max]=3"})
	check(t, inner, err, struct{ R Maybe[Range] }{some(Range{1, 3})}, "")
	strict, err := get[Strict](t, `query:"s"`, sent{query: "s[limit]=1"})
	check(t, strict, err, Strict{1}, "")
	pair, err := get[map[string]Pair](t, `query:"m"`, sent{query: "m[a]=x&m[b]=y"})
	check(t, pair, err, map[string]Pair{"a": {[]byte("x")}, "b": {[]byte("y")}}, "")
}

func TestDeepObjectsInAForm(t *testing.T) {
	t.Parallel()
	got, err := get[Filter](t, `form:"f"`, sent{form: "f[limit]=&f[tags]=&f[meta][a]=&f[since]=&f[range][max]=3"})
	check(t, got, err, changed(func(f *Filter) { f.Range.Max = 3; f.Meta = map[string]string{} }), "")
	got, err = get[Filter](t, `form:"f"`, sent{form: "f[limit]=x"})
	check(t, got, err, Filter{}, "422 type form.f.limit: expected an integer")
	ints, err := get[struct{ N []int }](t, `form:"f"`, sent{form: "f[N][]=&f[N][]=1"})
	check(t, ints, err, struct{ N []int }{}, "422 type form.f.N[0]: expected an integer")
}

func TestTheFirstOfSeveralMayWinWithinAnObject(t *testing.T) {
	t.Parallel()
	f := newField[map[string]int](t, `query:"m"`, bind.Options{FirstWins: true}, bind.Limits{})
	got, err := f.read(sent{query: "m[a]=1&m[a]=2"})
	check(t, got, err, map[string]int{"a": 1}, "")
}

func TestAnObjectAndAValueMayShareAName(t *testing.T) {
	t.Parallel()
	in := struct {
		One int            `query:"v"`
		All map[string]int `query:"v"`
	}{}
	f := newFiller(t, &in)
	s := sent{query: url.QueryEscape("v[a]") + "=1&v=2"}
	s.load(f.src)
	if err := f.bind(); err != nil || in.One != 2 || in.All["a"] != 1 {
		t.Errorf("got %+v, %v", in, err)
	}
}
