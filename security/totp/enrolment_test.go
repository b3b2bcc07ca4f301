package totp_test

import (
	"bytes"
	"image"
	"image/png"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"

	"github.com/mortise-go/mortise/security/totp"
)

func TestTheURIIsWhatAuthenticatorsRead(t *testing.T) { // S239, A146
	t.Parallel()
	b := newBench(t, func(c *totp.Config) {
		c.Issuer, c.Digits, c.Period, c.Algorithm = "Example & Sons", 8, time.Minute, totp.SHA256
	})
	e, err := b.Enrol("alice@example.com")
	if err != nil {
		t.Fatal(err)
	}
	want := "otpauth://totp/Example%20%26%20Sons:alice%40example.com?secret=" + string(e.Secret) +
		"&issuer=Example%20%26%20Sons&algorithm=SHA256&digits=8&period=60"
	if got := e.URI(); got != want {
		t.Errorf("URI = %s\nwant  %s", got, want)
	}
}

// names that a URI has to survive.
func names() []string {
	return []string{"alice", "alice@example.com", "a?secret=B", "a&issuer=Evil", "100%", "a%3Ab", "a#b", "a/b/../c", "a+b c",
		"../../x", "日本語", "ÄÖÜ", `"quoted"`, `back\slash`, "a=b;c", strings.Repeat("x", 64)}
}

func TestNamesSurviveTheURI(t *testing.T) { // A146
	t.Parallel()
	for _, name := range names() {
		b := newBench(t, func(c *totp.Config) { c.Issuer = name })
		e, err := b.Enrol(name)
		if err != nil {
			t.Errorf("Enrol(%q): %v", name, err)
			continue
		}
		roundTrip(t, e)
	}
}

// roundTrip reads the URI as two others do.
func roundTrip(t *testing.T, e *totp.Enrolment) {
	t.Helper()
	u, err := url.Parse(e.URI())
	if err != nil {
		t.Fatalf("%s: %v", e.URI(), err)
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(q) != 5 {
		t.Errorf("%s: the query is %v, %v, want five parameters", e.URI(), q, err)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Fragment != "" || u.Path != "/"+e.Issuer+":"+e.Account {
		t.Errorf("%s is read as %+v", e.URI(), u)
	}
	for key, values := range q {
		if len(values) != 1 {
			t.Errorf("%s: %s occurs %d times", e.URI(), key, len(values))
		}
	}
	key, err := otp.NewKeyFromURL(e.URI())
	if err != nil {
		t.Fatal(err)
	}
	if key.Issuer() != e.Issuer || key.AccountName() != e.Account || key.Secret() != string(e.Secret) {
		t.Errorf("%s is read as %q, %q, %q", e.URI(), key.Issuer(), key.AccountName(), key.Secret())
	}
}

func TestNamesThatDeceiveAreRefused(t *testing.T) { // A146, M15
	t.Parallel()
	b := newBench(t)
	for _, tt := range []struct{ name, account, want string }{
		{"nothing", "", "is empty"},
		{"a colon", "Bank:alice", "holds a colon"},
		{"line breaks", "alice\r\nX-Evil: 1", "holds a colon"},
		{"a line break", "alice\nbob", "cannot be shown"},
		{"a NUL", "alice\x00", "cannot be shown"},
		{"a letter that turns the direction", "alice\u202egro.knab", "cannot be shown"},
		{"a letter without width", "ali\u200bce", "cannot be shown"},
		{"no UTF-8", "alice\xff", "cannot be shown"},
		{"space around it", " alice", "space around it"},
		{"65 bytes", strings.Repeat("x", 65), "has 65 bytes, more than 64"},
	} {
		e, err := b.Enrol(tt.account)
		if e != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Enrol = %v, %v, want an error that says %q", tt.name, e, err, tt.want)
		}
	}
}

func TestEverybodyGetsASecretOfTheirOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one, err := b.Enrol("alice")
	if err != nil {
		t.Fatal(err)
	}
	two, err := b.Enrol("alice")
	if err != nil || one.Secret == two.Secret {
		t.Errorf("two enrolments share a secret: %v", err)
	}
}

func TestThePictureIsTheURI(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"alice", strings.Repeat("日", 21)} {
		b := newBench(t, func(c *totp.Config) { c.Issuer = name })
		e, err := b.Enrol(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := e.QR()
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		want, err := qr.Encode(e.URI(), qr.M, qr.Auto)
		if err != nil {
			t.Fatal(err)
		}
		samePicture(t, picture, want)
	}
}

// samePicture compares an enlarged picture with one of one pixel a module.
func samePicture(t *testing.T, got, want image.Image) {
	t.Helper()
	const pixels, quiet = 6, 4
	modules := want.Bounds().Dx() + 2*quiet
	if size := got.Bounds().Size(); size != image.Pt(modules*pixels, modules*pixels) {
		t.Fatalf("the picture has %v pixels, want %d modules of %d", size, modules, pixels)
	}
	for y := range modules * pixels {
		for x := range modules * pixels {
			at := image.Pt(x/pixels-quiet, y/pixels-quiet)
			wantBlack := false
			if at.In(want.Bounds()) {
				r, _, _, _ := want.At(at.X, at.Y).RGBA()
				wantBlack = r == 0
			}
			if r, _, _, _ := got.At(x, y).RGBA(); (r == 0) != wantBlack {
				t.Fatalf("pixel %d, %d is black: %t, want %t", x, y, r == 0, wantBlack)
			}
		}
	}
}

func FuzzEnrol(f *testing.F) {
	for _, name := range names() {
		f.Add(name)
	}
	f.Add("Bank:alice")
	f.Add("alice\r\n")
	b := newBench(f)
	f.Fuzz(func(t *testing.T, name string) {
		e, err := b.Enrol(name)
		if err != nil {
			return
		}
		if strings.ContainsAny(name, ":\r\n\x00") {
			t.Errorf("%q is accepted", name)
		}
		roundTrip(t, e)
	})
}
