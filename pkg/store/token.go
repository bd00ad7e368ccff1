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
	ScopeWrite = "write" // work on issues; of a token of one project, also send logs to it
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
	ExpiresAt      *time.Time `json:"expires_at"` // from when it is refused; nil for never
	UsedAt         *time.Time `json:"used_at"`    // last, to five minutes; nil for never
	CreatedBy      *int64     `json:"created_by"` // number of the person; nil for the operator or a token
}

// May tells whether the token has a scope.
func (t Token) May(scope string) bool { return slices.Contains(t.Scopes, scope) }

func scanToken(row pgx.CollectableRow) (t Token, err error) {
	err = row.Scan((*[16]byte)(&t.ID), &t.OrganizationID, &t.ProjectID, &t.Scopes, &t.Label, &t.CreatedAt, &t.RevokedAt, &t.ExpiresAt, &t.UsedAt, &t.CreatedBy)
	return t, err
}

// complete puts the scopes in order, and refuses what can't be stored.
func (t *Token) complete() error {
	if err := checkText("label", t.Label); err != nil {
		return err
	}
	t.Scopes = slices.Compact(slices.Sorted(slices.Values(t.Scopes)))
	if len(t.Scopes) == 0 || slices.ContainsFunc(t.Scopes, func(s string) bool { return s != ScopeRead && s != ScopeWrite && s != ScopeAdmin }) {
		return invalid("scopes", "one or more of read, write, admin")
	}
	if t.ExpiresAt != nil && (t.ExpiresAt.Before(time.Now()) || t.ExpiresAt.After(lastTime)) {
		return invalid("expires_at", "a time to come")
	}
	return nil
}

// arguments are those of create_token.sql, with a new id.
func (t *Token) arguments(hash []byte) []any {
	return []any{[16]byte(event.NewID(time.Now())), hash, t.OrganizationID, t.ProjectID, t.Scopes, t.Label, t.ExpiresAt, t.CreatedBy}
}

//go:embed sql/create_token.sql
var createTokenSQL string

// CreateToken makes a token of t's organization, project (0 for all), scopes and label, and returns it
// with its secret, which is kept nowhere: only its SHA-256 is stored. The error is ErrInvalid, or
// ErrNotFound where the organization is not there or does not own the project, wrapped.
func (s *Store) CreateToken(ctx context.Context, t Token) (made Token, secret string, err error) {
	if err := t.complete(); err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	secret, hash := newSecret()
	made, err = one(ctx, s, scanToken, createTokenSQL, t.arguments(hash)...)
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

// Token finds one by its id, a revoked one too. ErrNotFound when there is none.
func (s *Store) Token(ctx context.Context, id event.ID) (Token, error) {
	t, err := one(ctx, s, scanToken, tokenSQL, [16]byte(id))
	return t, wrap("find token", err)
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
	if t.UsedAt == nil || time.Since(*t.UsedAt) > usedEvery {
		if _, err := s.db.Exec(ctx, useTokenSQL, [16]byte(t.ID)); err != nil {
			return t, fmt.Errorf("authenticate: %w", explain(err))
		}
	}
	return t, nil
}

//go:embed sql/use_token.sql
var useTokenSQL string

// usedEvery is how exactly the last use of a token or a sign-in is known; the statements have it too.
const usedEvery = 5 * time.Minute
