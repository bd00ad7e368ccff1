package store

import (
	"context"
	_ "embed" // the statements
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A NewUser is somebody who has a link and chooses what they are called.
type NewUser struct {
	Email        string // of a first owner; an invitation says whom it is for
	Name         string
	PasswordHash string
	Organization string // name of a first owner's, where there is none yet
	Address      string // they come from
}

//go:embed sql/create_user.sql
var createUserSQL string

//go:embed sql/add_member.sql
var addMemberSQL string

// SetUp uses a set-up link: it makes the first owner, and the first organization where there is none. The error is
// ErrNotFound where the link is no good (any more), ErrInvalid where the values are not, and nothing is used up then.
func (s *Store) SetUp(ctx context.Context, secret string, n NewUser) (u User, err error) {
	email, err := cleanEmail(n.Email)
	if err == nil {
		err = checkName(n.Name)
	}
	if err != nil {
		return User{}, wrap("set up", err)
	}
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		if there, err := anyUser(ctx, tx); err != nil || there {
			return orNotFound(err)
		}
		if _, err := useLink(ctx, tx, LinkSetup, secret); err != nil {
			return err
		}
		of, err := firstOrganization(ctx, tx, n.Organization)
		if err != nil {
			return err
		}
		if u, err = oneIn(ctx, tx, scanUser, createUserSQL, email, n.Name, n.PasswordHash); err != nil {
			return err
		}
		return join(ctx, tx, u, of.ID, roleOwner, n.Address)
	})
	return u, wrap("set up", explain(err))
}

func orNotFound(err error) error {
	if err == nil {
		return ErrNotFound
	}
	return err
}

// firstOrganization finds the oldest organization, or makes one of that name. One that is there gets the name, where
// somebody gave one: standalone calls it Default.
func firstOrganization(ctx context.Context, tx pgx.Tx, name string) (o Organization, err error) {
	if err := checkText("organization", name); err != nil {
		return o, err
	}
	all, err := manyIn(ctx, tx, scanOrganization, organizationsSQL)
	switch {
	case err != nil:
		return o, err
	case len(all) == 0 && name == "":
		return o, invalid("organization", "a name")
	case len(all) == 0:
		return oneIn(ctx, tx, scanOrganization, createOrganizationSQL, "default", name)
	case name != "":
		return oneIn(ctx, tx, scanOrganization, renameOrganizationSQL, all[0].ID, name)
	}
	return all[0], nil
}

// join makes a person a member.
func join(ctx context.Context, tx pgx.Tx, u User, organization int64, role, address string) error {
	if _, err := tx.Exec(ctx, addMemberSQL, organization, u.ID, role); err != nil {
		return err
	}
	return note(ctx, tx, organization, u.actor(address), "member.join", u.Email, map[string]any{"user_id": u.ID, "role": role})
}

// Join uses an invitation: it makes a member of whoever it is for, and the person where there is none yet. Who is there
// keeps their name and password; the caller has asked them for it.
func (s *Store) Join(ctx context.Context, secret string, n NewUser) (u User, err error) {
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		l, err := useLink(ctx, tx, LinkInvitation, secret)
		if err != nil {
			return err
		}
		if l.UserID == 0 {
			if err := checkName(n.Name); err != nil {
				return err
			}
			u, err = oneIn(ctx, tx, scanUser, createUserSQL, l.Email, n.Name, n.PasswordHash)
		} else {
			u, err = oneIn(ctx, tx, scanUser, userSQL, l.UserID)
		}
		if err != nil {
			return err
		}
		if u.DisabledAt != nil {
			return ErrForbidden
		}
		return join(ctx, tx, u, l.OrganizationID, l.Role, n.Address)
	})
	return u, wrap("join", explain(err))
}

// ResetPassword uses a password link and ends what the person is signed in with.
func (s *Store) ResetPassword(ctx context.Context, secret, address, passwordHash string) (u User, err error) {
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		l, err := useLink(ctx, tx, LinkPassword, secret)
		if err != nil {
			return err
		}
		if u, err = oneIn(ctx, tx, scanUser, userSQL, l.UserID); err != nil {
			return err
		}
		return setPassword(ctx, tx, u.ID, address, passwordHash, nil)
	})
	if err != nil {
		return User{}, fmt.Errorf("reset password: %w", explain(err))
	}
	return u, nil
}
