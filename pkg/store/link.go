package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed" // the statements
	"encoding/base64"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Kinds of links.
const (
	LinkSetup      = "setup"      // makes the first owner
	LinkInvitation = "invitation" // makes a member
	LinkPassword   = "password"   // lets somebody choose a new password
)

// How long links work.
const (
	setupAge      = 24 * time.Hour
	invitationAge = 7 * 24 * time.Hour
	passwordAge   = 24 * time.Hour
)

// A Link is a secret in a URL that works once.
type Link struct {
	Kind           string
	OrganizationID int64  // where it leads; 0: setup makes one
	Organization   string // its name
	Email          string // for whom an invitation is, whose password it changes; in set-up empty
	Role           string // what an invitation makes of them
	UserID         int64  // of the person with that e-mail; 0 while there is none
	ExpiresAt      time.Time
}

// secretBytes are 256 bits: nobody guesses a link or the cookie of a browser.
const secretBytes = 32

// newLinkSecret makes the last part of a link and its hash.
func newLinkSecret() (secret string, hash []byte) {
	var b [secretBytes]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand never fails on the systems we run on
	}
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	return secret, hashLink(secret)
}

func hashLink(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

//go:embed sql/link.sql
var linkSQL string

func scanLink(row pgx.CollectableRow) (l Link, err error) {
	err = row.Scan(&l.Kind, &l.OrganizationID, &l.Organization, &l.Email, &l.Role, &l.UserID, &l.ExpiresAt)
	return l, err
}

// Link returns the link of a kind and a secret that can still be used, ErrNotFound for anything else.
func (s *Store) Link(ctx context.Context, kind, secret string) (Link, error) {
	l, err := one(ctx, s, scanLink, linkSQL, hashLink(secret), kind)
	return l, wrap("find link", err)
}

//go:embed sql/use_link.sql
var useLinkSQL string

// useLink takes a link in a transaction: of two who use it at once the second finds none.
func useLink(ctx context.Context, tx pgx.Tx, kind, secret string) (Link, error) {
	tag, err := tx.Exec(ctx, useLinkSQL, hashLink(secret), kind)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Link{}, err
	}
	return oneIn(ctx, tx, scanLink, linkUsedSQL, hashLink(secret), kind)
}

//go:embed sql/link_used.sql
var linkUsedSQL string

//go:embed sql/create_link.sql
var createLinkSQL string

// NewSetupLink makes the link of the first owner, in place of an earlier one; "" where there is a user already. It leads
// to the only organization, and makes one where there is none; where there are several the first is meant.
func (s *Store) NewSetupLink(ctx context.Context) (secret string, err error) {
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		if there, err := anyUser(ctx, tx); err != nil || there {
			return err
		}
		if _, err := tx.Exec(ctx, "delete from links where kind = 'setup'"); err != nil {
			return err
		}
		var hash []byte
		secret, hash = newLinkSecret()
		_, err := tx.Exec(ctx, createLinkSQL, hash, LinkSetup, nil, time.Now().Add(setupAge))
		return err
	})
	if err != nil {
		return "", wrap("make set-up link", explain(err))
	}
	return secret, nil
}

// NewPasswordLink makes a link by which somebody chooses a new password, in place of an earlier one. ErrNotFound where
// nobody has that e-mail.
func (s *Store) NewPasswordLink(ctx context.Context, email string) (secret string, err error) {
	u, _, err := s.UserByEmail(ctx, email)
	if err != nil {
		return "", fmt.Errorf("make password link: %w", err)
	}
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "delete from links where kind = 'password' and user_id = $1", u.ID); err != nil {
			return err
		}
		var hash []byte
		secret, hash = newLinkSecret()
		if _, err := tx.Exec(ctx, createLinkSQL, hash, LinkPassword, u.ID, time.Now().Add(passwordAge)); err != nil {
			return err
		}
		return noteEverywhere(ctx, tx, u, Actor{Kind: ActorOperator}, "member.password_link")
	})
	if err != nil {
		return "", wrap("make password link", explain(err))
	}
	return secret, nil
}
