// Documents shows what can be said about an API besides what it does: words,
// examples, tags, servers.
//
//	go run ./examples/documents
package main

import (
	"context"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/openapi"
	"github.com/mortise-go/mortise/router"
)

//docs:begin fields

// Reading is what a sensor has measured.
type Reading struct {
	_      struct{} `title:"Reading" doc:"What a sensor has measured."`
	ID     int64    `json:"id,string" readOnly:"true" example:"17"`
	Sensor string   `json:"sensor" validate:"required,max=20" doc:"The name on its label." example:"attic"`
	Value  float64  `json:"value" validate:"min=-50,max=150" doc:"In degrees Celsius." example:"21.5"`
	Unit   string   `json:"unit,omitempty" deprecated:"true"`
}

//docs:end fields

//docs:begin handler
func addReading(_ context.Context, in struct {
	DryRun  bool    `query:"dry_run" default:"false" doc:"Check the reading, but do not keep it."`
	Reading Reading `body:"json" doc:"The reading to keep."`
}) (Reading, error) {
	in.Reading.ID = 17
	return in.Reading, nil
}

//docs:end handler

func status(context.Context, mortise.None) (string, error) { return "fine", nil }

//docs:begin api
func newAPI() *mortise.API {
	api := mortise.New("Sensors", "1.2.0",
		router.Description("Readings of the sensors in the **house**."),
		router.Info(openapi.Info{
			Summary: "Temperatures, in degrees Celsius.",
			License: &openapi.License{Name: "MIT", Identifier: "MIT"},
		}),
		router.Server(openapi.Server{URL: "https://api.example.com", Description: "Production"}),
		router.DescribeTag(openapi.Tag{Name: "readings", Description: "What was measured."}),
	)
	mortise.Post(api, "/readings", addReading, mortise.Public(),
		router.Tags("readings"),
		router.Status(201),
		router.Summary("Keep a reading"),
		router.Description("Readings are kept for a year."),
		router.Problems(409))
	mortise.Get(api, "/status", status, mortise.Public(), router.Hidden())
	return api
}

//docs:end api

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
