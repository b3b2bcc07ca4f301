package bind_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/bind"
)

// required reports whether a field is.
func required[T any](t *testing.T, tag string, want bool) {
	t.Helper()
	p, err := compile[T](tag, bind.Options{})
	if err != nil {
		t.Errorf("Compile(%s): %v", tag, err)
		return
	}
	if p.Required != want {
		t.Errorf("%v %s: Required = %v, want %v", p.Type, tag, p.Required, want)
	}
	if p.Place == bind.Path {
		return
	}
	f := newField[T](t, tag, bind.Options{}, bind.Limits{})
	if _, err := f.read(sent{}); (err != nil) != want {
		t.Errorf("%v %s: absent: %v, want required = %v", p.Type, tag, err, want)
	}
}

func TestWhatIsRequired(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"query", "header", "cookie", "form"} {
		name := place + `:"V"`
		required[int](t, name, true)
		required[string](t, name, true)
		required[time.Time](t, name, true)
		required[big.Int](t, name, true)
		required[[2]int](t, name, true)
		required[[]int](t, name, false)
		required[*int](t, name, false)
		required[Maybe[int]](t, name, false)
		required[Maybe[[]int]](t, name, false)
		required[int](t, name+` default:"1"`, false)
		required[int](t, name+` required:"false"`, false)
		required[int](t, name+` validate:"omitempty,min=1"`, false)
		required[int](t, name+` validate:"min=1"`, true)
		required[string](t, name+` validate:"omitempty,required"`, true)
		required[[]int](t, name+` required:"true"`, true)
		required[[]int](t, name+` validate:"required"`, true)
		required[*int](t, name+` validate:"required"`, true)
		required[*int](t, name+` required:"true"`, true)
		required[Maybe[int]](t, name+` validate:"required,min=1"`, true)
		required[int](t, name+` validate:"required" default:"1"`, false)
		required[int](t, name+` validate:"required" required:"false"`, false)
	}
	required[int](t, `path:"id"`, true)
	required[int](t, `path:"id" required:"true" validate:"omitempty"`, true)
	for _, name := range []string{`query:"v"`, `form:"v"`} {
		required[map[string]int](t, name, false)
		required[map[string]int](t, name+` required:"true"`, true)
		required[Box](t, name, false)
		required[Box](t, name+` required:"true"`, true)
		required[*Box](t, name, false)
		required[*Strict](t, name, false)
		required[Strict](t, name, true)
		required[[]Box](t, name, false)
	}
}

// Strict has a member that must be there.
type Strict struct {
	Limit int `json:"limit" validate:"required"`
}

func TestARequiredZeroThatWasSentIsThere(t *testing.T) {
	t.Parallel()
	number, err := get[int](t, `query:"v" validate:"required"`, sent{query: "v=0"})
	check(t, number, err, 0, "")
	flag, err := get[bool](t, `query:"v" validate:"required"`, sent{query: "v=false"})
	check(t, flag, err, false, "")
	maybe, err := get[Maybe[int]](t, `query:"v" validate:"required,max=3"`, sent{query: "v=0"})
	check(t, maybe, err, some(0), "")
	ids, err := get[[]int](t, `query:"v" validate:"min=1,required,dive,required"`, sent{query: "v=1&v=0"})
	check(t, ids, err, nil, "422 required query.v[1]: is required")
	text, err := get[string](t, `query:"v" validate:"required"`, sent{query: "v="})
	check(t, text, err, "", "422 required query.v: is required")
	pointer, err := get[*string](t, `query:"v" validate:"required"`, sent{query: "v="})
	check(t, pointer, err, new(""), "")
}

func TestAbsentValues(t *testing.T) {
	t.Parallel()
	missing := "422 required query.v: is required"
	n, err := get[int](t, `query:"v"`, sent{query: "w=1"})
	check(t, n, err, 0, missing)
	n, err = get[int](t, `query:"v" default:"7"`, sent{})
	check(t, n, err, 7, "")
	n, err = get[int](t, `query:"v" required:"false" validate:"min=1"`, sent{})
	check(t, n, err, 0, "")
	n, err = get[int](t, `query:"v" required:"false" validate:"min=1"`, sent{query: "v=0"})
	check(t, n, err, 0, "422 min query.v: must be at least 1")
	p, err := get[*int](t, `query:"v" validate:"min=1"`, sent{})
	check(t, p, err, nil, "")
	p, err = get[*int](t, `query:"v" validate:"min=1"`, sent{query: "v=0"})
	check(t, p, err, nil, "422 min query.v: must be at least 1")
	p, err = get[*int](t, `query:"v" default:"7"`, sent{})
	check(t, p, err, new(7), "")
	level, err := get[*Level](t, `query:"v"`, sent{query: "v=3"})
	check(t, level, err, new(Level(3)), "")
	type defined *int
	d, err := get[defined](t, `query:"v"`, sent{query: "v=3"})
	check(t, d, err, defined(new(3)), "")
	m, err := get[Maybe[int]](t, `query:"v" validate:"min=1"`, sent{})
	check(t, m, err, Maybe[int]{}, "")
	m, err = get[Maybe[int]](t, `query:"v" validate:"min=1"`, sent{query: "v=5"})
	check(t, m, err, some(5), "")
	m, err = get[Maybe[int]](t, `query:"v" validate:"min=1"`, sent{query: "v=0"})
	check(t, m, err, Maybe[int]{}, "422 min query.v: must be at least 1")
	ms, err := get[Maybe[[]Level]](t, `query:"v"`, sent{query: "v=1&v=2"})
	check(t, ms, err, some([]Level{1, 2}), "")
	ids, err := get[[]int](t, `query:"v" default:"1,2"`, sent{})
	check(t, ids, err, []int{1, 2}, "")
	ids, err = get[[]int](t, `query:"v" default:""`, sent{})
	check(t, ids, err, []int{}, "")
	ids, err = get[[]int](t, `query:"v"`, sent{})
	check(t, ids, err, nil, "")
	array, err := get[[2]Level](t, `query:"v" default:"1,2"`, sent{})
	check(t, array, err, [2]Level{1, 2}, "")
	big1, err := get[*big.Int](t, `query:"v" default:"12"`, sent{})
	if describe(err) != "" || big1.Int64() != 12 {
		t.Errorf("default of a *big.Int = %v, %v", big1, err)
	}
}

func TestAFieldOfAFormThatWasLeftEmptyIsAbsent(t *testing.T) {
	t.Parallel()
	missing := "422 required form.v: is required"
	s, err := get[string](t, `form:"v"`, sent{form: "v="})
	check(t, s, err, "", missing)
	s, err = get[string](t, `form:"v" default:"x"`, sent{form: "v="})
	check(t, s, err, "x", "")
	n, err := get[*int](t, `form:"v"`, sent{form: "v=&w=1"})
	check(t, n, err, nil, "")
	list, err := get[[]string](t, `form:"v"`, sent{form: "v="})
	check(t, list, err, nil, "")
	list, err = get[[]string](t, `form:"v"`, sent{form: "v=&v=a"})
	check(t, list, err, []string{"", "a"}, "")
	ticked, err := get[bool](t, `form:"v" default:"false"`, sent{form: "v=on"})
	check(t, ticked, err, true, "")
	ticked, err = get[bool](t, `form:"v" default:"true"`, sent{form: "v=off"})
	check(t, ticked, err, false, "")
	ticked, err = get[bool](t, `form:"v"`, sent{form: "v=x"})
	check(t, ticked, err, false, "422 type form.v: expected true or false")
	s, err = get[string](t, `form:"v"`, sent{})
	check(t, s, err, "", missing)
}

func TestParamsDescribeThemselves(t *testing.T) {
	t.Parallel()
	p, err := compile[*Level](`query:"level" default:"2" enum:"1,2" doc:"how much"`, bind.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Default != Level(2) || p.DefaultText != "2" || !p.HasDefault || len(p.Enum) != 2 || p.List ||
		p.Elem.String() != "bind_test.Level" || p.Tag.Get("doc") != "how much" || p.Name != "level" || p.Field != "In.Field" {
		t.Errorf("Param = %+v", p)
	}
	for tag, want := range map[string]string{
		`query:"v"`: "form true", `query:"v,repeat"`: "form true", `query:"v,comma"`: "form false", `query:"v,pipe"`: "pipeDelimited false",
		`query:"v,space"`: "spaceDelimited false", `form:"v,comma"`: "form false", `header:"v"`: "simple false", `header:"v,comma"`: "simple false",
		`path:"v"`: "simple false", `path:"v,comma"`: "simple false", `cookie:"v"`: "form false", `cookie:"v,comma"`: "form false",
	} {
		p, err := compile[[]string](tag, bind.Options{})
		if err != nil {
			t.Error(err)
		} else if got := style(p); got != want || !p.List {
			t.Errorf("%s: style %s, list %v; want %s", tag, got, p.List, want)
		}
	}
	for tag, want := range map[string]string{`query:"v"`: "form true", `header:"v"`: "simple false", `path:"v"`: "simple false", `cookie:"v"`: "form true"} {
		if p, err := compile[string](tag, bind.Options{}); err != nil || style(p) != want || p.List {
			t.Errorf("%s: style %s, want %s, %v", tag, style(p), want, err)
		}
	}
	deep, err := compile[Box](`query:"v,deep"`, bind.Options{})
	if err != nil || style(deep) != "deepObject true" || deep.List {
		t.Errorf("object: %v, %v", deep, err)
	}
}

func style(p *bind.Param) string {
	if p.Explode {
		return p.Style + " true"
	}
	return p.Style + " false"
}
