package workload

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// AdminScope is the scope that W4 demands.
const AdminScope = "admin:read"

// The reasons for which W4 refuses a request.
var (
	ErrNoToken   = errors.New("not authenticated")
	ErrBadToken  = errors.New("invalid token")
	ErrNoUser    = errors.New("unknown user")
	ErrForbidden = errors.New("missing scope")
	ErrNotFound  = errors.New("not found")
)

// StatusOf returns the status with which an error of W4 is answered.
func StatusOf(err error) int {
	switch {
	case errors.Is(err, ErrNoToken), errors.Is(err, ErrBadToken), errors.Is(err, ErrNoUser):
		return http.StatusUnauthorized
	case errors.Is(err, ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

// Claims are what a token of W4 says.
type Claims struct {
	Scopes []string `json:"scopes"`
	jwt.RegisteredClaims
}

// User is an account of the user store.
type User struct {
	ID     int
	Name   string
	Email  string
	Role   string
	Active bool
}

// UserView is the answer of W4, about 120 bytes of JSON.
type UserView struct {
	ID          int    `json:"id"`
	Name        string `json:"name"`
	Email       string `json:"email"`
	Role        string `json:"role"`
	Active      bool   `json:"active"`
	RequestedBy string `json:"requested_by"`
}

// Secret returns the key that signs the tokens of W4.
func Secret() []byte { return []byte("32 bytes that only a benchmark has") }

// BearerToken takes the token out of the value of an Authorization field.
func BearerToken(authorization string) (string, error) {
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	if !ok || token == "" {
		return "", ErrNoToken
	}
	return token, nil
}

// Users is the user store of W4. It is immutable, and so safe for concurrent use.
type Users struct {
	parser *jwt.Parser
	byName map[string]*User
	byID   map[int]*User
}

// NewUsers returns a store of a thousand users; the first is the admin.
func NewUsers() *Users {
	s := &Users{
		parser: jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired()),
		byName: map[string]*User{}, byID: map[int]*User{},
	}
	for id := 1; id <= 1000; id++ {
		name, role := "user"+strconv.Itoa(id), "member"
		if id == 1 {
			name, role = "admin", "admin"
		}
		u := &User{ID: id, Name: name, Email: name + "@example.com", Role: role, Active: true}
		s.byName[name], s.byID[id] = u, u
	}
	return s
}

// Verify checks an HS256 token with golang-jwt. Nothing is remembered from one
// call to the next.
func (s *Users) Verify(token string) (*Claims, error) {
	c := new(Claims)
	if _, err := s.parser.ParseWithClaims(token, c, func(*jwt.Token) (any, error) { return Secret(), nil }); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadToken, err)
	}
	return c, nil
}

// Current returns the user that a token names.
func (s *Users) Current(c *Claims) (*User, error) {
	if u := s.byName[c.Subject]; u != nil {
		return u, nil
	}
	return nil, ErrNoUser
}

// Allow checks that an active user's token has a scope.
func Allow(c *Claims, u *User, scope string) error {
	if u.Active && slices.Contains(c.Scopes, scope) {
		return nil
	}
	return ErrForbidden
}

// View is the business function of W4.
func (s *Users) View(id int, by *User) (UserView, error) {
	u := s.byID[id]
	if u == nil {
		return UserView{}, ErrNotFound
	}
	return UserView{ID: u.ID, Name: u.Name, Email: u.Email, Role: u.Role, Active: u.Active, RequestedBy: by.Name}, nil
}

// Admit is the whole guard of W4 for contenders without dependencies: from the
// Authorization field to the user who may.
func (s *Users) Admit(authorization string) (*User, error) {
	token, err := BearerToken(authorization)
	if err != nil {
		return nil, err
	}
	claims, err := s.Verify(token)
	if err != nil {
		return nil, err
	}
	user, err := s.Current(claims)
	if err != nil {
		return nil, err
	}
	return user, Allow(claims, user, AdminScope)
}

// Sign returns a token for tests and benchmarks. It panics if method and key do
// not fit.
func Sign(method jwt.SigningMethod, key any, subject string, expires time.Time, scopes ...string) string {
	claims := Claims{Scopes: scopes, RegisteredClaims: jwt.RegisteredClaims{
		Subject: subject, ExpiresAt: jwt.NewNumericDate(expires), IssuedAt: jwt.NewNumericDate(time.Unix(1_760_000_000, 0)),
	}}
	token, err := jwt.NewWithClaims(method, &claims).SignedString(key)
	if err != nil {
		panic(err)
	}
	return token
}

// Good returns the token that W4 sends.
func Good() string {
	return Sign(jwt.SigningMethodHS256, Secret(), "admin", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), "profile", "items:read", AdminScope)
}
