package security

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mortise-go/mortise/di"
	"github.com/mortise-go/mortise/internal/callsite"
)

// An RBACConfig declares roles and permissions, and who has what.
type RBACConfig struct {
	// Roles are all roles, the lowest first.
	Roles []string
	// Permissions are all permissions, such as "posts:read".
	Permissions []string
	// Grants are the permissions of each role, or patterns of them; see
	// [MatchPermission]. A pattern stands for those of Permissions that it fits.
	Grants map[string][]string
	// Inherit gives each role the permissions of all lower ones.
	Inherit bool
}

// An RBAC knows the order of roles and the permissions of each. What it was not
// told of has nothing. It does not change and is safe for concurrent use.
type RBAC struct {
	roles       []string
	permissions []string
	granted     map[string][]string // permissions by role
	place       callsite.Place
	mistakes    []error
}

// NewRBAC makes an RBAC. Mistakes, such as a grant to a role that is not
// declared, are reported by [RBAC.Err], and by the Build of every API that has a
// guard of it.
func NewRBAC(c RBACConfig) *RBAC {
	r := &RBAC{
		roles:       slices.Clone(c.Roles),
		permissions: slices.Clone(c.Permissions),
		granted:     map[string][]string{},
		place:       callsite.User(),
	}
	r.checkNames("role", r.roles, checkRole)
	r.checkNames("permission", r.permissions, CheckPermission)
	for _, role := range slices.Sorted(maps.Keys(c.Grants)) {
		r.grant(role, c.Grants[role])
	}
	if c.Inherit {
		r.inherit()
	}
	return r
}

func (r *RBAC) mistake(format string, args ...any) {
	r.mistakes = append(r.mistakes, fmt.Errorf("NewRBAC (%v): "+format, append([]any{r.place}, args...)...))
}

func (r *RBAC) checkNames(kind string, names []string, check func(string) error) {
	for i, name := range names {
		if err := check(name); err != nil {
			r.mistake("%s %q: %v", kind, name, err)
		}
		if slices.Contains(names[:i], name) {
			r.mistake("%s %q is declared twice, so its rank would depend on who looks; declare it once", kind, name)
		}
	}
}

func checkRole(role string) error {
	if role == "" || strings.TrimSpace(role) != role {
		return errors.New("is empty or has space around it; write it as principals have it")
	}
	return nil
}

// grant expands the patterns of a role.
func (r *RBAC) grant(role string, patterns []string) {
	unknown := r.declaredRole(role)
	if unknown != nil {
		r.mistake("Grants: %v", unknown)
	}
	for _, pattern := range patterns {
		if err := CheckPermissionPattern(pattern); err != nil {
			r.mistake("Grants[%q]: %q: %v", role, pattern, err)
			continue
		}
		fits := func(p string) bool { return MatchPermission(pattern, p) }
		if !slices.ContainsFunc(r.permissions, fits) {
			r.mistake("Grants[%q]: %q fits none of the declared permissions %s", role, pattern, listed(r.permissions))
		}
		for _, p := range r.permissions {
			if unknown == nil && fits(p) && !slices.Contains(r.granted[role], p) {
				r.granted[role] = append(r.granted[role], p)
			}
		}
	}
}

// inherit gives each role what the one below it has.
func (r *RBAC) inherit() {
	for i := 1; i < len(r.roles); i++ {
		role, lower := r.roles[i], r.roles[i-1]
		for _, p := range r.granted[lower] {
			if !slices.Contains(r.granted[role], p) {
				r.granted[role] = append(r.granted[role], p)
			}
		}
	}
}

func listed(names []string) string {
	if len(names) == 0 {
		return "(there are none)"
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(quoted, ", ")
}

func (r *RBAC) declaredRole(role string) error {
	if slices.Contains(r.roles, role) {
		return nil
	}
	return fmt.Errorf("role %q is not declared; the roles are %s", role, listed(r.roles))
}

func (r *RBAC) declaredPermission(permission string) error {
	if slices.Contains(r.permissions, permission) {
		return nil
	}
	return fmt.Errorf("permission %q is not declared; the permissions are %s", permission, listed(r.permissions))
}

// Err returns everything that is wrong with the declaration, joined; nil when
// nothing is.
func (r *RBAC) Err() error { return errors.Join(r.mistakes...) }

// AtLeast reports whether role is lowest or a higher role. A role that is not
// declared is no higher than anything, and nothing is higher than it.
func (r *RBAC) AtLeast(role, lowest string) bool { return slices.Contains(r.from(lowest), role) }

// from lists a role and all higher ones; nil for a role that is not declared.
func (r *RBAC) from(lowest string) []string {
	i := slices.Index(r.roles, lowest)
	if i < 0 {
		return nil
	}
	return r.roles[i:]
}

// Allows reports whether the role has the permission. A principal's own
// HasPermission may ask it.
func (r *RBAC) Allows(role, permission string) bool {
	return slices.Contains(r.granted[role], permission)
}

// PermissionsOf lists the permissions of a role, in the order of its grants,
// those of lower roles last.
func (r *RBAC) PermissionsOf(role string) []string { return slices.Clone(r.granted[role]) }

// with lists the roles that have a permission.
func (r *RBAC) with(permission string) []string {
	var roles []string
	for _, role := range r.roles {
		if r.Allows(role, permission) {
			roles = append(roles, role)
		}
	}
	return roles
}

// HasMinRole is the policy of [RequireMinRole].
func HasMinRole[P RoleHolder](rbac *RBAC, role string) Policy[P] {
	roles := rbac.from(role)
	p := holds("at least role "+code(role), func(p P) bool { return slices.ContainsFunc(roles, p.HasRole) })
	p.mistake = errors.Join(rbac.Err(), rbac.declaredRole(role))
	return p
}

// HasGrant is the policy of [RequireGrant].
func HasGrant[P RoleHolder](rbac *RBAC, permission string) Policy[P] {
	roles := rbac.with(permission)
	p := holds("permission "+code(permission), func(p P) bool { return slices.ContainsFunc(roles, p.HasRole) })
	p.mistake = errors.Join(rbac.Err(), rbac.declaredPermission(permission))
	return p
}

// RequireMinRole lets only principals with the role or a higher one pass and
// gives the principal. Without one the answer is 403 "Role 'basic' or higher
// required". A role that the rbac does not know is a mistake of the API, and
// one that a principal has gives it nothing. Otherwise it is as [RequireRole].
func RequireMinRole[P RoleHolder](rbac *RBAC, role string) *di.Dependency {
	return guard("RequireMinRole("+role+")", HasMinRole[P](rbac, role), MinRoleRequired(role))
}

// RequireGrant lets only principals pass to one of whose roles the rbac grants
// the permission, and gives the principal. Otherwise the answer is 403
// "Permission 'posts:delete' required". A permission that the rbac does not know
// is a mistake of the API.
//
// [RequirePermission] asks the principal itself instead.
func RequireGrant[P RoleHolder](rbac *RBAC, permission string) *di.Dependency {
	return guard("RequireGrant("+permission+")", HasGrant[P](rbac, permission), PermissionRequired(permission))
}
