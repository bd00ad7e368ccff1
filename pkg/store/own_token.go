package store

import (
	"context"
	_ "embed" // the statements
	"encoding/hex"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
)

// OwnTokens lists the tokens of an organization, revoked ones too, oldest first.
func (s *Store) OwnTokens(ctx context.Context, organization int64) (tokens []Token, err error) {
	err = s.read(ctx, organization, func(tx pgx.Tx) (err error) {
		tokens, err = manyIn(ctx, tx, scanToken, tokensSQL, organization)
		return err
	})
	return tokens, wrap("list own tokens", err)
}

//go:embed sql/lock_organization.sql
var lockOrganizationSQL string

// lockOrganization makes changes of an organization's people and tokens wait for each other, so that what they count
// stays so until they are done.
func lockOrganization(ctx context.Context, tx pgx.Tx, organization int64) error {
	_, err := tx.Exec(ctx, lockOrganizationSQL, organization)
	return err
}

// mayMakeToken refuses a token that is made by another and could do more than that, or for longer.
func mayMakeToken(ctx context.Context, tx pgx.Tx, by Actor, t Token) error {
	if by.Kind != ActorToken {
		return nil
	}
	id, err := event.ParseID(by.ID)
	if err != nil {
		return ErrForbidden
	}
	own, err := oneIn(ctx, tx, scanToken, tokenSQL, [16]byte(id))
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(t.Scopes, func(scope string) bool { return !own.May(scope) }),
		own.ProjectID != 0 && own.ProjectID != t.ProjectID,
		own.ExpiresAt != nil && (t.ExpiresAt == nil || t.ExpiresAt.After(*own.ExpiresAt)),
		own.RevokedAt != nil:
		return ErrForbidden
	}
	return nil
}

// CreateOwnToken makes a token and returns it with its secret, which is kept nowhere. A token that makes it gives it no
// more than it has: ErrForbidden.
func (s *Store) CreateOwnToken(ctx context.Context, organization int64, by Actor, t Token) (made Token, secret string, err error) {
	t.OrganizationID = organization
	if err := t.complete(); err != nil {
		return Token{}, "", wrap("create own token", err)
	}
	secret, hash := newSecret()
	err = s.change(ctx, organization, func(tx pgx.Tx) (err error) {
		if err := lockOrganization(ctx, tx, organization); err != nil {
			return err
		}
		if err := mayMakeToken(ctx, tx, by, t); err != nil {
			return err
		}
		have, err := manyIn(ctx, tx, scanToken, tokensSQL, organization)
		if err != nil {
			return err
		}
		good := 0
		for _, other := range have {
			if other.RevokedAt == nil {
				good++
			}
		}
		if good >= maxKeys {
			return invalid("token", "at most %d good tokens in an organization", maxKeys)
		}
		if made, err = oneIn(ctx, tx, scanToken, createTokenSQL, t.arguments(hash)...); err != nil {
			return err
		}
		return note(ctx, tx, organization, by, "token.create", made.ID.String(), map[string]any{
			"label": made.Label, "scopes": made.Scopes, "project_id": made.ProjectID, "expires_at": made.ExpiresAt,
		})
	})
	if err != nil {
		return Token{}, "", wrap("create own token", err)
	}
	return made, secret, nil
}

// newSecret makes a token's secret and its hash.
func newSecret() (secret string, hash []byte) {
	secret = project.NewToken()
	hash, err := hex.DecodeString(project.HashToken(secret))
	if err != nil {
		panic(err) // never: it was made of hex digits just now
	}
	return secret, hash
}

//go:embed sql/token.sql
var tokenSQL string

// RevokeOwnToken makes a token refused; one that is revoked already stays as it is, and in the audit once.
func (s *Store) RevokeOwnToken(ctx context.Context, organization int64, by Actor, id event.ID) (t Token, err error) {
	err = s.change(ctx, organization, func(tx pgx.Tx) error {
		if err := lockOrganization(ctx, tx, organization); err != nil {
			return err
		}
		if t, err = oneIn(ctx, tx, scanToken, tokenSQL, [16]byte(id)); err != nil || t.RevokedAt != nil {
			return err
		}
		if t, err = oneIn(ctx, tx, scanToken, revokeTokenSQL, [16]byte(id)); err != nil {
			return err
		}
		return note(ctx, tx, organization, by, "token.revoke", id.String(), map[string]any{"label": t.Label})
	})
	return t, wrap("revoke own token", err)
}
