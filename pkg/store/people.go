package store

import (
	"context"
	_ "embed" // the statements
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// What a member may be. What each role means is told by package access.
const (
	roleOwner = "owner"
	roleAdmin = "admin"
)

var roles = []string{"viewer", "member", roleAdmin, roleOwner}

func checkRole(role string) error {
	if !slices.Contains(roles, role) {
		return invalid("role", "viewer, member, admin or owner")
	}
	return nil
}

// maxEmail is what RFC 5321 lets an address take.
const maxEmail = 254

// cleanEmail returns an e-mail as it is stored: people write theirs in any case.
func cleanEmail(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	local, domain, _ := strings.Cut(email, "@")
	odd := strings.ContainsFunc(email, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`<>"(),:;\[]`, r) })
	if odd || local == "" || domain == "" || strings.Contains(domain, "@") || len(email) > maxEmail || !utf8.ValidString(email) {
		return "", invalid("email", "an address like name@example.org")
	}
	return email, nil
}

// A Member is a person of an organization.
type Member struct {
	User
	Role     string    `json:"role"` // owner, admin, member or viewer
	JoinedAt time.Time `json:"joined_at"`
}

func scanMember(row pgx.CollectableRow) (m Member, err error) {
	err = row.Scan(&m.ID, &m.Email, &m.Name, &m.CreatedAt, &m.DisabledAt, &m.Role, &m.JoinedAt)
	return m, err
}

//go:embed sql/members.sql
var membersSQL string

// Members lists the people of an organization, oldest first.
func (s *Store) Members(ctx context.Context, organization int64) (members []Member, err error) {
	err = s.read(ctx, organization, func(tx pgx.Tx) (err error) {
		members, err = manyIn(ctx, tx, scanMember, membersSQL, organization)
		return err
	})
	return members, wrap("list members", err)
}

// mayMakeOwners refuses who is no owner, where somebody is one or becomes one. Asked in the transaction of the change:
// whoever was let in half a minute ago may have another role by now.
func mayMakeOwners(members []Member, by Actor, touched ...string) error {
	if !slices.Contains(touched, roleOwner) || by.Kind == ActorOperator {
		return nil
	}
	for _, m := range members {
		if by.Kind == ActorUser && FormatID(m.ID) == by.ID && m.Role == roleOwner {
			return nil
		}
	}
	return ErrForbidden
}

// findMember returns a member, ErrNotFound when there is none, and tells whether no other owner is left without them.
func findMember(members []Member, user int64) (found Member, last bool, err error) {
	owners := 0
	for _, m := range members {
		if m.ID == user {
			found = m
		}
		if m.Role == roleOwner && m.DisabledAt == nil {
			owners++
		}
	}
	if found.ID == 0 {
		return found, false, ErrNotFound
	}
	return found, found.Role == roleOwner && owners <= 1, nil
}

var errLastOwner = &InvalidError{"role", "another owner first: the last one stays"}

//go:embed sql/set_role.sql
var setRoleSQL string

// SetRole changes what a member may do. The last owner stays one: ErrInvalid. Who is no owner neither makes nor unmakes
// one: ErrForbidden.
func (s *Store) SetRole(ctx context.Context, organization int64, by Actor, user int64, role string) (changed Member, err error) {
	if err := checkRole(role); err != nil {
		return Member{}, wrap("set role", err)
	}
	err = s.changePeople(ctx, organization, func(tx pgx.Tx, members []Member) error {
		m, last, err := findMember(members, user)
		if err != nil {
			return err
		}
		if err := mayMakeOwners(members, by, m.Role, role); err != nil {
			return err
		}
		if last && role != roleOwner {
			return errLastOwner
		}
		was := m.Role
		if changed = m; was == role {
			return nil
		}
		if _, err := tx.Exec(ctx, setRoleSQL, organization, user, role); err != nil {
			return err
		}
		changed.Role = role
		return note(ctx, tx, organization, by, "member.role", m.Email, map[string]any{"user_id": user, "from": was, "to": role})
	})
	return changed, wrap("set role", err)
}

//go:embed sql/remove_member.sql
var removeMemberSQL string

// RemoveMember takes somebody out of an organization; their browsers see it no more. The last owner stays: ErrInvalid.
// Who is no owner removes none: ErrForbidden.
func (s *Store) RemoveMember(ctx context.Context, organization int64, by Actor, user int64) error {
	err := s.changePeople(ctx, organization, func(tx pgx.Tx, members []Member) error {
		m, last, err := findMember(members, user)
		if err != nil {
			return err
		}
		if err := mayMakeOwners(members, by, m.Role); err != nil {
			return err
		}
		if last {
			return errLastOwner
		}
		if _, err := tx.Exec(ctx, removeMemberSQL, organization, user); err != nil {
			return err
		}
		return note(ctx, tx, organization, by, "member.remove", m.Email, map[string]any{"user_id": user, "role": m.Role})
	})
	return wrap("remove member", err)
}

// changePeople runs fn while nobody else changes the people of the organization.
func (s *Store) changePeople(ctx context.Context, organization int64, fn func(tx pgx.Tx, members []Member) error) error {
	return s.change(ctx, organization, func(tx pgx.Tx) error {
		if err := lockOrganization(ctx, tx, organization); err != nil {
			return err
		}
		members, err := manyIn(ctx, tx, scanMember, membersSQL, organization)
		if err != nil {
			return err
		}
		return fn(tx, members)
	})
}
