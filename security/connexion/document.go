package connexion

// A document is what this package looks at of an OpenAPI document.
type document struct {
	Security   []requirement       `json:"security"`
	Paths      map[string]pathItem `json:"paths"`
	Components struct {
		SecuritySchemes map[string]scheme `json:"securitySchemes"`
	} `json:"components"`
}

// A requirement is schemes that are needed together, with the scopes of each.
type requirement map[string][]string

type pathItem struct {
	Get     *operation `json:"get"`
	Put     *operation `json:"put"`
	Post    *operation `json:"post"`
	Delete  *operation `json:"delete"`
	Options *operation `json:"options"`
	Head    *operation `json:"head"`
	Patch   *operation `json:"patch"`
	Trace   *operation `json:"trace"`
}

func (p pathItem) operations() []*operation {
	return []*operation{p.Get, p.Put, p.Post, p.Delete, p.Options, p.Head, p.Patch, p.Trace}
}

type operation struct {
	ID string `json:"operationId"`
	// Security is nil where the document's counts.
	Security *[]requirement `json:"security"`
}

type scheme struct {
	Type             string `json:"type"`
	Description      string `json:"description"`
	Scheme           string `json:"scheme"`
	BearerFormat     string `json:"bearerFormat"`
	In               string `json:"in"`
	Name             string `json:"name"`
	OpenIDConnectURL string `json:"openIdConnectUrl"`
	Flows            struct {
		Implicit            *flow `json:"implicit"`
		Password            *flow `json:"password"`
		ClientCredentials   *flow `json:"clientCredentials"`
		AuthorizationCode   *flow `json:"authorizationCode"`
		DeviceAuthorization *flow `json:"deviceAuthorization"`
	} `json:"flows"`

	TokenInfoFunc        string `json:"x-tokenInfoFunc"`
	TokenInfoURL         string `json:"x-tokenInfoUrl"`
	ScopeValidateFunc    string `json:"x-scopeValidateFunc"`
	BasicInfoFunc        string `json:"x-basicInfoFunc"`
	APIKeyInfoFunc       string `json:"x-apikeyInfoFunc"`
	BearerInfoFunc       string `json:"x-bearerInfoFunc"`
	AuthenticationScheme string `json:"x-authentication-scheme"`
}

type flow struct {
	AuthorizationURL       string            `json:"authorizationUrl"`
	DeviceAuthorizationURL string            `json:"deviceAuthorizationUrl"`
	TokenURL               string            `json:"tokenUrl"`
	RefreshURL             string            `json:"refreshUrl"`
	Scopes                 map[string]string `json:"scopes"`
}
