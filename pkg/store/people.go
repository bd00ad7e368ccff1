package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A Member is a person of an organization.
type Member struct {
	User
	Role     string    `json:"role"` // owner, admin, member or viewer
	JoinedAt time.Time `json:"joined_at"`
}

// Members lists the people of an organization, oldest first.
func (s *Store) Members(_ context.Context, organization int64) ([]Member, error) {
	return nil, errNotBuilt
}

// SetRole changes what a member may do. The last owner stays one: ErrInvalid.
func (s *Store) SetRole(_ context.Context, organization int64, by Actor, user int64, role string) (Member, error) {
	return Member{}, errNotBuilt
}

// RemoveMember takes somebody out of an organization and ends their sessions of it. The last owner stays.
func (s *Store) RemoveMember(_ context.Context, organization int64, by Actor, user int64) error {
	return errNotBuilt
}

// An Invitation is a link for somebody who is no member yet.
type Invitation struct {
	Email     string    `json:"email"`
	Role      string    `json:"role"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Invitations lists the invitations of an organization that can still be used.
func (s *Store) Invitations(_ context.Context, organization int64) ([]Invitation, error) {
	return nil, errNotBuilt
}

// Invite makes a link that works for a week, in place of an earlier one for the same e-mail; its secret is kept nowhere.
func (s *Store) Invite(_ context.Context, organization int64, by Actor, email, role string) (Invitation, string, error) {
	return Invitation{}, "", errNotBuilt
}

// Uninvite makes an invitation useless.
func (s *Store) Uninvite(_ context.Context, organization int64, by Actor, email string) error {
	return errNotBuilt
}

// An AuditEntry is one change that others depend on.
type AuditEntry struct {
	ID      event.ID        `json:"id"`
	At      time.Time       `json:"at"`
	Actor   Actor           `json:"actor"`
	Address string          `json:"address"`
	Action  string          `json:"action"` // noun.verb
	Target  string          `json:"target"`
	Detail  json.RawMessage `json:"detail"`
}

// An AuditFilter says which entries a list is about. Zero values ask for everything.
type AuditFilter struct {
	Action   string // noun.verb, or a noun alone
	From, To time.Time
	Limit    int
	Cursor   string
}

// Audit lists what was changed in an organization, newest first, with the cursor of the next page.
func (s *Store) Audit(_ context.Context, organization int64, f AuditFilter) ([]AuditEntry, string, error) {
	return nil, "", errNotBuilt
}
