package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// An Invitation is a link for somebody who is no member yet.
type Invitation struct {
	Email     string    `json:"email"`
	Role      string    `json:"role"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

func scanInvitation(row pgx.CollectableRow) (i Invitation, err error) {
	err = row.Scan(&i.Email, &i.Role, &i.CreatedAt, &i.ExpiresAt)
	return i, err
}

//go:embed sql/invitations.sql
var invitationsSQL string

// Invitations lists the invitations of an organization that can still be used, oldest first.
func (s *Store) Invitations(ctx context.Context, organization int64) (open []Invitation, err error) {
	err = s.read(ctx, organization, func(tx pgx.Tx) (err error) {
		open, err = manyIn(ctx, tx, scanInvitation, invitationsSQL, organization)
		return err
	})
	return open, wrap("list invitations", err)
}

//go:embed sql/delete_invitation.sql
var deleteInvitationSQL string

//go:embed sql/create_invitation.sql
var createInvitationSQL string

// maxInvitations bounds the open invitations of an organization.
const maxInvitations = 100

// Invite makes a link that works for a week, in place of an earlier one for the same e-mail; its secret is kept nowhere.
// Who is a member already is ErrExists; who is no owner invites none: ErrForbidden.
func (s *Store) Invite(ctx context.Context, organization int64, by Actor, email, role string) (made Invitation, secret string, err error) {
	if email, err = cleanEmail(email); err == nil {
		err = checkRole(role)
	}
	if err != nil {
		return Invitation{}, "", wrap("invite", err)
	}
	secret, hash := newLinkSecret()
	err = s.changePeople(ctx, organization, func(tx pgx.Tx, members []Member) error {
		if err := mayMakeOwners(members, by, role); err != nil {
			return err
		}
		for _, m := range members {
			if m.Email == email {
				return fmt.Errorf("a member of that e-mail: %w", ErrExists)
			}
		}
		if _, err := tx.Exec(ctx, deleteInvitationSQL, organization, email); err != nil {
			return err
		}
		open, err := manyIn(ctx, tx, scanInvitation, invitationsSQL, organization)
		if err != nil {
			return err
		}
		if len(open) >= maxInvitations {
			return invalid("email", "at most %d open invitations", maxInvitations)
		}
		made, err = oneIn(ctx, tx, scanInvitation, createInvitationSQL, hash, organization, email, role, by.user(), time.Now().Add(invitationAge))
		if err != nil {
			return err
		}
		return note(ctx, tx, organization, by, "member.invite", email, map[string]any{"role": role, "expires_at": made.ExpiresAt})
	})
	if err != nil {
		return Invitation{}, "", wrap("invite", err)
	}
	return made, secret, nil
}

// Uninvite makes an invitation useless, ErrNotFound where there is none.
func (s *Store) Uninvite(ctx context.Context, organization int64, by Actor, email string) error {
	email, err := cleanEmail(email)
	if err != nil {
		return wrap("uninvite", ErrNotFound)
	}
	err = s.changePeople(ctx, organization, func(tx pgx.Tx, _ []Member) error {
		tag, err := tx.Exec(ctx, deleteInvitationSQL, organization, email)
		if err == nil && tag.RowsAffected() == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return note(ctx, tx, organization, by, "member.uninvite", email, nil)
	})
	return wrap("uninvite", err)
}
