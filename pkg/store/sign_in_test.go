package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/store"
)

// exec runs a statement as the owner of the tables.
func exec(t *testing.T, url, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func TestBrowsersStaySignedInUntilTheyAreNot(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	ada := newOwner(t, db)
	begin := func(n byte) [32]byte {
		t.Helper()
		if err := db.BeginSignIn(t.Context(), [32]byte{n}, ada.ID, "192.0.2.1", "Firefox\x00\xff"); err != nil {
			t.Fatal(err)
		}
		return [32]byte{n}
	}
	good := func(hash [32]byte) bool {
		t.Helper()
		in, err := db.SignIn(t.Context(), hash)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		if err == nil && (in.User.ID != ada.ID || in.Hash != hash || in.Agent != "Firefox") {
			t.Errorf("%+v", in)
		}
		return err == nil
	}
	a, b, c := begin(1), begin(2), begin(3)
	if !good(a) || !good(b) || good([32]byte{9}) {
		t.Error("the wrong browsers are signed in")
	}
	in, err := db.SignIn(t.Context(), a)
	if err != nil || in.Organization != s.org || in.Role(s.org) != "owner" || in.Role(other.org) != "" {
		t.Errorf("%+v, %v", in, err)
	}
	if err := db.ChooseOrganization(t.Context(), a, other.org); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("looks at another's organization: %v", err)
	}
	if err := db.EndSignIn(t.Context(), a); err != nil || good(a) || !good(b) {
		t.Errorf("signed out: %v", err)
	}
	if err := db.SetPassword(t.Context(), ada.ID, "", "new", c[:]); err != nil || good(b) || !good(c) {
		t.Errorf("after a new password: %v", err)
	}
	if all, err := db.SignIns(t.Context(), ada.ID); err != nil || len(all) != 1 || all[0].Hash != c {
		t.Errorf("list: %+v, %v", all, err)
	}

	// A browser in use goes on, but not for ever.
	exec(t, url, "update trivet.sessions set created_at = now() - interval '80 days', seen_at = now() - interval '6 minutes' where hash = $1", c[:])
	if !good(c) {
		t.Error("ended too early")
	}
	in, err = db.SignIn(t.Context(), c)
	if err != nil || time.Until(in.ExpiresAt) > 10*24*time.Hour || time.Since(in.SeenAt) > time.Minute {
		t.Errorf("expires %v, seen %v, %v", in.ExpiresAt, in.SeenAt, err)
	}
	exec(t, url, "update trivet.sessions set created_at = now() - interval '91 days' where hash = $1", c[:])
	if good(c) {
		t.Error("goes on for ever")
	}
	d := begin(4)
	if _, err := db.DisableUser(t.Context(), ada.ID, true); err != nil || good(d) {
		t.Errorf("disabled: %v", err)
	}
	if _, err := db.DisableUser(t.Context(), ada.ID, false); err != nil || good(d) || !good(begin(5)) {
		t.Errorf("enabled again: %v", err)
	}
}

func TestWhoIsTakenOutSeesTheOrganizationNoMore(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	newOwner(t, db)
	bob := newMember(t, db, s.org, "bob", "member")
	_, secret, err := db.Invite(t.Context(), other.org, operator, bob.Email, "owner")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Join(t.Context(), secret, store.NewUser{}); err != nil {
		t.Fatal(err)
	}
	hash := [32]byte{1}
	if err := db.BeginSignIn(t.Context(), hash, bob.ID, "", ""); err != nil {
		t.Fatal(err)
	}
	if err := db.RemoveMember(t.Context(), s.org, operator, bob.ID); err != nil {
		t.Fatal(err)
	}
	if in, err := db.SignIn(t.Context(), hash); err != nil || in.Organization != other.org || in.Role(s.org) != "" {
		t.Errorf("%+v, %v", in, err)
	}
}

func TestPasswordLinksWorkOnceAndEndSignIns(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	newSite(t, db, "acme")
	ada := newOwner(t, db)
	if _, err := db.NewPasswordLink(t.Context(), "nobody@example.org"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("for nobody: %v", err)
	}
	secret, err := db.NewPasswordLink(t.Context(), "ADA@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.BeginSignIn(t.Context(), [32]byte{1}, ada.ID, "", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ResetPassword(t.Context(), secret, "", "new"); err != nil {
		t.Fatal(err)
	}
	if _, hash, err := db.User(t.Context(), ada.ID); err != nil || hash != "new" {
		t.Errorf("password %q, %v", hash, err)
	}
	if _, err := db.ResetPassword(t.Context(), secret, "", "newer"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a second time: %v", err)
	}
	if _, err := db.SignIn(t.Context(), [32]byte{1}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the browser from before: %v", err)
	}
	if secret, err = db.NewPasswordLink(t.Context(), "ada@example.org"); err != nil {
		t.Fatal(err)
	}
	exec(t, url, "update trivet.links set expires_at = now() where kind = 'password'")
	if _, err := db.ResetPassword(t.Context(), secret, "", "newer"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("too late: %v", err)
	}
}

func TestTriesAreCountedAlsoWhenManyComeAtOnce(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	limits := []store.TryLimit{{Subject: "account ada", Most: 5}, {Subject: "address 192.0.2.1", Most: 50}}
	let := make(chan bool, 40)
	var all sync.WaitGroup
	for range cap(let) {
		all.Go(func() {
			_, wait, err := db.Try(context.WithoutCancel(t.Context()), limits)
			if err != nil || wait < 0 || wait > store.TryWindow {
				t.Errorf("wait %v, %v", wait, err)
			}
			let <- wait == 0
		})
	}
	all.Wait()
	close(let)
	n := 0
	for ok := range let {
		if ok {
			n++
		}
	}
	if n > 5 {
		t.Errorf("%d tries were let through, want at most 5", n)
	}
	for range 5 - n {
		if _, wait, err := db.Try(t.Context(), limits); err != nil || wait != 0 {
			t.Fatalf("a try that was refused has counted: wait %v, %v", wait, err)
		}
	}
	if _, wait, err := db.Try(t.Context(), limits); err != nil || wait <= 0 {
		t.Errorf("the sixth: wait %v, %v", wait, err)
	}
	exec(t, url, "update trivet.tries set at = at - interval '15 minutes'")
	if _, wait, err := db.Try(t.Context(), limits); err != nil || wait != 0 {
		t.Errorf("a quarter of an hour later: wait %v, %v", wait, err)
	}
	for range 4 {
		if _, _, err := db.Try(t.Context(), limits); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Forgive(t.Context(), limits, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, wait, err := db.Try(t.Context(), limits); err != nil || wait != 0 {
		t.Errorf("after a success: wait %v, %v", wait, err)
	}
	exec(t, url, "update trivet.tries set at = at - interval '2 hours'")
	if err := db.SweepAccess(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var left int
	if err := conn.QueryRow(t.Context(), "select count(*) from trivet.tries").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d tries kept for ever, %v", left, err)
	}
}
