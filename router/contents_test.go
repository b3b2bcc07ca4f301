package router_test

import (
	"io"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

// contentMistakes are those of bodies and answers that are not JSON.
func contentMistakes() map[string]func(*mortise.API) {
	return map[string]func(*mortise.API){
		"raw body of a struct": func(api *mortise.API) {
			get[struct {
				A order `body:"image/png"`
			}](api, "/")
		},
		"raw body of no media type": func(api *mortise.API) {
			get[struct {
				A io.Reader `body:"image/png,/"`
			}](api, "/")
		},
		"reader read from JSON": func(api *mortise.API) {
			get[struct {
				A io.Reader `body:"json"`
			}](api, "/")
		},
		"lines read from JSON": func(api *mortise.API) {
			get[struct {
				A router.Lines[int] `body:"json"`
			}](api, "/")
		},
		"lines of another type": func(api *mortise.API) {
			get[struct {
				A []order `body:"jsonl"`
			}](api, "/")
		},
		"lines with bad rules": func(api *mortise.API) {
			get[struct {
				A router.Lines[checked] `body:"jsonl"`
			}](api, "/")
		},
		"output of another media type": func(api *mortise.API) { out[order](api, router.ContentType("text/csv")) },
		"output field of another media type": func(api *mortise.API) {
			out[struct {
				A order `body:"text/csv"`
			}](api)
		},
		"media type that is none":       func(api *mortise.API) { out[string](api, router.ContentType("csv")) },
		"encoder of no media type":      func(api *mortise.API) { out[int](api, router.Encoder("text/*", asXML)) },
		"encoder of JSON":               func(api *mortise.API) { out[int](api, router.Encoder("application/vnd.x+json", asXML)) },
		"decoder that is nil":           func(api *mortise.API) { out[int](api, router.Decoder("text/csv", nil)) },
		"limit of lines that is none":   func(api *mortise.API) { out[int](api, router.MaxLine(0)) },
		"stream with a negative time":   func(api *mortise.API) { out[int](api, router.Streams(router.StreamConfig{Heartbeat: -time.Second})) },
		"stream with a bodyless status": func(api *mortise.API) { out[router.Stream](api, router.Status(204)) },
		"body read twice in two kinds": func(api *mortise.API) {
			get[struct {
				A order     `body:"json"`
				B io.Reader `body:"*/*"`
			}](api, "/")
		},
	}
}

// formMistakes are those of forms with files.
func formMistakes() map[string]func(*mortise.API) {
	return map[string]func(*mortise.API){
		"parts of another type": func(api *mortise.API) {
			get[struct {
				A []router.Part `body:"multipart"`
			}](api, "/")
		},
		"parts read from JSON": func(api *mortise.API) {
			get[struct {
				A router.Parts `body:""`
			}](api, "/")
		},
		"parts beside a form": func(api *mortise.API) {
			get[struct {
				A router.Parts `body:"multipart"`
				B string       `form:"b"`
			}](api, "/")
		},
		"file with options": func(api *mortise.API) {
			get[struct {
				A router.Upload `form:"a,comma"`
			}](api, "/")
		},
		"file that accepts no media type": func(api *mortise.API) {
			get[struct {
				A router.Upload `form:"a" accept:".png"`
			}](api, "/")
		},
		"file in the query": func(api *mortise.API) {
			get[struct {
				A router.Upload `query:"a"`
			}](api, "/")
		},
		"file without a tag": func(api *mortise.API) {
			get[struct{ A router.Upload }](api, "/")
		},
		"JSON part without a name": func(api *mortise.API) {
			get[struct {
				A order `form:",json"`
			}](api, "/")
		},
		"JSON part with bad rules": func(api *mortise.API) {
			get[struct {
				A checked `form:"a,json"`
			}](api, "/")
		},
		"part that is two things": func(api *mortise.API) {
			get[struct {
				A router.Upload `form:"a"`
				B string        `form:"a"`
			}](api, "/")
		},
		"form with a negative limit": func(api *mortise.API) { out[int](api, router.Multipart(router.MultipartConfig{Parts: -1})) },
	}
}
