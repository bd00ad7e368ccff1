package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/store"
)

var operator = store.Actor{Kind: store.ActorOperator}

// newOwner makes the first person of a database, who owns its oldest organization.
func newOwner(t *testing.T, db *store.Store) store.User {
	t.Helper()
	secret, err := db.NewSetupLink(t.Context())
	if err != nil || secret == "" {
		t.Fatalf("set-up link %q, %v", secret, err)
	}
	u, err := db.SetUp(t.Context(), secret, store.NewUser{Email: "Ada@Example.org ", Name: "Ada", PasswordHash: "h", Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// newMember invites somebody and lets them join.
func newMember(t *testing.T, db *store.Store, organization int64, name, role string) store.User {
	t.Helper()
	_, secret, err := db.Invite(t.Context(), organization, operator, name+"@example.org", role)
	if err != nil {
		t.Fatal(err)
	}
	u, err := db.Join(t.Context(), secret, store.NewUser{Name: name, PasswordHash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func by(u store.User) store.Actor {
	return store.Actor{Kind: store.ActorUser, ID: store.FormatID(u.ID), Name: u.Name, Address: "192.0.2.1"}
}

// actions lists the audit of an organization, oldest first.
func actions(t *testing.T, db *store.Store, organization int64) (all []string) {
	t.Helper()
	entries, _, err := db.Audit(t.Context(), organization, store.AuditFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Backward(entries) {
		all = append(all, e.Action+" "+e.Target)
	}
	return all
}

func TestTheFirstOwnerIsMadeOnce(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	old, err := db.NewSetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := db.NewSetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ada := store.NewUser{Email: "ada@example.org", Name: "Ada", PasswordHash: "h"}
	if _, err := db.SetUp(t.Context(), old, ada); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("with a link that was replaced: %v", err)
	}
	if _, err := db.SetUp(t.Context(), second, store.NewUser{Email: "nobody", Name: "Ada", PasswordHash: "h"}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("without an e-mail: %v", err)
	}
	if l, err := db.Link(t.Context(), store.LinkSetup, second); err != nil || l.Kind != store.LinkSetup {
		t.Errorf("the link after a try that was refused: %+v, %v", l, err)
	}
	if _, err := db.Link(t.Context(), store.LinkInvitation, second); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the link as one of another kind: %v", err)
	}
	u, err := db.SetUp(t.Context(), second, ada)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.SetUp(t.Context(), second, ada); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a second time: %v", err)
	}
	if secret, err := db.NewSetupLink(t.Context()); err != nil || secret != "" {
		t.Errorf("another link: %q, %v", secret, err)
	}
	members, err := db.Members(t.Context(), s.org)
	if err != nil || len(members) != 1 || members[0].ID != u.ID || members[0].Role != "owner" {
		t.Errorf("members: %+v, %v", members, err)
	}
	if diff := cmp.Diff([]string{"member.join ada@example.org"}, actions(t, db, s.org)); diff != "" {
		t.Error(diff)
	}
}

func TestTheFirstOwnerMakesAnOrganizationWhereThereIsNone(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	secret, err := db.NewSetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := store.NewUser{Email: "ada@example.org", Name: "Ada", PasswordHash: "h"}
	if _, err := db.SetUp(t.Context(), secret, n); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("without a name for it: %v", err)
	}
	n.Organization = "Acme"
	if _, err := db.SetUp(t.Context(), secret, n); err != nil {
		t.Fatal(err)
	}
	if all, err := db.Organizations(t.Context()); err != nil || len(all) != 1 || all[0].Name != "Acme" {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestInvitationsWorkOnce(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	ada := newOwner(t, db)
	_, replaced, err := db.Invite(t.Context(), s.org, by(ada), "Bob@Example.org", "viewer")
	if err != nil {
		t.Fatal(err)
	}
	made, secret, err := db.Invite(t.Context(), s.org, by(ada), "bob@example.org", "member")
	if err != nil || made.Email != "bob@example.org" {
		t.Fatalf("%+v, %v", made, err)
	}
	open, err := db.Invitations(t.Context(), s.org)
	if diff := cmp.Diff([]store.Invitation{made}, open); err != nil || diff != "" {
		t.Errorf("invitations: %s, %v", diff, err)
	}
	if foreign, err := db.Invitations(t.Context(), other.org); err != nil || len(foreign) != 0 {
		t.Errorf("invitations of others: %+v, %v", foreign, err)
	}
	if err := db.Uninvite(t.Context(), other.org, operator, "bob@example.org"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("taken back by others: %v", err)
	}
	n := store.NewUser{Name: "Bob", PasswordHash: "h"}
	if _, err := db.Join(t.Context(), replaced, n); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("with a link that was replaced: %v", err)
	}
	if _, err := db.Join(t.Context(), secret, n); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Join(t.Context(), secret, n); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a second time: %v", err)
	}
	if _, _, err := db.Invite(t.Context(), s.org, by(ada), "bob@example.org", "viewer"); !errors.Is(err, store.ErrExists) {
		t.Errorf("who is there already: %v", err)
	}
	// The same person in a second organization keeps their account.
	_, secret, err = db.Invite(t.Context(), other.org, operator, "bob@example.org", "owner")
	if err != nil {
		t.Fatal(err)
	}
	again, err := db.Join(t.Context(), secret, store.NewUser{Name: "Mallory", PasswordHash: "other"})
	if err != nil || again.Name != "Bob" {
		t.Errorf("joined as %+v, %v", again, err)
	}
	if _, hash, err := db.UserByEmail(t.Context(), "BOB@example.org"); err != nil || hash != "h" {
		t.Errorf("password %q, %v", hash, err)
	}
	if _, secret, err = db.Invite(t.Context(), s.org, by(ada), "eve@example.org", "viewer"); err != nil {
		t.Fatal(err)
	}
	if err := db.Uninvite(t.Context(), s.org, by(ada), "eve@example.org"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Join(t.Context(), secret, n); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after it was taken back: %v", err)
	}
}

func TestOnlyOwnersTouchOwnersAndTheLastOneStays(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	ada := newOwner(t, db)
	bob, carl := newMember(t, db, s.org, "bob", "admin"), newMember(t, db, s.org, "carl", "member")
	token := store.Actor{Kind: store.ActorToken, ID: "1"}
	setRole := func(actor store.Actor, organization, user int64, role string) error {
		_, err := db.SetRole(t.Context(), organization, actor, user, role)
		return err
	}
	for _, tc := range []struct {
		name string
		err  error
		want error
	}{
		{"the last owner becomes less", setRole(by(ada), s.org, ada.ID, "admin"), store.ErrInvalid},
		{"the last owner is removed", db.RemoveMember(t.Context(), s.org, by(ada), ada.ID), store.ErrInvalid},
		{"an admin makes an owner", setRole(by(bob), s.org, carl.ID, "owner"), store.ErrForbidden},
		{"an admin unmakes an owner", setRole(by(bob), s.org, ada.ID, "viewer"), store.ErrForbidden},
		{"an admin removes an owner", db.RemoveMember(t.Context(), s.org, by(bob), ada.ID), store.ErrForbidden},
		{"a token makes an owner", setRole(token, s.org, carl.ID, "owner"), store.ErrForbidden},
		{"somebody of no organization", setRole(by(ada), s.org, 999, "viewer"), store.ErrNotFound},
		{"a member of another organization", setRole(operator, other.org, carl.ID, "viewer"), store.ErrNotFound},
		{"removed by another organization", db.RemoveMember(t.Context(), other.org, operator, carl.ID), store.ErrNotFound},
		{"a role nobody has", setRole(by(ada), s.org, carl.ID, "root"), store.ErrInvalid},
		{"an admin makes an admin", setRole(by(bob), s.org, carl.ID, "admin"), nil},
		{"an owner makes an owner", setRole(by(ada), s.org, carl.ID, "owner"), nil},
		{"one of two owners goes", db.RemoveMember(t.Context(), s.org, by(carl), ada.ID), nil},
	} {
		if !errors.Is(tc.err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, tc.err, tc.want)
		}
	}
	if _, _, err := db.Invite(t.Context(), s.org, by(bob), "x@example.org", "owner"); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("an admin invites an owner: %v", err)
	}
	want := []string{
		"member.join ada@example.org", "member.invite bob@example.org", "member.join bob@example.org", "member.invite carl@example.org", "member.join carl@example.org",
		"member.role carl@example.org", "member.role carl@example.org", "member.remove ada@example.org",
	}
	if diff := cmp.Diff(want, actions(t, db, s.org)); diff != "" {
		t.Errorf("audit: %s", diff)
	}
}

func TestTheAuditIsReadInPages(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	ada := newOwner(t, db)
	for i := range 5 {
		if _, err := db.CreateOwnKey(t.Context(), s.org, by(ada), s.project, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	var all []store.AuditEntry
	f := store.AuditFilter{Limit: 2, Action: "key"}
	for range 4 {
		entries, next, err := db.Audit(t.Context(), s.org, f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entries...)
		if f.Cursor = next; next == "" {
			break
		}
	}
	if len(all) != 5 || all[0].Action != "key.create" || all[0].Actor.Name != "Ada" || all[0].Address != "192.0.2.1" || !all[0].At.After(all[4].At) {
		t.Errorf("%d entries, first %+v", len(all), all[0])
	}
	if entries, _, err := db.Audit(t.Context(), other.org, store.AuditFilter{}); err != nil || len(entries) != 0 {
		t.Errorf("of others: %+v, %v", entries, err)
	}
	for _, bad := range []store.AuditFilter{{Action: "Key"}, {Limit: 101}, {Cursor: "x"}, {From: time.Now(), To: time.Now().Add(-time.Hour)}} {
		if _, _, err := db.Audit(t.Context(), s.org, bad); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
