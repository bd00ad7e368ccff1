package store

import (
	"context"

	"github.com/trivetlabs/trivet/pkg/event"
)

// What somebody of an organization does with its projects, keys and tokens; each change is in the audit, by the same
// transaction. Another organization's things are ErrNotFound.

// A ProjectChange says what of a project becomes different. Nil members stay as they are.
type ProjectChange struct {
	Name          *string   `json:"name,omitempty"`
	Slug          *string   `json:"slug,omitempty"`
	Origins       *[]string `json:"origins,omitempty"`
	RetentionDays *int      `json:"retention_days,omitempty"` // 12 to 3650; 0: as the installation keeps
	Rate          *int      `json:"rate,omitempty"`           // events a second; 0: the installation's
}

// CreateOwnProject makes a project with a first key.
func (s *Store) CreateOwnProject(_ context.Context, organization int64, by Actor, p Project) (Project, Key, error) {
	return Project{}, Key{}, errNotBuilt
}

// OwnProject finds one project of an organization.
func (s *Store) OwnProject(_ context.Context, organization, id int64) (Project, error) {
	return Project{}, errNotBuilt
}

// ChangeOwnProject changes a project.
func (s *Store) ChangeOwnProject(_ context.Context, organization int64, by Actor, id int64, c ProjectChange) (Project, error) {
	return Project{}, errNotBuilt
}

// OwnKeys lists the keys of a project, revoked ones too, oldest first.
func (s *Store) OwnKeys(_ context.Context, organization, project int64) ([]Key, error) {
	return nil, errNotBuilt
}

// CreateOwnKey makes a key beside those a project has.
func (s *Store) CreateOwnKey(_ context.Context, organization int64, by Actor, project int64, label string) (Key, error) {
	return Key{}, errNotBuilt
}

// RevokeOwnKey makes a key refused from now on.
func (s *Store) RevokeOwnKey(_ context.Context, organization int64, by Actor, project int64, publicKey string) (Key, error) {
	return Key{}, errNotBuilt
}

// OwnTokens lists the tokens of an organization, revoked ones too, oldest first.
func (s *Store) OwnTokens(_ context.Context, organization int64) ([]Token, error) {
	return nil, errNotBuilt
}

// CreateOwnToken makes a token and returns it with its secret, which is kept nowhere.
func (s *Store) CreateOwnToken(_ context.Context, organization int64, by Actor, t Token) (Token, string, error) {
	return Token{}, "", errNotBuilt
}

// RevokeOwnToken makes a token refused.
func (s *Store) RevokeOwnToken(_ context.Context, organization int64, by Actor, id event.ID) (Token, error) {
	return Token{}, errNotBuilt
}

// OwnOrganization finds the organization itself.
func (s *Store) OwnOrganization(_ context.Context, organization int64) (Organization, error) {
	return Organization{}, errNotBuilt
}
