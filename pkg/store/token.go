package store

import (
	"context"
	_ "embed" // the statements
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
)

// What a token may do.
const (
	ScopeRead  = "read"  // list and show
	ScopeWrite = "write" // send events to its project
	ScopeAdmin = "admin" // change the organization
)

// A Token is a secret by which people and programs read, without the secret.
type Token struct {
	ID             event.ID   `json:"id"`
	OrganizationID int64      `json:"organization_id"`
	ProjectID      int64      `json:"project_id,omitempty"` // 0: all of the organization
	Scopes         []string   `json:"scopes"`
	Label          string     `json:"label"`
	CreatedAt      time.Time  `json:"created_at"`
	RevokedAt      *time.Time `json:"revoked_at"` // nil while it is good
}

// May tells whether the token has a scope.
func (t Token) May(scope string) bool { return slices.Contains(t.Scopes, scope) }

func scanToken(row pgx.CollectableRow) (t Token, err error) {
	err = row.Scan((*[16]byte)(&t.ID), &t.OrganizationID, &t.ProjectID, &t.Scopes, &t.Label, &t.CreatedAt, &t.RevokedAt)
	return t, err
}

//go:embed sql/create_token.sql
var createTokenSQL string

// CreateToken makes a token of t's organization, project (0 for all), scopes and label, and returns it
// with its secret, which is kept nowhere: only its SHA-256 is stored. The error is ErrInvalid, or
// ErrNotFound where the organization is not there or does not own the project, wrapped.
func (s *Store) CreateToken(ctx context.Context, t Token) (made Token, secret string, err error) {
	if err := checkText("label", t.Label); err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	scopes := slices.Compact(slices.Sorted(slices.Values(t.Scopes)))
	if len(scopes) == 0 || slices.ContainsFunc(scopes, func(s string) bool { return s != ScopeRead && s != ScopeWrite && s != ScopeAdmin }) {
		return Token{}, "", fmt.Errorf("create token: %w", invalid("scopes", "one or more of read, write, admin"))
	}
	if slices.Contains(scopes, ScopeWrite) && t.ProjectID == 0 {
		return Token{}, "", fmt.Errorf("create token: %w", invalid("project", "one, for scope write"))
	}
	secret = project.NewToken()
	hash, err := hex.DecodeString(project.HashToken(secret))
	if err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	id := event.NewID(time.Now())
	made, err = one(ctx, s, scanToken, createTokenSQL, [16]byte(id), hash, t.OrganizationID, t.ProjectID, scopes, t.Label)
	if err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	return made, secret, nil
}

//go:embed sql/tokens.sql
var tokensSQL string

// Tokens lists the tokens of an organization, revoked ones too, oldest first.
func (s *Store) Tokens(ctx context.Context, organization int64) ([]Token, error) {
	all, err := many(ctx, s, scanToken, tokensSQL, organization)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return all, nil
}

//go:embed sql/revoke_token.sql
var revokeTokenSQL string

// RevokeToken makes a token refused; one that is revoked already stays as it is. ErrNotFound when there
// is no such token.
func (s *Store) RevokeToken(ctx context.Context, id event.ID) (Token, error) {
	t, err := one(ctx, s, scanToken, revokeTokenSQL, [16]byte(id))
	if err != nil {
		return t, fmt.Errorf("revoke token: %w", err)
	}
	return t, nil
}

//go:embed sql/authenticate.sql
var authenticateSQL string

// Authenticate returns the good token of a secret, ErrNotFound for anything else. What has not the form
// of a token costs no query.
func (s *Store) Authenticate(ctx context.Context, secret string) (Token, error) {
	if !project.IsToken(secret) {
		return Token{}, fmt.Errorf("authenticate: %w", ErrNotFound)
	}
	hash, err := hex.DecodeString(project.HashToken(secret))
	if err != nil {
		return Token{}, fmt.Errorf("authenticate: %w", err)
	}
	t, err := one(ctx, s, scanToken, authenticateSQL, hash)
	if err != nil {
		return t, fmt.Errorf("authenticate: %w", err)
	}
	return t, nil
}
