package bind_test

import (
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/mortise-go/mortise/internal/bind"
)

// A185, M21
func TestAQueryThatCannotBeReadIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	semicolon := "400 malformed query: is malformed: a semicolon is written %3B"
	escape := "400 malformed query: is malformed: % must be followed by two hexadecimal digits"
	tooMany := "400 limit query: has more than 1000 parameters"
	for query, want := range map[string]string{
		"v=1;w=2":                             semicolon,
		"v=1&;":                               semicolon,
		"v=1&w=a;b":                           semicolon,
		"v=1&w=%zz":                           escape,
		"v=1&%zz=1":                           escape,
		"v=1&w=%":                             escape,
		"v=1&w=%4":                            escape,
		"%v=1":                                escape,
		"v=1" + strings.Repeat("&a=1", 1000):  tooMany,
		"v=1" + strings.Repeat("&", 20000):    tooMany,
		"v=1" + strings.Repeat("&v=1", 20000): tooMany,
	} {
		f := newField[int](t, `query:"v"`, bind.Options{}, bind.Limits{})
		got, err := f.read(sent{query: query})
		check(t, got, err, 0, want)
		form := newField[int](t, `form:"v"`, bind.Options{}, bind.Limits{})
		got, err = form.read(sent{form: query})
		check(t, got, err, 0, strings.Replace(want, " query", " form", 1))
	}
	for query, want := range map[string]int{
		"v=1": 1, "&&v=1&": 1, "v=1&=2": 1, "=&v=1": 1, "%76=1": 1, "v=%31": 1, "v=1&w=%3B": 1, "v=1" + strings.Repeat("&", 999): 1, "v=1#v=2": 0,
	} {
		got, err := get[int](t, `query:"v" required:"false"`, sent{query: query})
		if got != want || (err != nil) != (want == 0) {
			t.Errorf("%.20q: got %d, %v; want %d", query, got, err, want)
		}
	}
	cookies, err := get[string](t, `cookie:"v"`, sent{cookie: strings.Repeat("a=1;", 1000) + "v=1"})
	check(t, cookies, err, "", "400 limit cookie: has more than 1000 parameters")
}

func TestAMalformedPlaceIsOneError(t *testing.T) {
	t.Parallel()
	in := struct {
		A int `query:"a"`
		B int `query:"b"`
		C int `header:"c"`
	}{}
	f := newFiller(t, &in)
	sent{query: "a=1&b=2&;", header: http.Header{"C": {"3"}}}.load(f.src)
	scan := f.src.Scan()
	if scan == nil || scan.Name != "" || scan.Place != bind.Query {
		t.Fatalf("Scan = %v", scan)
	}
	if a, b, c := f.binders[0].Bind(), f.binders[1].Bind(), f.binders[2].Bind(); a != scan || b != scan || c != nil {
		t.Errorf("Bind = %v, %v, %v", a, b, c)
	}
	if want := (reflect.ValueOf(in).Field(0).Int()); want != 0 || in.B != 0 || in.C != 3 {
		t.Errorf("fields = %+v", in)
	}
}

func TestUnknownParametersAreIgnoredUnlessRefused(t *testing.T) {
	t.Parallel()
	got, err := get[int](t, `query:"v"`, sent{query: "v=1&utm_source=x"})
	check(t, got, err, 1, "")
	strict := newField[int](t, `query:"v"`, bind.Options{}, bind.Limits{RefuseUnknown: true})
	for query, want := range map[string]string{
		"v=1":                              "",
		"v=1&pgae=2":                       "422 unknown query.pgae: is not known; expected are v",
		"v=1&v[a]=2":                       "422 unknown query.v[a]: is not known; expected are v",
		"v=1&%3Cb%3E=2&x=1":                "422 unknown query: is not known; expected are v",
		"v=1&" + strings.Repeat("a", 65):   "422 unknown query: is not known; expected are v",
		"v=1&=2":                           "422 unknown query: is not known; expected are v",
		"v=1&w=1&w=%":                      "400 malformed query: is malformed: % must be followed by two hexadecimal digits",
		"v=1&secret=hunter2&password=swor": "422 unknown query.secret: is not known; expected are v",
	} {
		sent{query: query}.load(strict.src)
		if got := describe(strict.src.Scan()); got != want {
			t.Errorf("%q: Scan = %q, want %q", query, got, want)
		}
		if err := strict.binder.Bind(); !strings.HasPrefix(want, "400") && (err != nil || *strict.value != 1) {
			t.Errorf("%q: an unknown name spoils another: %v", query, err)
		}
		strict.src.Reset()
	}
	none, err2 := bind.NewPlan(nil, nil, bind.Limits{RefuseUnknown: true})
	if err2 != nil {
		t.Fatal(err2)
	}
	src := none.NewSource()
	sent{query: "a=1"}.load(src)
	if got := describe(src.Scan()); got != "422 unknown query.a: is not known; no parameter is expected" {
		t.Errorf("Scan = %q", got)
	}
	if got := describe(src.LoadForm([]byte("a[b]=1"))); got != "422 unknown form.a[b]: is not known; no parameter is expected" {
		t.Errorf("LoadForm = %q", got)
	}
	query := newField[int](t, `query:"v"`, bind.Options{}, bind.Limits{RefuseUnknownQuery: true, Known: []string{"key"}})
	sent{query: "v=1&key=2&key=3"}.load(query.src)
	if got := describe(query.src.Scan()); got != "" {
		t.Errorf("Scan = %q", got)
	}
	query.src.Reset()
	sent{query: "v=1&w=2"}.load(query.src)
	if got := describe(query.src.Scan()); got != "422 unknown query.w: is not known; expected are v, key" {
		t.Errorf("Scan = %q", got)
	}
	if err := query.src.LoadForm([]byte("a=1")); err != nil {
		t.Errorf("LoadForm = %v", err)
	}
	deep := newField[map[string]int](t, `query:"v"`, bind.Options{}, bind.Limits{RefuseUnknown: true})
	sent{query: "w=1"}.load(deep.src)
	if got := describe(deep.src.Scan()); got != "422 unknown query.w: is not known; expected are v[...]" {
		t.Errorf("Scan = %q", got)
	}
}

func TestAQueryThatNothingReadsIsNotLookedAt(t *testing.T) {
	t.Parallel()
	f := newField[int](t, `header:"v"`, bind.Options{}, bind.Limits{})
	sent{query: "a=%;", form: "a=%;", header: http.Header{"V": {"1"}}}.load(f.src)
	if err := f.src.Scan(); err != nil {
		t.Error(err)
	}
	if err := f.src.LoadForm([]byte("%")); err != nil {
		t.Error(err)
	}
}

func TestPartsOfAFormMayBeAddedOneByOne(t *testing.T) {
	t.Parallel()
	f := newField[[]string](t, `form:"v"`, bind.Options{}, bind.Limits{Pairs: 3})
	sent{}.load(f.src)
	for _, text := range []string{"a", "b", "c"} {
		if err := f.src.AddForm("v", text); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.binder.Bind(); err != nil || !reflect.DeepEqual(*f.value, []string{"a", "b", "c"}) {
		t.Errorf("got %q, %v", *f.value, err)
	}
	want := "400 limit form: has more than 3 parameters"
	if err := f.src.AddForm("v", "d"); describe(err) != want || f.src.AddForm("w", "e") != err {
		t.Errorf("AddForm = %v, want %s, twice the same", err, want)
	}
	if err := f.binder.Bind(); describe(err) != want || *f.value != nil {
		t.Errorf("Bind = %v, want %s", err, want)
	}
	strict := newField[string](t, `form:"v"`, bind.Options{}, bind.Limits{RefuseUnknown: true})
	if err := strict.src.AddForm("w", "e"); describe(err) != "422 unknown form.w: is not known; expected are v" {
		t.Errorf("AddForm = %v", err)
	}
	fields := newField[string](t, `query:"v"`, bind.Options{}, bind.Limits{RefuseUnknownFields: true})
	sent{query: "v=1&w=2"}.load(fields.src)
	if err := fields.src.Scan(); err != nil {
		t.Errorf("Scan = %v", err)
	}
	if err := fields.src.LoadForm([]byte("w=1")); describe(err) != "422 unknown form.w: is not known; no parameter is expected" {
		t.Errorf("LoadForm = %v", err)
	}
}

func TestManyNamesAreFound(t *testing.T) {
	t.Parallel()
	var params []*bind.Param
	var query []string
	for c := 'a'; c <= 'z'; c++ {
		p, err := compile[int](`query:"`+string(c)+`"`, bind.Options{})
		if err != nil {
			t.Fatal(err)
		}
		params = append(params, p, p)
		query = append(query, string(c)+"=1")
	}
	plan, err := bind.NewPlan(nil, params, bind.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	src := plan.NewSource()
	sent{query: strings.Join(query, "&") + "&aa=2&A=3"}.load(src)
	for _, p := range params {
		var got int
		b := p.Binder(&got, src)
		if err := b.Bind(); err != nil || got != 1 {
			t.Errorf("%s = %d, %v", p.Name, got, err)
		}
	}
}

// everything has a parameter of every sort.
type everything struct {
	Path    string            `path:"id"`
	Int     int               `query:"int" required:"false"`
	Default int               `query:"default" default:"5"`
	List    []string          `query:"list"`
	Levels  []Level           `query:"levels"`
	Pointer *string           `query:"pointer"`
	Named   *Level            `query:"named"`
	Maybe   Maybe[string]     `query:"maybe"`
	Pair    Pair              `query:"pair" required:"false"`
	Map     map[string]string `query:"map"`
	Struct  Filter            `query:"struct"`
	Array   [2]Level          `query:"array" required:"false"`
	Header  string            `header:"X-A" required:"false"`
	Host    string            `header:"Host" required:"false"`
	Lines   []string          `header:"X-B"`
	Cookie  string            `cookie:"c" required:"false"`
	Form    string            `form:"f" required:"false"`
	Forms   []string          `form:"fs"`
}

// L7
func TestNothingOfARequestIsSeenByTheNext(t *testing.T) {
	t.Parallel()
	full := sent{
		path: "p", cookie: "c=1", form: "f=1&fs=1&fs=2",
		query: "int=1&default=1&list=a&list=b&levels=1&pointer=p&named=1&maybe=m&pair=secret&map[a]=1&struct[limit]=3&array=1&array=2",
		header: http.Header{
			"X-A": {"a"}, "X-B": {"b", "c"}, "Host": {"h"},
		},
	}
	var in, fresh everything
	f, g := newFiller(t, &in, "id"), newFiller(t, &fresh, "id")
	empty := sent{path: ""}
	empty.load(g.src, "id")
	if err := g.bind(); err != nil {
		t.Fatal(err)
	}
	full.load(f.src, "id")
	if err := f.bind(); err != nil {
		t.Fatal(err)
	}
	kept := in
	f.src.Reset()
	if unused := newFiller(t, new(everything), "id").src; !sameTexts(f.src, unused) {
		t.Errorf("after Reset the source still holds texts")
	}
	empty.load(f.src, "id")
	if err := f.bind(); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in, fresh) {
		t.Errorf("a request that says nothing gives\n%+v, after another one\n%+v", fresh, in)
	}
	f.src.Reset()

	// Bad values leave nothing behind either.
	full.load(f.src, "id")
	if err := f.bind(); err != nil {
		t.Fatal(err)
	}
	f.src.Reset()
	bad := full
	bad.query = "int=x&list=%ff&levels=x&pointer=%00&named=x&maybe=%ff&pair=&map=x&struct=x&array=x&default=x"
	bad.load(f.src, "id")
	for i := range f.binders {
		_ = f.binders[i].Bind() // all fail, or nearly
	}
	v := reflect.ValueOf(in)
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Tag.Get("query") != "" && !v.Field(i).IsZero() {
			t.Errorf("after a bad value %s is %v", f.Name, v.Field(i))
		}
	}
	// What the first handler kept is its own.
	if *kept.Pointer != "p" || *kept.Named != 1 || kept.List[0] != "a" || kept.Map["a"] != "1" || string(kept.Pair.parts) != "secret" || kept.Levels[0] != 1 {
		t.Errorf("what was kept has changed: %+v", kept)
	}
}

// sameTexts compares what two sources hold, apart from their plans.
func sameTexts(a, b *bind.Source) bool {
	return holds(reflect.ValueOf(a).Elem()) == holds(reflect.ValueOf(b).Elem())
}

// holds counts the texts and requests in a source, with what lies behind the length of its slices.
func holds(v reflect.Value) int {
	n := 0
	switch v.Kind() {
	case reflect.String:
		n = v.Len()
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "plan" && name != "names" {
				n += holds(v.Field(i))
			}
		}
	case reflect.Slice:
		for whole, i := v.Slice(0, v.Cap()), 0; i < whole.Len(); i++ {
			n += holds(whole.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			n += holds(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			n++
		}
	}
	return n
}

func TestAParamServesManySourcesAtOnce(t *testing.T) {
	t.Parallel()
	p, err := compile[[]Pair](`query:"v"`, bind.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := bind.NewPlan(nil, []*bind.Param{p}, bind.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			var got []Pair
			src := plan.NewSource()
			b := p.Binder(&got, src)
			word := strings.Repeat(string(rune('a'+i)), 5)
			for range 200 {
				sent{query: "v=" + word + "&v=x"}.load(src)
				if err := b.Bind(); err != nil || len(got) != 2 || string(got[0].parts) != word {
					t.Errorf("got %v, %v", got, err)
				}
				src.Reset()
			}
		})
	}
	all.Wait()
}

func TestALongRequestDoesNotKeepItsRoom(t *testing.T) {
	t.Parallel()
	f := newField[[]string](t, `query:"v"`, bind.Options{}, bind.Limits{})
	if got, err := f.read(sent{query: strings.Repeat("v=1&", 999)}); len(got) != 999 || err != nil {
		t.Fatalf("read %d, %v", len(got), err)
	}
	items := reflect.ValueOf(f.src).Elem().FieldByName("query").FieldByName("items")
	if items.Cap() != 0 {
		t.Errorf("room for %d items is kept", items.Cap())
	}
}

// L12
func TestErrorsNeverHoldTheSubmittedValue(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	s := sent{
		path: secret + "/" + secret, cookie: "v=" + secret + `\`, form: "v=" + secret,
		query:  "v=" + secret + "&w=" + secret,
		header: http.Header{"V": {secret}},
	}
	var errs []*bind.Error
	add := func(err *bind.Error) {
		if err == nil {
			t.Error("no error")
		}
		errs = append(errs, err)
	}
	for _, place := range []string{"query", "header", "form", "cookie", "path"} {
		tag := place + `:"v"`
		_, err := get[int](t, tag, s)
		add(err)
		_, err = get[bool](t, tag, s)
		add(err)
		_, err = get[UUID](t, tag, s)
		add(err)
		_, err = get[string](t, tag+` enum:"a,b"`, s)
		add(err)
		_, err = get[string](t, tag+` validate:"max=3"`, s)
		add(err)
		_, err = get[[]float64](t, tag, s)
		add(err)
	}
	for _, err := range errs {
		if strings.Contains(err.Error(), secret) || strings.Contains(describe(err), secret) {
			t.Errorf("%v", err)
		}
	}
}

func TestErrorsAreWrittenForALog(t *testing.T) {
	t.Parallel()
	_, err := get[[]int](t, `query:"v"`, sent{query: "v=x&v=1&v=y"})
	if got, want := err.Error(), "query.v[0]: expected an integer; query.v[2]: expected an integer"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	for first := range err.All() {
		if first != err {
			t.Errorf("the first of All is %v", first)
		}
		break
	}
	var none *bind.Error
	for range none.All() { //nolint:errcheck // it yields errors and returns none
		t.Error("a nil error yields something")
	}
}
