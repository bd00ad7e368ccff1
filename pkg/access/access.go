// Package access knows who asks and what they may do: programs by their tokens, people by their sessions. Nothing that
// an organization owns is read or changed for somebody it has not let through.
package access

import (
	"context"
	"net/http"
	"slices"

	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
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
	Project      int64        // the only one they may see; 0 for all of the organization
	Token        *store.Token // null for a person
	User         *store.User  // null for a program
	Role         Role         // of User in Organization
	Address      string       // they come from
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

// Access lets people and programs in. Safe for concurrent use.
type Access struct {
	db     *store.Store
	tokens *tokens
}

// New returns an Access.
func New(_ service.Env, db *store.Store) *Access { return &Access{db: db, tokens: newTokens()} }

// Identify tells who sent a request; web.ErrNoToken where nobody did who may ask. project is the one that its path
// names, 0 for none; basic tells that mittens' forms of Authorization are taken too. What a viewer may see of the
// project is told by the database.
func (a *Access) Identify(ctx context.Context, r *http.Request, project int64, basic bool) (*Viewer, error) {
	token, err := a.authenticate(ctx, r.Header.Get("Authorization"), basic)
	if err != nil {
		return nil, err
	}
	if project != 0 && token.ProjectID != 0 && token.ProjectID != project {
		return nil, store.ErrNotFound
	}
	return &Viewer{Organization: token.OrganizationID, Project: token.ProjectID, Token: &token}, nil
}
