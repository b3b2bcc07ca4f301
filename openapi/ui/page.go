package ui

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// Config says what the page shows. The zero value is ready to use.
type Config struct {
	// Title is the title of the page; "API documentation" by default.
	Title string
	// Document is the address of the OpenAPI document. If it is relative, it is relative to the directory
	// in which the page lies: "openapi.json", the default, is /openapi.json for a page at /docs or /docs/.
	Document string
	// ClientID is what the page calls itself towards an OAuth 2.0 authorization server; empty to let people fill it in.
	ClientID string
	// Scopes are chosen in advance in the dialog.
	Scopes []string
	// ConnectTo lists origins besides its own to which the page may send requests,
	// such as "https://login.example.com" for a token endpoint. They become sources of the Content-Security-Policy.
	ConnectTo []string
}

// Check reports an entry of ConnectTo that is not an origin, and a Document that is not a URL.
func (c Config) Check() error {
	var mistakes []error
	for _, origin := range c.ConnectTo {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil || origin != u.Scheme+"://"+u.Host ||
			strings.ContainsAny(origin, " ;,") {
			mistakes = append(mistakes, fmt.Errorf("%q is not an origin; write one such as https://login.example.com", origin))
		}
	}
	if _, err := url.Parse(c.Document); err != nil {
		mistakes = append(mistakes, fmt.Errorf("document %q is not a URL: %w", c.Document, err))
	}
	return errors.Join(mistakes...)
}

// Handler serves the page at its own path and the files it needs below it; mount it for both, "/docs" and "/docs/".
// It answers GET and HEAD. It panics if [Config.Check] finds something.
func Handler(c Config) http.Handler {
	if err := c.Check(); err != nil {
		panic("ui: " + err.Error())
	}
	c.Title = cmp.Or(c.Title, "API documentation")
	c.Document = cmp.Or(c.Document, "openapi.json")
	target, _ := url.Parse(c.Document) // checked
	return &pages{config: c, policy: policy(c.ConnectTo), anchored: target.IsAbs() || strings.HasPrefix(c.Document, "/")}
}

// HasFile reports whether a path, relative to that of the page with a slash at its end, is one of the files that the
// page needs, such as "swagger-ui.css": with the directory of any version in front, so that a page outlives an update of the
// program. It is for whoever serves other things beside the page and must tell them apart.
func HasFile(name string) bool {
	if dir, file, found := strings.Cut(name, "/"); found && isVersion(dir) {
		return load().files[file] != nil
	}
	return name == redirectPage || load().files[name] != nil
}

type pages struct {
	config   Config
	policy   string
	anchored bool // the address of the document does not depend on that of the page
}

// policy allows the page its own files, and requests to the listed origins.
func policy(connect []string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src " +
		strings.Join(append([]string{"'self'"}, connect...), " ") +
		"; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}

const redirectPage = "oauth2-redirect.html"

// ServeHTTP tells by the last element of the path what is asked for: a name with a dot is a file, anything else the page.
func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.protect(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	files := load()
	dir, name := path.Split(r.URL.Path)
	switch a := files.files[name]; {
	case a != nil:
		a.serve(w, r, path.Base(dir) == files.version)
	case name == redirectPage:
		// A popup that comes back from another site is cut off from the page that opened it by any other value.
		w.Header().Set("Cross-Origin-Opener-Policy", "unsafe-none")
		w.Header().Set("Cache-Control", "no-store")
		p.write(w, r, fmt.Sprintf(redirectHTML, files.version))
	case strings.Contains(name, "."):
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNotFound)
	default:
		w.Header().Set("Cache-Control", "no-cache")
		p.write(w, r, p.page(r, files.version))
	}
}

// protect sets what OWASP's Secure Headers project asks of a page, whatever the program does for other answers.
func (p *pages) protect(h http.Header) {
	h.Set("Content-Security-Policy", p.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	// The dialog opens the authorization server in a popup, which same-origin would cut off.
	h.Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("X-XSS-Protection", "0")
	h.Set("X-Permitted-Cross-Domain-Policies", "none")
	h.Set("X-DNS-Prefetch-Control", "off")
}

func (p *pages) write(w http.ResponseWriter, r *http.Request, page string) {
	send(w, r, "text/html; charset=utf-8", `"`+tag([]byte(page))+`"`, []byte(page))
}

const pageHTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>%[1]s</title>
<link rel="icon" type="image/png" href="%[2]s/favicon.png">
<link rel="stylesheet" href="%[2]s/swagger-ui.css">
<link rel="stylesheet" href="%[2]s/style.css">
</head>
<body>
<div id="swagger-ui" data-document="%[3]s" data-redirect="%[4]s" data-client="%[5]s" data-scopes="%[6]s"></div>
<noscript>This page needs JavaScript. The document itself is <a href="%[3]s">here</a>.</noscript>
<script src="%[2]s/swagger-ui-bundle.js"></script>
<script src="%[2]s/start.js"></script>
</body>
</html>
`

const redirectHTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="robots" content="noindex">
<title>Signing in</title>
</head>
<body>
<script src="%s/oauth2-redirect.js"></script>
</body>
</html>
`

func (p *pages) page(r *http.Request, version string) string {
	here, up := directory(r)
	document := p.config.Document
	if !p.anchored {
		document = up + document
	}
	return fmt.Sprintf(pageHTML,
		html.EscapeString(p.config.Title), html.EscapeString(here+version), html.EscapeString(document),
		html.EscapeString(here+redirectPage), html.EscapeString(p.config.ClientID),
		html.EscapeString(strings.Join(p.config.Scopes, " ")))
}

// directory returns how the page refers to what lies below it and to the directory in which it lies.
// At /docs those are "./docs/" and "./", at /docs/ they are "./" and "../".
// The address is taken as the client wrote it, for a prefix may have been removed since.
func directory(r *http.Request) (below, beside string) {
	asked, _, _ := strings.Cut(r.RequestURI, "?")
	if asked == "" {
		asked = r.URL.EscapedPath()
	}
	last := asked[strings.LastIndexByte(asked, '/')+1:]
	if last == "" {
		return "./", "../"
	}
	return "./" + last + "/", "./"
}
