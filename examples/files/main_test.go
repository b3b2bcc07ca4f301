package main

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"github.com/mortise-go/mortise/mortisetest"
)

// form writes a form with a file of a type, and a JSON part.
func form(t *testing.T, mediaType, content, about string) (body, contentType string) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	_ = w.WriteField("title", "Sea")
	_ = w.WriteField("about", about)
	file, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="photo"; filename="../sea.png"`}, "Content-Type": {mediaType},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write([]byte(content))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String(), w.FormDataContentType()
}

func TestFilesComeInAndGoOut(t *testing.T) {
	t.Parallel()
	const png = "\x89PNG\r\n\x1a\n"
	good, contentType := form(t, "image/png", png, `{"album":"2026"}`)
	fake, fakeType := form(t, "image/png", "<script>", `{}`)
	for _, tc := range []struct {
		name, method, target, contentType, body string
		field, value                            string
		status                                  int
		want                                    string
	}{
		{"a form", "POST", "/photos", contentType, good, "", "", 201, `{"title":"Sea","album":"2026","name":"sea.png","type":"image/png","size":8,"notes":0}`},
		{"a form that lies", "POST", "/photos", fakeType, fake, "", "", 422, `"place":"form.photo"`},
		{"all mistakes at once", "POST", "/photos", fakeType, fake, "", "", 422, `"place":"form.about.album"`},
		{"parts", "POST", "/photos/sums", contentType, good, "", "", 200, `{"name":"sea.png","sha256":"4c4b6a3be1314ab86138bef4314dde022e600960d8689a2c8f8631802d20dab6"}`},
		{"a text", "POST", "/words", "text/plain", "one two", "", "", 200, "2"},
		{"a picture of a text", "POST", "/words", "image/png", png, "", "", 415, "text/plain or text/markdown"},
		{"a file", "GET", "/report", "", "", "", "", 200, report},
		{"the end of it", "GET", "/report", "", "", "Range", "bytes=-7", 206, "2026,9\n"},
		{"no more of it", "GET", "/report", "", "", "Range", "bytes=99-", 416, "the file has no such range"},
		{"it is there already", "GET", "/report", "", "", "If-None-Match", `"v1"`, 304, ""},
		{"a page", "GET", "/", "", "", "", "", 200, "<!doctype html>"},
	} {
		r := httptest.NewRequest(tc.method, tc.target, strings.NewReader(tc.body))
		if tc.contentType != "" {
			r.Header.Set("Content-Type", tc.contentType)
		}
		if tc.field != "" {
			r.Header.Set(tc.field, tc.value)
		}
		w := httptest.NewRecorder()
		newAPI().ServeHTTP(w, r)
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%s: %d %s, want %d and %s", tc.name, w.Code, w.Body, tc.status, tc.want)
		}
	}
}

func TestTheReportIsSavedUnderItsName(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	newAPI().ServeHTTP(w, httptest.NewRequest(http.MethodHead, "/report", nil))
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename=B_cher.csv; filename*=UTF-8''B%C3%BCcher.csv` {
		t.Error(got)
	}
}

func TestWhatIsPublicAsksForNothing(t *testing.T) {
	t.Parallel()
	mortisetest.Deny(t, newAPI(), mortisetest.Matrix{})
}
