// Package access knows who asks and what they may do: programs by their tokens, people by their sessions. Nothing that
// an organization owns is read or changed for somebody it has not let through.
package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// A Permission is what a route needs. Each but Owner is also a scope of tokens.
type Permission string

// The permissions, each including those before it. Anybody needs none.
const (
	Anybody Permission = ""
	Read    Permission = store.ScopeRead
	Write   Permission = store.ScopeWrite // work on issues
	Admin   Permission = store.ScopeAdmin // change projects, keys, tokens and members
	Owner   Permission = "owner"          // make owners and unmake them
)

// ranks orders the permissions.
var ranks = []Permission{Anybody, Read, Write, Admin, Owner}

// A Role is what a member may do.
type Role string

// The roles.
const (
	RoleViewer Role = "viewer"
	RoleMember Role = "member"
	RoleAdmin  Role = "admin"
	RoleOwner  Role = "owner"
)

var ofRole = map[Role]Permission{RoleViewer: Read, RoleMember: Write, RoleAdmin: Admin, RoleOwner: Owner}

// Allows tells whether a role includes a permission.
func (r Role) Allows(need Permission) bool {
	return slices.Index(ranks, ofRole[r]) >= slices.Index(ranks, need)
}

// A Viewer is somebody who may ask.
type Viewer struct {
	Organization int64
	Project      int64         // the only one they may see; 0 for all of the organization
	Token        *store.Token  // null for a person
	User         *store.User   // null for a program
	SignIn       *store.SignIn // of User: the browser, and all they belong to
	Role         Role          // of User in Organization
	Address      string        // they come from
}

// May tells whether the viewer has a permission. A token's scopes do not include each other.
func (v *Viewer) May(need Permission) bool {
	switch {
	case need == Anybody:
		return true
	case v == nil:
		return false
	case v.Token != nil:
		return need != Owner && v.Token.May(string(need))
	}
	return v.User != nil && v.Role.Allows(need)
}

// Actor is the viewer as what they do is written down.
func (v *Viewer) Actor() store.Actor {
	a := store.Actor{Address: v.Address}
	switch {
	case v.Token != nil:
		a.Kind, a.ID, a.Name = store.ActorToken, v.Token.ID.String(), v.Token.Label
	case v.User != nil:
		a.Kind, a.ID, a.Name = store.ActorUser, store.FormatID(v.User.ID), v.User.Name
	}
	return a
}

// Config is how people reach us.
type Config struct {
	PublicURL      string   // "" where nobody said
	TrustedProxies []string // CIDRs
}

// Access lets people and programs in. Safe for concurrent use.
type Access struct {
	db       *store.Store
	log      zerolog.Logger
	public   string // URL without a slash at its end
	proxies  service.Proxies
	origins  *http.CrossOriginProtection
	hasher   *hasher
	tokens   *memory[store.Token]
	signIns  *memory[store.SignIn]
	projects *owners
	metrics  metrics
}

// New returns an Access. The error is one of the configuration.
func New(env service.Env, db *store.Store, cfg Config) (*Access, error) {
	a := &Access{
		db: db, log: env.Log, public: strings.TrimRight(cfg.PublicURL, "/"), origins: http.NewCrossOriginProtection(), hasher: newHasher(),
		tokens: newMemory[store.Token](), signIns: newMemory[store.SignIn](), projects: newOwners(), metrics: newMetrics(env.Metrics),
	}
	var err error
	if a.proxies, err = service.ParseProxies("QUERY_TRUSTED_PROXIES", cfg.TrustedProxies); err != nil {
		return nil, err
	}
	if origin := web.Origin(a.public); origin != "" {
		if err := a.origins.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("QUERY_PUBLIC_URL: %w", err)
		}
	}
	if !a.secure() {
		env.Log.Warn().Msg("QUERY_PUBLIC_URL is not https: who listens on the way can take over signed-in browsers")
	}
	return a, nil
}

// Identify tells who sent a request, by its token or else its cookie; web.ErrNoToken where nobody did who may ask.
// project is the one that its path names, 0 for none: where the viewer does not belong to its organization, or it is not
// there, the error is store.ErrNotFound, whatever the request wants. basic tells that mittens' forms of Authorization
// are taken too. A change that a browser asks for with its cookie must come from our own pages: web.ErrCrossOrigin.
func (a *Access) Identify(ctx context.Context, r *http.Request, project int64, basic bool) (*Viewer, error) {
	authorization := r.Header.Get("Authorization")
	token, err := a.authenticate(ctx, authorization, basic)
	if err == nil {
		return a.tokenViewer(ctx, r, token, project)
	}
	// Other schemes may be those of a proxy in front of us; a token that is no good is an error, cookie or not.
	if scheme, _, _ := strings.Cut(authorization, " "); !errors.Is(err, web.ErrNoToken) || basic && authorization != "" || strings.EqualFold(scheme, "Bearer") {
		return nil, err
	}
	in, err := a.signedIn(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := a.CheckOrigin(r); err != nil {
		return nil, err
	}
	v := &Viewer{Organization: in.Organization, User: &in.User, SignIn: &in, Address: a.Address(r)}
	if project != 0 {
		if v.Organization, err = a.owner(ctx, project); err != nil {
			return nil, err
		}
		if in.Role(v.Organization) == "" {
			return nil, store.ErrNotFound
		}
	}
	v.Role = Role(in.Role(v.Organization))
	return v, nil
}

func (a *Access) tokenViewer(ctx context.Context, r *http.Request, token store.Token, project int64) (*Viewer, error) {
	if project != 0 {
		if token.ProjectID != 0 && token.ProjectID != project {
			return nil, store.ErrNotFound
		}
		owner, err := a.owner(ctx, project)
		if err != nil {
			return nil, err
		}
		if owner != token.OrganizationID {
			return nil, store.ErrNotFound
		}
	}
	return &Viewer{Organization: token.OrganizationID, Project: token.ProjectID, Token: &token, Address: a.Address(r)}, nil
}

// Address is where a request comes from, "" when nobody can tell.
func (a *Access) Address(r *http.Request) string {
	if addr, _ := a.proxies.Client(r); addr.IsValid() {
		return addr.String()
	}
	return ""
}

// Forget makes this process ask the database again about everybody: somebody's rights have changed.
func (a *Access) Forget() {
	a.tokens.forget()
	a.signIns.forget()
}
