package router_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"strings"
	"testing"

	"github.com/mortise-go/mortise"
	"github.com/mortise-go/mortise/router"
)

const (
	boundary      = "x-boundary-x"
	multipartType = "Content-Type: multipart/form-data; boundary=" + boundary
	png           = "\x89PNG\r\n\x1a\n"
)

// part writes a part of a form. fields are the rest of its header.
func part(disposition, content string, fields ...string) string {
	header := "Content-Disposition: form-data; " + disposition + "\r\n"
	for _, f := range fields {
		header += f + "\r\n"
	}
	return "--" + boundary + "\r\n" + header + "\r\n" + content + "\r\n"
}

func formOf(parts ...string) string { return strings.Join(parts, "") + "--" + boundary + "--\r\n" }

type profile struct {
	Name   string          `form:"name" validate:"max=10"`
	Tags   []string        `form:"tag"`
	Meta   *order          `form:"meta,json"`
	Avatar router.Upload   `form:"avatar" accept:"image/png,image/jpeg" doc:"A picture."`
	CV     *router.Upload  `form:"cv"`
	Other  []router.Upload `form:"other" accept:"text/*"`
}

// describeUploads tells what a form holds.
func describeUploads(_ context.Context, p profile) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v", p.Name, p.Tags)
	if p.Meta != nil {
		fmt.Fprintf(&b, " %+v", *p.Meta)
	}
	files := append([]router.Upload{p.Avatar}, p.Other...)
	if p.CV != nil {
		files = append(files, *p.CV)
	}
	for _, u := range files {
		f, err := u.Open()
		if err != nil {
			return "", err
		}
		content, err := io.ReadAll(f)
		if err != nil {
			return "", err
		}
		if err := f.Close(); err != nil {
			return "", err
		}
		fmt.Fprintf(&b, " %s:%s:%d:%d", u.Name, u.ContentType, u.Size, len(content))
	}
	return b.String(), nil
}

func uploadAPI(t testing.TB, opts ...router.Option) *mortise.API {
	api := mortise.New("Uploads", "1", append(opts, quiet())...)
	mortise.Post(api, "/", describeUploads)
	return built(t, api)
}

var avatar = part(`name="avatar"; filename="me.png"`, png, "Content-Type: image/png")

func TestFormsWithFilesAreRead(t *testing.T) {
	t.Parallel()
	do(t, uploadAPI(t), "POST /", formOf(
		part(`name="name"`, "ada"), part(`name="tag"`, "a"), part(`name="tag"`, "b"),
		part(`name="meta"`, `{"item":"x","count":2}`, "Content-Type: application/json"),
		avatar,
		part(`name="other"; filename="a.txt"`, "one", "Content-Type: text/plain; charset=utf-8"),
		part(`name="other"; filename="b.csv"`, "1,2", "Content-Type: text/csv"),
		part(`name="cv"; filename="cv.bin"`, "\x00\x01"),
		part(`name="unknown"`, "x"),
	), multipartType).is(200).says(`"ada [a b] {Item:x Count:2} me.png:image/png:8:8 a.txt:text/plain:3:3 b.csv:text/csv:3:3 cv.bin:application/octet-stream:2:2"`)
}

func TestWhatIsWrongWithAForm(t *testing.T) { // A184
	t.Parallel()
	name := part(`name="name"`, "ada")
	for _, tt := range []struct {
		what   string
		body   string
		status int
		places []string
	}{
		{"nothing in it", formOf(), 422, []string{"form.name required", "form.avatar required"}},
		{"a field that breaks a rule", formOf(part(`name="name"`, "ada lovelace"), avatar), 422, []string{"form.name max"}},
		{"a file where no file is expected", formOf(part(`name="name"; filename="x"`, "ada"), avatar), 422, []string{"form.name type"}},
		{"a text where a file is expected", formOf(name, part(`name="avatar"`, png)), 422, []string{"form.avatar type"}},
		{"a file twice", formOf(name, avatar, avatar), 400, []string{"form.avatar repeated"}},
		{"a text twice", formOf(name, name, avatar), 400, []string{"form.name repeated"}},
		{"JSON twice", formOf(name, avatar, part(`name="meta"`, "{}"), part(`name="meta"`, "{}")), 400, []string{"form.meta repeated"}},
		{"JSON that is none", formOf(name, avatar, part(`name="meta"`, "{")), 400, []string{"form.meta malformed"}},
		{"JSON with a member twice", formOf(name, avatar, part(`name="meta"`, `{"item":"a","item":"b"}`)), 400, []string{"form.meta duplicate"}},
		{"JSON that breaks a rule", formOf(name, avatar, part(`name="meta"`, `{"count":101}`)), 422, []string{"form.meta.item required", "form.meta.count max"}},
		{"JSON that says it is text", formOf(name, avatar, part(`name="meta"`, `{"item":"a"}`, "Content-Type: text/plain")), 422, []string{"form.meta type"}},
		{"a type that is not accepted", formOf(name, part(`name="avatar"; filename="a.gif"`, "GIF89a", "Content-Type: image/gif")), 422, []string{"form.avatar type"}},
		{"no type", formOf(name, part(`name="avatar"; filename="a.png"`, png)), 422, []string{"form.avatar type"}},
		{"a page that says it is a picture", formOf(name, part(`name="avatar"; filename="a.png"`, "<html><script>", "Content-Type: image/png")), 422, []string{"form.avatar type"}},
		{"a picture that says it is text", formOf(name, avatar, part(`name="other"; filename="a.txt"`, "ok", "Content-Type: text/plain"),
			part(`name="other"; filename="b.txt"`, png, "Content-Type: text/plain")), 422, []string{"form.other[1] type"}},
		{"what a browser sends for no file", formOf(name, part(`name="avatar"; filename=""`, "", "Content-Type: application/octet-stream")), 422, []string{"form.avatar required"}},
		{"a part without a name", formOf(name, avatar, part(`filename="x"`, "")), 400, nil},
		{"a part that is an attachment", formOf("--" + boundary + "\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n"), 400, nil},
		{"a part with two dispositions", formOf(part(`name="name"`, "a", "Content-Disposition: form-data; name=tag")), 400, nil},
		{"a form within the form", formOf(name, part(`name="avatar"`, "--in\r\nContent-Disposition: attachment; filename=me.png\r\n\r\n"+png+"\r\n--in--", "Content-Type: multipart/mixed; boundary=in")), 400, nil},
		{"a form within the form that has no boundary", formOf(part(`name="name"`, "ada", "Content-Type: Multipart/Mixed;"), avatar), 400, nil},
		{"a file that is a page with its pictures", formOf(name, avatar, part(`name="cv"; filename="me.mht"`, "x", "Content-Type: multipart/related; boundary=in")), 200, nil},
		{"a part in base64", formOf(part(`name="name"`, "YQ==", "Content-Transfer-Encoding: base64")), 400, nil},
		{"a part with a huge header", formOf(part(`name="name"`, "a", "X-Long: "+strings.Repeat("x", 64<<10))), 400, nil},
		{"text before the first part without end", strings.Repeat("x", 64<<10), 400, nil},
		{"a text that is too long", formOf(part(`name="tag"`, strings.Repeat("x", 64<<10+1))), 413, nil},
		{"no end", name + avatar, 400, nil},
		{"half a boundary", name + "--" + boundary[:4], 400, nil},
		{"bytes that are not UTF-8", formOf(part(`name="name"`, "\xff"), avatar), 400, []string{"form.name encoding"}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			t.Parallel()
			a := do(t, uploadAPI(t), "POST /", tt.body, multipartType).is(tt.status)
			if tt.places != nil {
				a.places(tt.places...)
			}
		})
	}
}

func TestUploadsHaveTheBaseNameOnly(t *testing.T) { // A184
	t.Parallel()
	for _, tt := range []struct{ name, parameters, want string }{
		{"directories above", `filename="../../etc/passwd"`, "passwd"},
		{"from the root", `filename="/etc/passwd"`, "passwd"},
		{"of Windows", `filename="..\\..\\boot.ini"`, "boot.ini"},
		{"a drive", `filename="C:\\x\\boot.ini"`, "boot.ini"},
		{"a stream", `filename="a.txt:b"`, "a.txt_b"},
		{"the directory itself", `filename=".."`, ""},
		{"in the extended form", `filename*=UTF-8''..%2F..%2Fetc%2Fpasswd`, "passwd"},
		{"control characters", "filename*=UTF-8''a%00b%0D%0A.txt", "ab.txt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			do(t, uploadAPI(t), "POST /", formOf(part(`name="name"`, "ada"), avatar, part(`name="cv"; `+tt.parameters, "x")), multipartType).is(200).
				says(`"ada [] me.png:image/png:8:8 ` + tt.want + `:application/octet-stream:1:1"`)
		})
	}
}

func TestFormsWithFilesHaveTheirMediaType(t *testing.T) { // A182, A184
	t.Parallel()
	api := uploadAPI(t)
	body := formOf(part(`name="name"`, "ada"), avatar)
	for _, tt := range []struct {
		field  string
		status int
	}{
		{multipartType, 200},
		{`Content-Type: Multipart/Form-Data; boundary="` + boundary + `"`, 200},
		{"Content-Type: multipart/mixed; boundary=" + boundary, 415},
		{"Content-Type: application/x-www-form-urlencoded", 415},
		{"Content-Type: multipart/form-data", 400},
		{"Content-Type: multipart/form-data; boundary=" + strings.Repeat("x", 71), 400},
		{"Content-Type: multipart/form-data; boundary=other", 400},
	} {
		a := do(t, api, "POST /", body, tt.field).is(tt.status)
		if tt.status == 415 {
			a.has("Accept", "multipart/form-data")
		}
	}
}

func TestFormsHaveLimits(t *testing.T) { // A184
	t.Parallel()
	name := part(`name="name"`, "ada")
	many := strings.Repeat(part(`name="tag"`, "x"), 1001)
	do(t, uploadAPI(t), "POST /", formOf(many), multipartType).is(400).detail("the form has more than 1000 parts")
	do(t, uploadAPI(t, router.MaxBody(100)), "POST /", formOf(name, avatar), multipartType).is(413).has("Connection", "close")
	limits := router.Multipart(router.MultipartConfig{Parts: 2, PartBytes: 8, FieldBytes: 3})
	do(t, uploadAPI(t, limits), "POST /", formOf(name, avatar), multipartType).is(200)
	do(t, uploadAPI(t, limits), "POST /", formOf(name, avatar, name), multipartType).is(400)
	do(t, uploadAPI(t, limits), "POST /", formOf(part(`name="name"`, "adam"), avatar), multipartType).is(413)
	do(t, uploadAPI(t, limits), "POST /", formOf(name, part(`name="avatar"; filename=x`, png+"1", "Content-Type: image/png")), multipartType).is(413)
	chunked := newRequest("POST /", formOf(name, avatar), multipartType)
	chunked.ContentLength = -1
	send(t, uploadAPI(t, router.MaxBody(100)), chunked).is(413)
}

func TestPartsThatNobodyKnowsAreRefusedOnRequest(t *testing.T) {
	t.Parallel()
	api := uploadAPI(t, router.RejectUnknownMembers())
	name := part(`name="name"`, "ada")
	do(t, api, "POST /", formOf(name, avatar), multipartType).is(200)
	do(t, api, "POST /", formOf(name, avatar, part(`name="role"`, "admin")), multipartType).is(422).places("form.role unknown")
	do(t, api, "POST /", formOf(name, avatar, part(`name="virus"; filename=x`, "")), multipartType).is(422).places("form.virus unknown")
	urlencoded := formAPI(t, router.RejectUnknownMembers())
	do(t, urlencoded, "POST /token?other=1", "grant_type=password&username=a", formType).is(200)
	do(t, urlencoded, "POST /token", "grant_type=password&username=a&role=x", formType).is(422).places("form.role unknown")
}

// TestLargeFilesGoToDiskAndAreRemoved is about the directory, which it has alone.
func TestLargeFilesGoToDiskAndAreRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	onDisk := func() int {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	api := mortise.New("Disk", "1", quiet(), router.MaxBody(1<<20), router.Multipart(router.MultipartConfig{Memory: 1000, TempDir: dir}))
	var fate func() error
	mortise.Post(api, "/", func(_ context.Context, in struct {
		Files []router.Upload `form:"f"`
	}) (none, error) {
		if n := onDisk(); n != 1 {
			t.Errorf("%d files are on disk, want the large one", n)
		}
		for i, u := range in.Files {
			f, err := u.Open()
			if err != nil {
				return none{}, err
			}
			defer func() { _ = f.Close() }()
			if got, err := io.ReadAll(f); err != nil || string(got) != strings.Repeat("x", int(u.Size)) || u.Size != []int64{600, 2000, 400}[i] {
				t.Errorf("file %d has %d bytes, read %d, %v", i, u.Size, len(got), err)
			}
			if _, err := f.Seek(10, io.SeekStart); err != nil {
				t.Error(err)
			}
		}
		return none{}, fate()
	})
	built(t, api)
	var parts []string
	for _, n := range []int{600, 2000, 400} {
		parts = append(parts, part(`name="f"; filename="f"`, strings.Repeat("x", n)))
	}
	for status, end := range map[int]func() error{
		204: func() error { return nil },
		500: func() error { panic("in the handler") },
		0:   func() error { panic(http.ErrAbortHandler) },
	} {
		fate = end
		if status == 0 {
			aborted(t, func() { do(t, api, "POST /", formOf(parts...), multipartType) })
		} else {
			do(t, api, "POST /", formOf(parts...), multipartType).is(status)
		}
		if n := onDisk(); n != 0 {
			t.Errorf("%d files stay on disk after %d", n, status)
		}
	}
	do(t, api, "POST /", strings.Join(parts, ""), multipartType).is(400) // broken off
	if n := onDisk(); n != 0 {
		t.Errorf("%d files stay on disk after a form that broke off", n)
	}
	lost := mortise.New("Lost", "1", quiet(), router.Multipart(router.MultipartConfig{Memory: 1, TempDir: dir + "/none"}))
	mortise.Post(lost, "/", describeUploads)
	do(t, built(t, lost), "POST /", formOf(part(`name="cv"; filename=x`, strings.Repeat("x", 1000))), multipartType).is(500)
}

func TestPartsAreReadAsTheyComeIn(t *testing.T) {
	t.Parallel()
	api := mortise.New("Parts", "1", router.Multipart(router.MultipartConfig{PartBytes: 5}))
	mortise.Post(api, "/", func(_ context.Context, in struct {
		Parts router.Parts `body:"multipart"`
	}) ([]string, error) {
		var seen []string
		for p, err := range in.Parts {
			if err != nil {
				return nil, err
			}
			if p.Name == "skip" {
				continue
			}
			content, err := io.ReadAll(p)
			if err != nil {
				return nil, err
			}
			seen = append(seen, fmt.Sprint(p.Name, " ", p.File, " ", p.FileName, " ", p.ContentType, " ", string(content)))
		}
		return seen, nil
	})
	built(t, api)
	do(t, api, "POST /", formOf(
		part(`name="a"`, "text"), part(`name="skip"; filename=x`, "x"), part(`name="f"; filename="..\\..\\evil\\f.txt"`, "12345", "Content-Type: text/plain"),
	), multipartType).is(200).says(`["a false   text","f true f.txt text/plain 12345"]`)
	do(t, api, "POST /", formOf(part(`name="f"; filename=f`, "123456")), multipartType).is(413).detail("a part of the form is larger than 5 bytes")
	do(t, api, "POST /", formOf(part(`name="skip"; filename=f`, "123456")), multipartType).is(413)
	do(t, api, "POST /", part(`name="f"; filename=f`, "12"), multipartType).is(400)
	do(t, api, "POST /", "{}").is(415)
	do(t, api, "POST /", "", "Content-Type:").is(415)
}

func TestFormsWithFilesAreDocumented(t *testing.T) {
	t.Parallel()
	operation := documented(t, uploadAPI(t), "POST /")
	content := member(operation, "requestBody", "content", "multipart/form-data")
	for _, tt := range []struct {
		want string
		way  []any
	}{
		{`["name","avatar"]`, []any{"schema", "required"}},
		{`"image/png, image/jpeg"`, []any{"encoding", "avatar", "contentType"}},
		{`"application/json"`, []any{"encoding", "meta", "contentType"}},
		{`"text/*"`, []any{"encoding", "other", "contentType"}},
		{`"array"`, []any{"schema", "properties", "other", "type"}},
		{`"A picture."`, []any{"schema", "properties", "avatar", "description"}},
	} {
		if got := text(member(content, tt.way...)); got != tt.want {
			t.Errorf("%v is %s, want %s", tt.way, got, tt.want)
		}
	}
	for _, status := range []string{"400", "413", "415", "422"} {
		if member(operation, "responses", status) == nil {
			t.Errorf("%s is not documented", status)
		}
	}
}

func TestAFormIsReadBehindTheGuards(t *testing.T) { // A201
	t.Parallel()
	api := mortise.New("Guarded", "1")
	mortise.Post(api, "/", describeUploads, mortise.Security(takesToken))
	r := newRequest("POST /", "", multipartType)
	r.Body, r.ContentLength = unreadBody{t}, -1
	send(t, built(t, api), r).is(401)
}

// FuzzMultipart compares with what mime/multipart makes of the same form.
func FuzzMultipart(f *testing.F) {
	f.Add(formOf(part(`name="name"`, "ada"), avatar))
	f.Add(formOf(part(`name="tag"; filename="../x"`, "a"), part(`name=meta`, "{}")))
	f.Add("--" + boundary + "\r\n\r\n--" + boundary + "--")
	f.Add(formOf(part("name=\"a\r\n b\"", "")))
	f.Add(formOf(part(`name="name"`, "ada"), part(`name="avatar"; filename=""`, png, "Content-Type: image/png")))
	api := uploadAPI(f, router.MaxBody(64<<10))
	f.Fuzz(func(t *testing.T, body string) {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, newRequest("POST /", body, multipartType))
		switch w.Code {
		case 200:
			form, err := multipart.NewReader(strings.NewReader(body), boundary).ReadForm(1 << 20)
			// ReadForm counts a file whose name is empty among the values.
			if err != nil || len(form.File["avatar"])+len(form.Value["avatar"]) != 1 || len(form.Value["name"]) != 1 {
				t.Errorf("%q is accepted, but mime/multipart says %+v, %v", body, form, err)
			}
		case 400, 413, 415, 422:
		default:
			t.Errorf("%q is answered %d", body, w.Code)
		}
	})
}

func TestAFormOfTheStandardLibraryIsRead(t *testing.T) {
	t.Parallel()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("name", "ada")
	w, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="avatar"; filename="me.png"`}, "Content-Type": {"image/png"},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, png)
	_ = form.Close()
	do(t, uploadAPI(t), "POST /", body.String(), "Content-Type: "+form.FormDataContentType()).is(200).says(`"ada [] me.png:image/png:8:8"`)
}
