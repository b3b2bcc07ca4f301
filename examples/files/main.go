// Files shows what is not JSON: forms with files, bodies as they are, and answers
// that are saved, resumed and not sent twice.
//
//	go run ./examples/files
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

//docs:begin form

// About is the JSON part of the form.
type About struct {
	Album string `json:"album" validate:"required,max=40"`
	Year  int    `json:"year,omitzero" validate:"min=0,max=2100"`
}

type newPhoto struct {
	Title string          `form:"title" validate:"max=80"`
	About *About          `form:"about,json"`
	Photo router.Upload   `form:"photo" accept:"image/png,image/jpeg" doc:"The picture."`
	Notes []router.Upload `form:"note" accept:"text/*"`
}

// Photo is what was taken in.
type Photo struct {
	Title string `json:"title"`
	Album string `json:"album"`
	Name  string `json:"name"`
	Type  string `json:"type"`
	Size  int64  `json:"size"`
	Notes int    `json:"notes"`
}

func addPhoto(_ context.Context, in newPhoto) (Photo, error) {
	p := Photo{in.Title, "", in.Photo.Name, in.Photo.ContentType, in.Photo.Size, len(in.Notes)}
	if in.About != nil {
		p.Album = in.About.Album
	}
	file, err := in.Photo.Open() // and copy it to where it stays
	if err != nil {
		return Photo{}, err
	}
	return p, file.Close()
}

//docs:end form

//docs:begin parts

// Sum is the digest of a file.
type Sum struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

func sumFiles(_ context.Context, in struct {
	Parts router.Parts `body:"multipart"`
}) ([]Sum, error) {
	var sums []Sum
	for part, err := range in.Parts {
		if err != nil {
			return nil, err // it is an answer: 400 or 413
		}
		hash := sha256.New()
		if _, err := io.Copy(hash, part); err != nil {
			return nil, err
		}
		sums = append(sums, Sum{part.FileName, hex.EncodeToString(hash.Sum(nil))})
	}
	return sums, nil
}

//docs:end parts

//docs:begin raw
func countWords(_ context.Context, in struct {
	Text io.Reader `body:"text/plain,text/markdown" doc:"The text."`
}) (int, error) {
	text, err := io.ReadAll(in.Text)
	return len(strings.Fields(string(text))), err
}

//docs:end raw

//docs:begin file

// report could be one of an os.Root: router.OpenFile(root.FS(), in.Name).
const report = "year,books\n2025,7\n2026,9\n"

func getReport(context.Context, mortise.None) (router.File, error) {
	return router.File{
		Content:    strings.NewReader(report),
		Name:       "Bücher.csv",
		Modified:   time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC),
		ETag:       `"v1"`,
		Attachment: true,
	}, nil
}

//docs:end file

//docs:begin plain
func getPage(context.Context, mortise.None) (string, error) {
	return "<!doctype html><title>Photos</title>", nil
}

//docs:end plain

//docs:begin routes
func newAPI() *mortise.API {
	api := mortise.New("Files", "1.0.0", router.MaxBody(32<<20))
	photos := api.Group("/photos", mortise.Public(), router.Multipart(router.MultipartConfig{Parts: 20, PartBytes: 8 << 20}))
	mortise.Post(photos, "", addPhoto, router.Status(201))
	mortise.Post(photos, "/sums", sumFiles)
	open := api.Group("", mortise.Public())
	mortise.Post(open, "/words", countWords, router.MaxBody(1<<30), router.ReadTimeout(10*time.Minute))
	mortise.Get(open, "/report", getReport, router.ContentType("text/csv; charset=utf-8"))
	mortise.Get(open, "/{$}", getPage, router.ContentType("text/html; charset=utf-8"))
	return api
}

//docs:end routes

func main() { mortise.Run(newAPI(), "127.0.0.1:8080") }
