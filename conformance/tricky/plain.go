package tricky

import (
	"encoding/json"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"time"
)

// Scalars has a member of every kind.
type Scalars struct {
	Bool    bool    `json:"bool"`
	Int     int     `json:"int"`
	Int8    int8    `json:"int8"`
	Int16   int16   `json:"int16"`
	Int32   int32   `json:"int32"`
	Int64   int64   `json:"int64"`
	Uint    uint    `json:"uint"`
	Uint8   uint8   `json:"uint8"`
	Uint16  uint16  `json:"uint16"`
	Uint32  uint32  `json:"uint32"`
	Uint64  uint64  `json:"uint64"`
	Float32 float32 `json:"float32"`
	Float64 float64 `json:"float64"`
	String  string  `json:"string"`
	Named   Label   `json:"named"`
	Untaged string
	Omitted string `json:"omitted,omitempty"`
	Zero    int    `json:"zero,omitzero"`
	Hidden  int    `json:"-"`
}

const scalars = `{"bool":true,"int":-1,"int8":-128,"int16":5,"int32":5,"int64":9007199254740993,"uint":1,"uint8":255,
	"uint16":1,"uint32":1,"uint64":18446744073709551615,"float32":1.5,"float64":1e300,"string":"é\u0000\"","named":"n",
	"Untaged":"x","omitted":"y","zero":2}`

// Label is a named scalar.
type Label string

// Quoted has numbers that travel as strings.
type Quoted struct {
	Int     int      `json:"int,string"`
	Uint    uint64   `json:"uint,string"`
	Float   float64  `json:"float,string"`
	Pointer *int64   `json:"pointer,string"`
	Signed  int8     `json:"signed,string" validate:"max=100"`
	Maybe   *float32 `json:"maybe,omitempty,string"`
}

// Standard has types of the standard library.
type Standard struct {
	Time     time.Time       `json:"time"`
	Duration time.Duration   `json:"duration"`
	Addr     netip.Addr      `json:"addr"`
	Prefix   netip.Prefix    `json:"prefix"`
	AddrPort netip.AddrPort  `json:"addrPort"`
	IP       net.IP          `json:"ip"`
	URL      url.URL         `json:"url"`
	Link     *url.URL        `json:"link"`
	Big      big.Int         `json:"big"`
	Float    big.Float       `json:"float"`
	Number   json.Number     `json:"number"`
	Raw      json.RawMessage `json:"raw,omitempty"`
	Any      any             `json:"any"`
}

const standard = `{"time":"2026-01-02T03:04:05.5+01:00","duration":"1m30s","addr":"::1","prefix":"10.0.0.0/8","addrPort":"[::1]:80",
	"ip":"192.0.2.1","url":"https://a.example/b?c=d#e","link":"/x","big":123456789012345678901234567890,"float":"1.5",
	"number":1.50,"raw":{"a":[1]},"any":{"b":null}}`

// Pointers has pointers to everything.
type Pointers struct {
	Bool   *bool            `json:"bool"`
	Text   *string          `json:"text"`
	Short  *string          `json:"short,omitempty" validate:"omitempty,min=2"`
	Node   *Node            `json:"node"`
	Gone   *Node            `json:"gone,omitzero"`
	Twice  **int            `json:"twice"`
	List   *[]string        `json:"list"`
	IDs    []*int           `json:"ids"`
	Nodes  []*Node          `json:"nodes"`
	Time   *time.Time       `json:"time"`
	Times  []*time.Time     `json:"times"`
	Map    map[string]*int  `json:"map"`
	ByName map[string]*Node `json:"byName"`
	Color  *Color           `json:"color"`
	Colors *[]Color         `json:"colors,omitzero"`
}

// Lists has slices and arrays.
type Lists struct {
	Texts  []string            `json:"texts"`
	Grid   [][]int             `json:"grid"`
	Triple *[3]bool            `json:"triple"`
	Pair   [2]struct{ A int8 } `json:"-"`
	Two    *[2]Node            `json:"two,omitzero"`
	Bytes  []byte              `json:"bytes"`
	Four   [4]byte             `json:"four"`
	Blobs  [][]byte            `json:"blobs"`
	Tree   Tree                `json:"tree"`
	Any    []any               `json:"any"`
	Omit   []string            `json:"omit,omitempty"`
	Inline []struct {
		A int   `json:"a"`
		B *bool `json:"b,omitempty"`
	} `json:"pair"`
}

// Tree holds itself without a struct.
type Tree []Tree

// Maps has maps by every kind of key.
type Maps struct {
	Plain   map[string]int            `json:"plain"`
	ByInt   map[int]string            `json:"byInt"`
	ByUint  map[uint8]string          `json:"byUint"`
	ByFloat map[float64]bool          `json:"byFloat"`
	ByLabel map[Label]bool            `json:"byLabel"`
	ByColor map[Color]int             `json:"byColor"`
	ByID    map[UUID]int              `json:"byId"`
	ByAddr  map[netip.Addr]int        `json:"byAddr"`
	Deep    map[string]map[string]any `json:"deep"`
	Any     map[string]any            `json:"any"`
	Nodes   map[string]Node           `json:"nodes"`
	Sets    map[string]struct{}       `json:"sets"`
}
