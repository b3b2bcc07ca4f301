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

//docs:begin messages

// Alarm is sent to those who asked for it.
type Alarm struct {
	Sensor string  `json:"sensor" doc:"The name on its label."`
	Value  float64 `json:"value"`
}

// watch asks to be told when a sensor exceeds a limit.
func watch(_ context.Context, in struct {
	Watch struct {
		Sensor string  `json:"sensor" validate:"required,max=20"`
		Above  float64 `json:"above"`
		Tell   string  `json:"tell" validate:"required,http_url" doc:"Where alarms are sent."`
	} `body:"json"`
}) (mortise.None, error) {
	return mortise.None{}, nil
}

//docs:end messages

func latest(_ context.Context, in struct {
	ID int64 `path:"id" doc:"As the answer to adding it says."`
}) (Reading, error) {
	return Reading{ID: in.ID, Sensor: "attic", Value: 21.5}, nil
}

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
		router.ExternalDocs(openapi.ExternalDocs{URL: "https://example.com/sensors", Description: "How to put up a sensor"}),
		router.DescribeTag(openapi.Tag{Name: "readings", Description: "What was measured."}),
		router.DescribeTagGroup(openapi.TagGroup{Name: "Data", Tags: []string{"readings"}}),
		router.DocumentExtension("x-logo", map[string]string{"url": "https://example.com/logo.svg"}),
		silence(),
	)
	mortise.Post(api, "/readings", addReading, mortise.Public(),
		router.Tags("readings"),
		router.Status(201),
		router.Summary("Keep a reading"),
		router.Description("Readings are kept for a year."),
		router.Problems(409))
	describeMore(api)
	mortise.Get(api, "/status", status, mortise.Public(), router.Hidden())
	return api
}

//docs:end api

//docs:begin webhook

// silence documents what the API sends by itself, to the address in its
// contract with the customer.
func silence() mortise.Option {
	return router.Webhook[Alarm]("sensorSilent",
		router.Summary("A sensor has said nothing for an hour"),
		router.Tags("alarms"),
		router.Parameter(openapi.Parameter{Name: "X-Signature", In: "header", Required: true,
			Description: "HMAC-SHA256 of the body, in hexadecimal digits."}))
}

//docs:end webhook

func describeMore(api *mortise.API) {
	//docs:begin examples
	mortise.Put(api, "/readings/{id}", correct, mortise.Public(),
		router.Tags("readings"),
		router.RequestExamples(
			openapi.Example{Name: "warm", Summary: "A warm attic", Value: Reading{Sensor: "attic", Value: 31}},
			openapi.Example{Name: "cold", Summary: "A cold cellar", Value: Reading{Sensor: "cellar", Value: 4}}),
		router.Response(openapi.Response{
			Status:      200,
			Description: "The reading as it is now.",
			Links: []openapi.Link{{Name: "read", Operation: "latest", Description: "Read it again",
				Parameters: map[string]any{"id": "$response.body#/id"}}},
		}),
		router.Response(openapi.Response{Status: 4, Description: "The reading cannot be corrected."}))
	//docs:end examples
	//docs:begin edit
	mortise.Get(api, "/readings/{id}", latest, mortise.Public(),
		router.Tags("readings"),
		router.EditOperation(func(op *openapi.OperationEntity) {
			op.MapOfAnything["x-codeSamples"] = []map[string]string{{"lang": "Shell", "source": "curl https://read.example.com/readings/1"}}
		}),
		router.ParameterExamples("id", openapi.Example{Name: "first", Value: 1}),
		router.Server(openapi.Server{URL: "https://read.example.com", Description: "Close to you"}))
	//docs:end edit
	//docs:begin callback
	mortise.Post(api, "/watches", watch, mortise.Public(),
		router.Tags("alarms"),
		router.Status(202),
		router.Callback[Alarm]("alarm", "{$request.body#/tell}",
			router.Summary("The limit was exceeded"),
			router.Response(openapi.Response{Status: 204, Description: "Thank you."}),
			router.Response(openapi.Response{Status: 410, Description: "Send no more."})))
	//docs:end callback
}

func correct(_ context.Context, in struct {
	ID      int64   `path:"id"`
	Reading Reading `body:"json"`
}) (Reading, error) {
	in.Reading.ID = in.ID
	return in.Reading, nil
}

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
