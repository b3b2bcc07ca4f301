package bind_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/mortise-go/mortise/internal/bind"
)

type IDs []int64

func TestListsAreWrittenInManyWays(t *testing.T) {
	t.Parallel()
	want := []string{"a", "b", "c"}
	for tag, s := range map[string]sent{
		`query:"v"`:        {query: "v=a&w=x&v=b&v=c"},
		`query:"v,repeat"`: {query: "v=a&v=b&v=c"},
		`query:"v,comma"`:  {query: "v=a%2Cb,c"},
		`query:"v,pipe"`:   {query: "v=a|b%7Cc"},
		`query:"v,space"`:  {query: "v=a+b%20c"},
		`form:"v"`:         {form: "v=a&v=b&v=c"},
		`form:"v,comma"`:   {form: "v=a,b,c"},
		`path:"v"`:         {path: "a,b,c"},
		`cookie:"v"`:       {cookie: "w=1; v=a,b,c"},
		`header:"V"`:       {header: http.Header{"V": {"a", "b, c"}}},
		`header:"v,comma"`: {header: http.Header{"V": {" ,a ,\tb,,c,"}}},
	} {
		got, err := get[[]string](t, tag, s)
		check(t, got, err, want, "")
	}
}

func TestListsOfEachSort(t *testing.T) {
	t.Parallel()
	ids, err := get[IDs](t, `query:"v"`, sent{query: "v=1&v=-2"})
	check(t, ids, err, IDs{1, -2}, "")
	levels, err := get[[]Level](t, `query:"v"`, sent{query: "v=1&v=2"})
	check(t, levels, err, []Level{1, 2}, "")
	addresses, err := get[[]netip.Addr](t, `query:"v,comma"`, sent{query: "v=::1,10.0.0.1"})
	check(t, addresses, err, []netip.Addr{netip.IPv6Loopback(), netip.MustParseAddr("10.0.0.1")}, "")
	days, err := get[[]time.Time](t, `query:"v" layout:"2006-01-02"`, sent{query: "v=2024-02-29"})
	check(t, days, err, []time.Time{time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)}, "")
	array, err := get[[3]int](t, `path:"v"`, sent{path: "1,2,3"})
	check(t, array, err, [3]int{1, 2, 3}, "")
	uuids, err := get[[2]UUID](t, `query:"v"`, sent{query: "v=ab&v=cd"})
	check(t, uuids, err, [2]UUID{{'a', 'b'}, {'c', 'd'}}, "")
	empty, err := get[[]int](t, `query:"v,comma"`, sent{query: "v="})
	check(t, empty, err, []int{}, "")
	blank, err := get[[]string](t, `query:"v"`, sent{query: "v=&v"})
	check(t, blank, err, []string{"", ""}, "")
	lines, err := get[[]string](t, `header:"v"`, sent{header: http.Header{"V": {" , "}}})
	check(t, lines, err, []string{}, "")
}

func TestAllMistakesOfAListAreTold(t *testing.T) {
	t.Parallel()
	got, err := get[[]int](t, `query:"v"`, sent{query: "v=x&v=2&v=99999999999999999999&v=%00"})
	check(t, got, err, nil, "422 type query.v[0]: expected an integer\n"+
		"422 range query.v[2]: expected an integer between -9223372036854775808 and 9223372036854775807\n"+
		"422 type query.v[3]: expected an integer")
	ruled, err := get[[]int](t, `query:"v,comma" validate:"max=3,dive,min=1"`, sent{query: "v=1,0,-1"})
	check(t, ruled, err, nil, "422 min query.v[1]: must be at least 1\n422 min query.v[2]: must be at least 1")
	long, err := get[[]int](t, `query:"v,comma" validate:"max=3"`, sent{query: "v=1,2,3,4"})
	check(t, long, err, nil, "422 max query.v: must have at most 3 items")
	enum, err := get[[]string](t, `query:"v,comma" enum:"a,b"`, sent{query: "v=a,c"})
	check(t, enum, err, nil, "422 enum query.v[1]: must be one of a, b")
	array, err := get[[2]int](t, `query:"v"`, sent{query: "v=1"})
	check(t, array, err, [2]int{}, "422 length query.v: must have exactly 2 values")
	array, err = get[[2]int](t, `query:"v"`, sent{query: "v=1&v=x"})
	check(t, array, err, [2]int{}, "422 type query.v[1]: expected an integer")
	path, err := get[[]string](t, `path:"v"`, sent{path: "a,b\\,.."})
	check(t, path, err, nil, "400 encoding path.v[1]: holds an escaped slash, backslash or dot segment\n"+
		"400 encoding path.v[2]: holds an escaped slash, backslash or dot segment")
	cookie, err := get[[]string](t, `cookie:"v"`, sent{cookie: `v=a,b"c`})
	check(t, cookie, err, nil, "400 encoding cookie.v[1]: holds a character that a cookie may not hold")
}

// A176, A178
func TestListsAreBounded(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("1,", 1000) + "1"
	got, err := get[[]int](t, `query:"v,comma"`, sent{query: "v=" + many})
	check(t, got, err, nil, "400 limit query.v: has more than 1000 values")
	got, err = get[[]int](t, `header:"v"`, sent{header: http.Header{"V": {many}}})
	check(t, got, err, nil, "400 limit header.v: has more than 1000 values")
	got, err = get[[]int](t, `query:"v" validate:"max=5000"`, sent{query: strings.Repeat("v=1&", 1000)})
	check(t, got, err, nil, "400 limit query: has more than 1000 parameters")
	repeated := newField[[]int](t, `query:"v"`, bind.Options{MaxItems: 2}, bind.Limits{})
	got, err = repeated.read(sent{query: "v=1&v=2&v=3&v=4"})
	check(t, got, err, nil, "400 limit query.v: has more than 2 values")
	fit := newField[[]int](t, `query:"v,comma"`, bind.Options{MaxItems: 3}, bind.Limits{})
	got, err = fit.read(sent{query: "v=1,2,3"})
	check(t, got, err, []int{1, 2, 3}, "")
	got, err = fit.read(sent{query: "v=1,2,3,4"})
	check(t, got, err, nil, "400 limit query.v: has more than 3 values")
}

// A178
func TestAJoinedListIsGivenOnce(t *testing.T) {
	t.Parallel()
	got, err := get[[]int](t, `query:"v,comma"`, sent{query: "v=1,2&v=3"})
	check(t, got, err, nil, "400 repeated query.v: given more than once; separate the values in one")
	first := newField[[]int](t, `query:"v,comma"`, bind.Options{FirstWins: true}, bind.Limits{})
	got, err = first.read(sent{query: "v=1,2&v=3"})
	check(t, got, err, []int{1, 2}, "")
}
