package rules_test

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/rules"
)

type Audit struct {
	By   string  `json:"by" validate:"omitempty,alpha,max=5"`
	Note *string `json:"note" validate:"omitempty,min=2"`
}

type Place struct {
	Street string `json:"street" validate:"required,max=6"`
	Zip    string `json:"zip" validate:"omitempty,len=3,number"`
	Geo    struct {
		Lat float64 `json:"lat" validate:"gte=-90,lte=90"`
	} `json:"geo"`
}

// Shapes has containers, pointers, interfaces and embedding.
type Shapes struct {
	Audit
	Named   Audit             `json:"named"`
	Ptr     *Place            `json:"ptr" validate:"required"`
	Opt     *Place            `json:"opt"`
	OptMax  *int              `json:"opt_max" validate:"max=3"`
	OptIf   *int              `json:"opt_if" validate:"omitnil,gt=1"`
	Zero    int               `json:"zero" validate:"omitzero,min=2"`
	Default string            `json:"default" validate:"isdefault"`
	Deep    **string          `json:"deep" validate:"required,min=2"`
	Tags    []string          `json:"tags" validate:"omitempty,max=3,unique,dive,min=2,max=4"`
	Grid    [][]int           `json:"grid" validate:"dive,min=1,dive,lt=3"`
	Fixed   [2]string         `json:"fixed" validate:"dive,required"`
	Places  []Place           `json:"places" validate:"max=2,dive"`
	Ptrs    []*Place          `json:"ptrs" validate:"dive,required"`
	Loose   []*Place          `json:"loose" validate:"dive"`
	Undived []Place           `json:"undived" validate:"max=2"`
	Meta    map[string]string `json:"meta" validate:"max=3,dive,keys,alpha,max=3,endkeys,required,max=3"`
	ByID    map[int]Place     `json:"by_id" validate:"dive,keys,gt=0,endkeys"`
	PtrMap  map[string]*int   `json:"ptr_map" validate:"dive,omitempty,min=2"`
	Any     any               `json:"any" validate:"omitempty,min=2"`
	AnyReq  any               `json:"any_req" validate:"required"`
	AnyList []any             `json:"any_list" validate:"dive,required"`
	Free    any               `json:"free"`
	When    time.Time         `json:"when" validate:"omitempty,lt"`
	Until   *time.Time        `json:"until" validate:"required,gt"`
	Wait    time.Duration     `json:"wait" validate:"min=1ms,max=1h"`
	Either  string            `json:"either" validate:"omitempty,len=2|number,max=3"`
	Color   string            `json:"color" validate:"omitempty,iscolor"`
	Country string            `json:"country" validate:"omitempty,country_code"`
	Whole   Place             `json:"whole" validate:"required"`
	Only    Place             `json:"only" validate:"structonly"`
	None    Place             `json:"none" validate:"nostructlevel"`
	Skip    Place             `json:"skip" validate:"-"`
	ID      uid               `json:"id" validate:"uuid4"`
	Addr    netip.Addr        `json:"addr" validate:"required"`
	private string            `validate:"required"`
}

// Crossed has the rules that look at other fields.
type Crossed struct {
	A    string    `json:"a" validate:"eqfield=B"`
	B    string    `json:"b" validate:"nefield=C"`
	C    string    `json:"c" validate:"omitempty,gtfield=A"`
	D    string    `json:"d" validate:"ltcsfield=C"`
	N    int       `json:"n" validate:"gtefield=M"`
	M    int       `json:"m" validate:"ltefield=In.K"`
	U    uint8     `json:"u" validate:"ltfield=V"`
	V    uint8     `json:"v" validate:"eqcsfield=U|eq=3"`
	F    float32   `json:"f" validate:"gtcsfield=G"`
	G    float32   `json:"g" validate:"necsfield=F"`
	From time.Time `json:"from" validate:"ltfield=To"`
	To   time.Time `json:"to" validate:"omitempty,gtefield=From"`
	L1   []int     `json:"l1" validate:"eqfield=L2"`
	L2   []int     `json:"l2" validate:"gtecsfield=L1"`
	On   bool      `json:"on" validate:"eqfield=Off"`
	Off  bool      `json:"off"`
	In   Inner     `json:"in"`
	P    *Inner    `json:"p"`
	Far  *string   `json:"far" validate:"omitempty,eqfield=A"`
	Text string    `json:"text" validate:"fieldcontains=A"`
	Not  string    `json:"not" validate:"fieldexcludes=B"`
	Uq   int       `json:"uq" validate:"unique=N"`

	If      string            `json:"if" validate:"required_if=A red N 3"`
	Unless  string            `json:"unless" validate:"required_unless=A red On true"`
	SkipU   string            `json:"skip_u" validate:"skip_unless=U 3"`
	With    *string           `json:"with" validate:"required_with=A P.K"`
	WithAll []int             `json:"with_all" validate:"required_with_all=A N"`
	Wo      *Inner            `json:"wo" validate:"required_without=P"`
	WoAll   map[string]string `json:"wo_all" validate:"required_without_all=A B"`
	ExIf    int               `json:"ex_if" validate:"excluded_if=F 1.5"`
	ExUn    string            `json:"ex_un" validate:"excluded_unless=On false"`
	ExWith  *int              `json:"ex_with" validate:"excluded_with=A"`
	ExWAll  *int              `json:"ex_w_all" validate:"excluded_with_all=A N"`
	ExWo    Inner             `json:"ex_wo" validate:"excluded_without=P"`
	ExWoAll string            `json:"ex_wo_all" validate:"excluded_without_all=A P"`
	Chain   *string           `json:"chain" validate:"required_with=A,omitempty,min=2"`
	Listed  []string          `json:"listed" validate:"dive,required_with=A,nefield=B"`
	Len     string            `json:"len" validate:"required_if=L1 2"`
	Nil     string            `json:"nil" validate:"required_if=P nil"`
	Elem    string            `json:"elem" validate:"required_with=L1[1]"`
	KeyOf   string            `json:"key_of" validate:"required_with=WoAll[k]"`
	Dyn     any               `json:"dyn"`
	DynIf   string            `json:"dyn_if" validate:"required_if=Dyn 3"`
	Group   string            `json:"group" validate:"excluded_with=A|alpha"`
}

type Inner struct {
	K int `json:"k" validate:"omitempty,gtfield=J"`
	J int `json:"j"`
}

// random fills a value with what stands close to the bounds of the tags above.
type random struct{ *rand.Rand }

var words = []string{"", "a", "red", "ab", "abc", "abcd", "é", "éé", "12", "123", "k", "#fff", "SE", "toolong7"}

func (r random) fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(words[r.IntN(len(words))])
	case reflect.Int64:
		v.SetInt([]int64{0, 1, int64(time.Millisecond), int64(time.Hour), int64(time.Hour) + 1}[r.IntN(5)])
	case reflect.Int:
		v.SetInt(int64(r.IntN(6) - 1))
	case reflect.Uint8:
		v.SetUint(uint64(r.IntN(5)))
	case reflect.Float32, reflect.Float64:
		v.SetFloat([]float64{0, 1.5, -90, 90.5, 3}[r.IntN(5)])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Pointer:
		if r.IntN(3) > 0 && depth < 6 {
			v.Set(reflect.New(v.Type().Elem()))
			r.fill(v.Elem(), depth+1)
		}
	case reflect.Struct:
		r.fillStruct(v, depth)
	case reflect.Interface:
		r.fillAny(v)
	default:
		r.fillMany(v, depth)
	}
}

func (r random) fillStruct(v reflect.Value, depth int) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf([]time.Time{{}, time.Unix(1e9, 0), time.Unix(1e9, 0).UTC(), time.Unix(2e10, 0)}[r.IntN(4)]))
		return
	}
	if v.Type() == reflect.TypeFor[netip.Addr]() {
		v.Set(reflect.ValueOf([]netip.Addr{{}, netip.MustParseAddr("::1")}[r.IntN(2)]))
		return
	}
	for _, field := range v.Fields() {
		if field.CanSet() && r.IntN(4) > 0 {
			r.fill(field, depth+1)
		}
	}
}

func (r random) fillAny(v reflect.Value) {
	values := []any{nil, "", "a", "abc", 0, 1, 3, 3.5, []any{}, []any{"a", 1}, map[string]any{"k": 1}, new(""), (*string)(nil), new(2)}
	if v.NumMethod() == 0 {
		if value := values[r.IntN(len(values))]; value != nil {
			v.Set(reflect.ValueOf(value))
		}
	}
}

func (r random) fillMany(v reflect.Value, depth int) {
	n := r.IntN(4)
	switch v.Kind() {
	case reflect.Array:
		n = v.Len()
	case reflect.Slice:
		if n == 0 && r.IntN(2) == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range n {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			r.fill(key, depth+1)
			r.fill(value, depth+1)
			v.SetMapIndex(key, value)
		}
		return
	}
	for i := range n {
		r.fill(v.Index(i), depth+1)
	}
}

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 7))} }

func TestVerdictsOnRandomStructsAreValidators(t *testing.T) {
	t.Parallel()
	shapes := compile[Shapes](t, rules.Options{Limit: 1 << 20})
	crossed := compile[Crossed](t, rules.Options{})
	broken := map[string]int{}
	for seed := range uint64(2000) {
		compareRandom[Shapes](t, shapes, seed, broken)
		compareRandom[Crossed](t, crossed, seed, broken)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[Crossed](), reflect.TypeFor[Shapes]()} {
		for field := range typ.Fields() {
			name := field.Tag.Get("json")
			if tag := field.Tag.Get("validate"); tag == "" || slices.Contains([]string{"only", "none", "skip", "", "by_id", "places", "ptrs", "loose"}, name) {
				continue
			}
			if n := broken[name]; n == 0 || n == 4000 {
				t.Errorf("%s.%s was broken by %d of the random values: the comparison says little", typ.Name(), name, n)
			}
		}
	}
}

// compareRandom counts in broken the members at whose first step, or below
// which, a rule was not kept.
func compareRandom[T any](t *testing.T, c *rules.Checker, seed uint64, broken map[string]int) {
	t.Helper()
	var value T
	newRandom(seed).fill(reflect.ValueOf(&value).Elem(), 0)
	oracle := oracles.Get().(*oracleType)
	defer oracles.Put(oracle)
	sameStruct(t, oracle, c, &value)
	for _, v := range c.Check(&value) {
		broken[v.Path[0].Name]++
	}
}

// FuzzStructs lets the fuzzer choose the values.
func FuzzStructs(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	shapes := compile[Shapes](f, rules.Options{Limit: 1 << 20})
	crossed := compile[Crossed](f, rules.Options{})
	f.Fuzz(func(t *testing.T, seed uint64) {
		compareRandom[Shapes](t, shapes, seed, map[string]int{})
		compareRandom[Crossed](t, crossed, seed, map[string]int{})
	})
}
