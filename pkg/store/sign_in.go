package store

import (
	"context"
	"crypto/sha256"
	_ "embed" // the statements
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// How long a browser stays signed in: after its last use, and at all.
const (
	SignInIdle = 30 * 24 * time.Hour
	SignInAge  = 90 * 24 * time.Hour
)

// A Membership is an organization that a person belongs to.
type Membership struct {
	OrganizationID int64  `json:"organization_id"`
	Slug           string `json:"slug"`
	Name           string `json:"name"`
	Role           string `json:"role"`
}

func scanMembership(row pgx.CollectableRow) (m Membership, err error) {
	err = row.Scan(&m.OrganizationID, &m.Slug, &m.Name, &m.Role)
	return m, err
}

//go:embed sql/memberships.sql
var membershipsSQL string

// A SignIn is a browser that is signed in.
type SignIn struct {
	Hash         [sha256.Size]byte // of the cookie's secret
	User         User
	Organization int64 // they look at; 0 when they belong to none
	Of           []Membership
	CreatedAt    time.Time
	SeenAt       time.Time // last used, to five minutes
	ExpiresAt    time.Time
	Address      string // it was begun from
	Agent        string // it was begun with
}

// ID names a sign-in to its owner: some of its hash, by which nobody signs in.
func (s SignIn) ID() string { return hex.EncodeToString(s.Hash[:8]) }

// Role is what the person is in an organization, "" where they are nothing.
func (s SignIn) Role(organization int64) string {
	for _, m := range s.Of {
		if m.OrganizationID == organization {
			return m.Role
		}
	}
	return ""
}

//go:embed sql/begin_sign_in.sql
var beginSignInSQL string

// maxAgent bounds what is kept of a browser's name.
const maxAgent = 200

func plainAgent(agent string) string {
	agent = strings.ToValidUTF8(strings.ReplaceAll(agent, "\x00", ""), "")
	return strings.ToValidUTF8(agent[:min(len(agent), maxAgent)], "")
}

// BeginSignIn stores that a browser is signed in. The organization is the first of the person's.
func (s *Store) BeginSignIn(ctx context.Context, hash [sha256.Size]byte, user int64, address, agent string) error {
	_, err := s.db.Exec(ctx, beginSignInSQL, hash[:], user, time.Now().Add(SignInIdle), address, plainAgent(agent))
	return wrap("begin sign-in", explain(err))
}

//go:embed sql/sign_in.sql
var signInSQL string

//go:embed sql/see_sign_in.sql
var seeSignInSQL string

// SignIn returns the good sign-in of a hash, with the person and all they belong to now; ErrNotFound for anything else.
func (s *Store) SignIn(ctx context.Context, hash [sha256.Size]byte) (SignIn, error) {
	in, err := one(ctx, s, scanSignIn, signInSQL, hash[:], time.Now().Add(-SignInAge))
	if err != nil {
		return in, wrap("find sign-in", err)
	}
	if time.Since(in.SeenAt) > usedEvery {
		// It goes on for another while, but not for ever.
		expires := time.Now().Add(SignInIdle)
		if end := in.CreatedAt.Add(SignInAge); expires.After(end) {
			expires = end
		}
		if _, err := s.db.Exec(ctx, seeSignInSQL, hash[:], expires); err != nil {
			return in, wrap("find sign-in", explain(err))
		}
	}
	return in, nil
}

func scanSignIn(row pgx.CollectableRow) (in SignIn, err error) {
	var hash, preferences, of []byte
	err = row.Scan(&hash, &in.User.ID, &in.User.Email, &in.User.Name, &preferences, &in.User.CreatedAt,
		&in.Organization, &in.CreatedAt, &in.SeenAt, &in.ExpiresAt, &in.Address, &in.Agent, &of)
	if err != nil {
		return in, err
	}
	copy(in.Hash[:], hash)
	if err := json.Unmarshal(preferences, &in.User.Preferences); err != nil {
		return in, fmt.Errorf("read preferences: %w", err)
	}
	if err := json.Unmarshal(of, &in.Of); err != nil {
		return in, fmt.Errorf("read memberships: %w", err)
	}
	// Who was taken out of an organization looks at another one.
	if in.Role(in.Organization) == "" {
		in.Organization = 0
		if len(in.Of) > 0 {
			in.Organization = in.Of[0].OrganizationID
		}
	}
	return in, nil
}

//go:embed sql/sign_ins.sql
var signInsSQL string

// SignIns lists the browsers that somebody is signed in with, latest used first, at most 100.
func (s *Store) SignIns(ctx context.Context, user int64) ([]SignIn, error) {
	all, err := many(ctx, s, scanSignIn, signInsSQL, user, time.Now().Add(-SignInAge))
	return all, wrap("list sign-ins", err)
}

//go:embed sql/end_sign_in.sql
var endSignInSQL string

// EndSignIn signs a browser out.
func (s *Store) EndSignIn(ctx context.Context, hash [sha256.Size]byte) error {
	_, err := s.db.Exec(ctx, endSignInSQL, hash[:])
	return wrap("end sign-in", explain(err))
}

//go:embed sql/end_sign_ins.sql
var endSignInsSQL string

// EndSignIns signs all browsers of somebody out but that of hash keep, nil for none.
func (s *Store) EndSignIns(ctx context.Context, user int64, keep []byte) error {
	_, err := s.db.Exec(ctx, endSignInsSQL, user, keep)
	return wrap("end sign-ins", explain(err))
}

//go:embed sql/choose_organization.sql
var chooseOrganizationSQL string

// ChooseOrganization makes a browser look at another organization of its person, ErrNotFound for one they don't belong to.
func (s *Store) ChooseOrganization(ctx context.Context, hash [sha256.Size]byte, organization int64) error {
	tag, err := s.db.Exec(ctx, chooseOrganizationSQL, hash[:], organization)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	return wrap("choose organization", explain(err))
}

//go:embed sql/project_organization.sql
var projectOrganizationSQL string

// ProjectOrganization tells whose a project is, ErrNotFound when there is none. It never changes.
func (s *Store) ProjectOrganization(ctx context.Context, project int64) (int64, error) {
	id, err := one(ctx, s, pgx.RowTo[int64], projectOrganizationSQL, project)
	return id, wrap("find organization of project", err)
}
