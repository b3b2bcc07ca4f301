package bind_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/bind"
)

type (
	Node struct {
		Name string  `json:"name"`
		Kids []*Node `json:"kids"`
		Deep struct {
			A struct{ B struct{ C int } }
		} `json:"-"`
	}
	Box    struct{ A, B, C int }
	Layers struct {
		One struct {
			Two struct{ Three struct{ Four int } } `json:"two"`
		} `json:"one"`
	}
	Renamed struct {
		Limit int `json:"limit" query:"max"`
	}
	Bracket struct {
		Limit int `json:"a[b]"`
	}
	WrongDefault struct {
		Limit int `json:"limit" default:"x"`
		Skip  int `json:"skip" default:"y"`
	}
	WrongRule struct {
		Limit int `json:"limit" validate:"emial"`
	}
	NoValues string
	Panics   string
	Hollow   struct{}
)

func (NoValues) Enum() []any { return nil }
func (Panics) Enum() []any   { panic("boom") }

func (*Hollow) OptionalElem() any { return nil }
func (*Hollow) MarkSet()          {}

// Hollows cannot be asked for its element.
type Hollows struct{}

func (*Hollows) OptionalElem() any { panic("boom") }
func (*Hollows) MarkSet()          {}

// mistake compiles a field and compares what Compile says.
func mistake[T any](t *testing.T, tag string, want ...string) {
	t.Helper()
	t.Run(reflect.TypeFor[T]().String()+" "+tag, func(t *testing.T) {
		t.Parallel()
		_, err := compile[T](tag, bind.Options{})
		if err == nil {
			t.Fatalf("Compile(%s) accepts it, want %q", tag, want)
		}
		if got := strings.Split(err.Error(), "\n"); !reflect.DeepEqual(got, want) {
			t.Errorf("Compile(%s) =\n%s\nwant\n%s", tag, err, strings.Join(want, "\n"))
		}
	})
}

func TestDefaultsAreValuesThatTheirRulesAdmit(t *testing.T) {
	t.Parallel()
	mistake[int](t, `query:"page" default:"x"`, `field In.Field has default:"x", which is not an int; specify a number, such as default:"1"`)
	mistake[uint8](t, `query:"page" default:""`, `field In.Field has default:"", which is not a uint8; specify a number, such as default:"1"`)
	mistake[int8](t, `query:"page" default:"128"`, `field In.Field has default:"128", which does not fit an int8; choose one between -128 and 127`)
	mistake[bool](t, `query:"on" default:"maybe"`, `field In.Field has default:"maybe", which is not a bool; specify true or false, such as default:"true"`)
	mistake[time.Time](t, `query:"at" default:"now"`, `field In.Field has default:"now", which is not a time.Time; specify a date and time, such as default:"2006-01-02T15:04:05Z"`)
	mistake[time.Duration](t, `query:"wait" default:"30"`, `field In.Field has default:"30", which is not a time.Duration; specify a duration, such as default:"30s"`)
	mistake[UUID](t, `query:"id" default:"x"`, `field In.Field has default:"x", which is not a bind_test.UUID; specify a UUID, such as default:"00000000-0000-0000-0000-000000000000"`)
	mistake[Pair](t, `query:"id" default:""`, `field In.Field has default:"", which is not a bind_test.Pair`)
	mistake[string](t, `query:"s" enum:"a,b" default:"c"`, `field In.Field has default:"c", which is not one of its enum; choose one of a, b`)
	mistake[[]int](t, `query:"id" default:"1,x"`, `field In.Field has default:"1,x", which is not an int; specify a number, such as default:"1"`)
	mistake[[2]int](t, `query:"id" default:"1"`, `field In.Field has default:"1", which lists 1 values; list 2, separated by commas`)
	mistake[int](t, `query:"page" default:"0" validate:"min=1"`, `field In.Field has default:"0", which its own validate:"min=1" refuses: it must be at least 1`)
	mistake[*int](t, `query:"page" default:"0" validate:"min=1"`, `field In.Field has default:"0", which its own validate:"min=1" refuses: it must be at least 1`)
	mistake[int](t, `path:"id" default:"1"`, `field In.Field has a default, but a path parameter is always there; remove the default`)
	mistake[Box](t, `query:"box" default:"1"`, `field In.Field has a default, which an object cannot have; give its fields defaults`)
	mistake[Maybe[int]](t, `query:"n" default:"1"`, `field In.Field has a default, so that it would never be absent; use int`)
	mistake[int](t, `query:"n" default:"1" required:"true"`, `field In.Field has required:"true" and a default, which would never be used; remove one of them`)
	mistake[struct {
		N int `json:"n" default:"0" validate:"min=1"`
	}](t, `query:"v"`, `field In.Field holds a field struct.N that has default:"0", which its own validate:"min=1" refuses: it must be at least 1`)
	mistake[WrongDefault](t, `query:"w"`,
		`field In.Field holds a field WrongDefault.Limit that has default:"x", which is not an int; specify a number, such as default:"1"`,
		`field In.Field holds a field WrongDefault.Skip that has default:"y", which is not an int; specify a number, such as default:"1"`)
}

const works = "; use a string, bool, number, time.Time, time.Duration, a type with UnmarshalText, " +
	"a pointer to one of these, a slice or array of them, or, in query and form, a map or struct"

func TestTypesThatNoTextCanFill(t *testing.T) {
	t.Parallel()
	mistake[any](t, `query:"v"`, `field In.Field has type interface {}, which no text can fill`+works)
	mistake[chan int](t, `query:"v"`, `field In.Field has type chan int, which no text can fill`+works)
	mistake[func()](t, `header:"v"`, `field In.Field has type func(), which no text can fill`+works)
	mistake[complex128](t, `query:"v"`, `field In.Field has type complex128, which no text can fill`+works)
	mistake[uintptr](t, `query:"v"`, `field In.Field has type uintptr, which no text can fill`+works)
	mistake[[]any](t, `query:"v"`, `field In.Field has type interface {}, which no text can fill`+works)
	mistake[map[string]any](t, `query:"v"`, `field In.Field has type interface {}, which no text can fill`+works)
	mistake[**int](t, `query:"v"`, `field In.Field has type **int; one way to be absent is enough, use *int`)
	mistake[*[]int](t, `query:"v"`, `field In.Field has type *[]int; use []int, which is nil when the parameter is absent`)
	mistake[*map[string]int](t, `query:"v"`, `field In.Field has type *map[string]int; use map[string]int, which is nil when the parameter is absent`)
	mistake[Maybe[*int]](t, `query:"v"`, `field In.Field has type bind_test.Maybe[*int]; one way to be absent is enough, use *int`)
	mistake[Hollow](t, `query:"v"`, `field In.Field has type bind_test.Hollow, whose method OptionalElem does not return a pointer`)
	bytes := ", and a text is not bytes; use string, or a type whose UnmarshalText decodes it"
	mistake[[]byte](t, `query:"v"`, `field In.Field has type []uint8`+bytes)
	mistake[json.RawMessage](t, `form:"v"`, "field In.Field has type "+reflect.TypeFor[json.RawMessage]().String()+bytes) // json v2 has another name for it
	mistake[[4]byte](t, `header:"v"`, `field In.Field has type [4]uint8`+bytes)
	mistake[map[string][]byte](t, `query:"v"`, `field In.Field has type []uint8`+bytes)
	mistake[map[int]string](t, `query:"v"`, `field In.Field has type map[int]string; the keys must be strings`)
	mistake[[][]int](t, `query:"v"`, `field In.Field has type [][]int; a list of lists cannot be written in names`)
	mistake[[2]Box](t, `query:"v"`, `field In.Field has type [2]bind_test.Box; use a slice`)
	mistake[map[string][2]int](t, `query:"v"`, `field In.Field has type [2]int within an object; use a slice`)
	mistake[map[string]**int](t, `query:"v"`, `field In.Field has type *int behind a pointer; one pointer is enough`)
	mistake[map[string]Hollow](t, `query:"v"`, `field In.Field has type bind_test.Hollow, whose method OptionalElem does not return a pointer`)
	mistake[Hollows](t, `query:"v"`, `field In.Field has type bind_test.Hollows, whose method OptionalElem panics: boom`)
	mistake[struct {
		B Box `default:"x"`
	}](t, `query:"v"`, `field In.Field holds a field struct.B that has a default, which only a single value or a list of them can have`)
	mistake[struct {
		N []int `default:"1,x"`
	}](t, `query:"v"`, `field In.Field holds a field struct.N that has default:"1,x", which is not an int; specify a number, such as default:"1"`)
	mistake[Box](t, `header:"v"`, `field In.Field has type bind_test.Box, which a header cannot hold; use single values or a list of them, or read it from query or form`)
	mistake[map[string]string](t, `cookie:"v"`, `field In.Field has type map[string]string, which a cookie cannot hold; use single values or a list of them, or read it from query or form`)
	mistake[*int](t, `path:"v"`, `field In.Field has type *int, but a path parameter is always there; use int`)
	mistake[Maybe[int]](t, `path:"v"`, `field In.Field has type bind_test.Maybe[int], but a path parameter is always there; use int`)
	mistake[Layers](t, `query:"v"`, `field In.Field holds a field Layers.One that holds a field struct.Two that holds a field struct.Three that is nested deeper than the names in a request may be; flatten the type, or take it in a JSON body`)
	mistake[Renamed](t, `query:"v"`, `field In.Field holds a field Renamed.Limit that has query:"max", but within an object it is named as in JSON; write json:"max"`)
	mistake[Bracket](t, `query:"v"`, `field In.Field holds a field Bracket.Limit that has the name "a[b]", which cannot stand in brackets`)
}

func TestTagsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	mistake[int](t, `query:""`, `field In.Field has no name; write query:"name"`)
	mistake[int](t, `query:"-"`, `field In.Field has query:"-", which is not a name; remove the tag`)
	mistake[int](t, `header:"X Tag"`, `field In.Field has header:"X Tag", which cannot be the name of a header; use letters, digits and -`)
	mistake[int](t, `cookie:"a=b"`, `field In.Field has cookie:"a=b", which cannot be the name of a cookie; use letters, digits and -`)
	mistake[int](t, `header:"transfer-encoding"`, `field In.Field has header:"transfer-encoding", which net/http removes from the request`)
	mistake[int](t, `path:"{id}"`, `field In.Field has path:"{id}"; give the name of the wildcard alone, without braces or dots`)
	mistake[string](t, `path:"rest..."`, `field In.Field has path:"rest..."; give the name of the wildcard alone, without braces or dots`)
	mistake[int](t, `query:"a,comma"`, `field In.Field has the option "comma" in its query tag, which takes none with type int`)
	mistake[[]int](t, `query:"a,coma"`, `field In.Field has the option "coma" in its query tag, which takes but one of repeat, comma, pipe, space`)
	mistake[[]int](t, `query:"a,comma,pipe"`, `field In.Field has the option "pipe" in its query tag, which takes but one of repeat, comma, pipe, space`)
	mistake[[]int](t, `query:"a,comma,comma"`, `field In.Field has the option "comma" twice in its query tag`)
	mistake[[]int](t, `header:"a,pipe"`, `field In.Field has the option "pipe" in its header tag, which takes but comma`)
	mistake[string](t, `header:"a,omitempty"`, `field In.Field has the option "omitempty" in its header tag, which takes none`)
	mistake[Box](t, `query:"a,comma"`, `field In.Field has the option "comma" in its query tag, which takes but deep`)
	mistake[int](t, `path:"a,multi"`, `field In.Field has the option "multi" in its path tag, which takes but opaque`)
	mistake[int](t, `query:"a,"`, `field In.Field has the option "" in its query tag, which takes none with type int`)
	mistake[int](t, `query:"a" required:"yes"`, `field In.Field has required:"yes"; write required:"true" or required:"false"`)
	mistake[int](t, `path:"a" required:"false"`, `field In.Field has required:"false", but a path parameter is always there; remove the tag`)
	mistake[int](t, `query:"a" layout:"2006"`, `field In.Field has layout:"2006", which is for time.Time, but its type is int`)
	mistake[time.Time](t, `query:"a" layout:"YYYY-MM-DD"`, `field In.Field has layout:"YYYY-MM-DD", which shows no part of a time; write it as the time 2006-01-02 15:04:05 would look`)
	mistake[time.Time](t, `query:"a" layout:"304"`, `field In.Field has layout:"304", which cannot read what it writes; separate its parts`)
	mistake[int](t, `query:"a" enum:"1,x"`, `field In.Field lists "x" in its enum, which is not an int`)
	mistake[UUID](t, `query:"a" enum:"ab,x"`, `field In.Field lists "x" in its enum, which is not a bind_test.UUID`)
	mistake[string](t, `query:"a" enum:"a,,b"`, `field In.Field has enum:"a,,b" with an empty value; separate the values by single commas`)
	mistake[string](t, `query:"a" enum:"a,b,a"`, `field In.Field has enum:"a,b,a", which lists "a" twice`)
	mistake[bool](t, `query:"a" enum:"true"`, `field In.Field has an enum, but its type is bool, which has but two values`)
	mistake[time.Time](t, `query:"a" enum:"2006"`, `field In.Field has an enum, but its type is time.Time`)
	mistake[Box](t, `query:"a" enum:"x"`, `field In.Field has enum:"x", which is for single values and lists of them, but its type is bind_test.Box`)
	mistake[NoValues](t, `query:"a"`, `field In.Field has type bind_test.NoValues, whose method Enum lists no values`)
	mistake[Panics](t, `query:"a"`, `field In.Field has type bind_test.Panics, whose method Enum panics: boom`)
	mistake[int](t, `query:"page,comma" default:"x" required:"perhaps"`,
		`field In.Field has the option "comma" in its query tag, which takes none with type int`,
		`field In.Field has required:"perhaps"; write required:"true" or required:"false"`)
}

func TestValidateTagsThatCannotHold(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		`query:"a" validate:"emial"`:     `field In.Field has validate:"emial" on string: `,
		`query:"a" validate:"min=three"`: `field In.Field has validate:"min=three" on string: `,
		`query:"a" validate:"eqfield=B"`: `field In.Field has validate:"eqfield=B" on string: `,
	} {
		if _, err := compile[string](tag, bind.Options{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Compile(%s) = %v, want %s...", tag, err, want)
		}
	}
	if _, err := compile[struct {
		N int `json:"M"`
		M int
	}](`query:"a"`, bind.Options{}); err == nil || !strings.HasPrefix(err.Error(), "field In.Field has type struct") {
		t.Errorf("Compile of a struct whose members share a name = %v", err)
	}
	_, err := compile[WrongRule](`query:"a"`, bind.Options{})
	if want := `field In.Field holds a field WrongRule.Limit`; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("Compile of a struct with a wrong rule = %v, want %s...", err, want)
	}
}

func TestATypeThatHoldsItselfEndsWhereNamesEnd(t *testing.T) {
	t.Parallel()
	got, err := get[Node](t, `query:"tree"`, sent{query: "tree[name]=a&tree[kids][0][name]=b"})
	check(t, got, err, Node{Name: "a", Kids: []*Node{{Name: "b"}}}, "")
}

func TestASpecWithoutTypeOrPlaceIsRefused(t *testing.T) {
	t.Parallel()
	for _, spec := range []bind.Spec{{Name: "a", Field: "In.A"}, {Name: "a", Place: 9, Type: reflect.TypeFor[int](), Field: "In.A"}} {
		if _, err := bind.Compile(spec, bind.Options{}); err == nil || err.Error() != "field In.A has no type or no place to come from" {
			t.Errorf("Compile(%v) = %v", spec, err)
		}
	}
}

func TestABinderWantsItsOwnFieldAndPlan(t *testing.T) {
	t.Parallel()
	p, _ := compile[int](`query:"a"`, bind.Options{})
	other, _ := compile[int](`query:"b"`, bind.Options{})
	plan, _ := bind.NewPlan(nil, []*bind.Param{p}, bind.Limits{})
	for name, f := range map[string]func(){
		"another type": func() { p.Binder(new(string), plan.NewSource()) },
		"no pointer":   func() { p.Binder(1, plan.NewSource()) },
		"another plan": func() { other.Binder(new(int), plan.NewSource()) },
	} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.HasPrefix(r.(string), "bind: field In.Field ") {
					t.Errorf("%s: panic = %v", name, r)
				}
			}()
			f()
		}()
	}
}

func TestAPlanKnowsTheWildcardsOfItsPath(t *testing.T) {
	t.Parallel()
	p, _ := compile[int](`path:"id"`, bind.Options{})
	_, err := bind.NewPlan([]string{"uid", "rest..."}, []*bind.Param{p}, bind.Limits{})
	if want := `field In.Field has path:"id", but the path has no {id}`; err == nil || err.Error() != want {
		t.Errorf("NewPlan = %v, want %s", err, want)
	}
}
