package codec_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/internal/codec"
)

type product struct {
	ID    int64             `json:"id"`
	SKU   string            `json:"sku"`
	Name  string            `json:"name"`
	Price float64           `json:"price"`
	Tags  []string          `json:"tags"`
	Attrs map[string]string `json:"attrs"`
	Dims  struct {
		W, H, D int
	} `json:"dims"`
	Active bool `json:"active"`
}

func products(n int) []product {
	one := product{ID: 42, SKU: "AB-1234", Name: strings.Repeat("walnut board ", 8), Price: 12.5,
		Tags: []string{"wood", "board", "kitchen"}, Attrs: map[string]string{"colour": "brown", "origin": "FR"}, Active: true}
	one.Dims.W, one.Dims.H, one.Dims.D = 10, 20, 30
	list := make([]product, n)
	for i := range list {
		list[i] = one
	}
	return list
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"1", 1}, {"42", 42}} {
		data, err := codec.Marshal(products(size.n))
		if err != nil {
			b.Fatal(err)
		}
		run := func(name string, decode func(v *[]product) error) {
			b.Run(name+"/"+size.name, func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					var v []product
					if err := decode(&v); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		c := codec.For(reflect.TypeFor[[]product]())
		run("codec", func(v *[]product) error { return c.Decode(data, v, codec.Options{}) })
		run("v1", func(v *[]product) error { return json.Unmarshal(data, v) })
	}
}

// The worst that a body of this size can ask for: a hundred mismatches.
func BenchmarkDecodeMismatches(b *testing.B) {
	data, err := codec.Marshal(products(42))
	if err != nil {
		b.Fatal(err)
	}
	data = bytes.ReplaceAll(data, []byte(`"price":12.5,"tags":["wood","board","kitchen"]`), []byte(`"price":"x","tags":[1,2,3]`))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var v []product
		if codec.Decode(data, &v, codec.Options{}) == nil {
			b.Fatal("no error")
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	small, large := &answer{1, "ann", "ann@example.com", 7}, products(42)
	run := func(name string, encode func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := encode(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	buf := codec.GetBuffer()
	defer buf.Free()
	var old bytes.Buffer
	v1 := json.NewEncoder(&old)
	run("codec/small", func() error { buf.Reset(); return codec.Write(buf, small) })
	run("v1/small", func() error { old.Reset(); return v1.Encode(small) })
	run("codec/42", func() error { buf.Reset(); return codec.Write(buf, &large) })
	run("v1/42", func() error { old.Reset(); return v1.Encode(&large) })
}
