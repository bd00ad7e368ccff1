package access

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

func TestWhoSignsInGetsACookie(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		public, name string
		secure       bool
	}{{"https://errors.example/", "__Host-trivet", true}, {"http://errors.example", "trivet", false}, {"", "trivet", false}} {
		h := newHouse(t, Config{PublicURL: tc.public})
		first := h.setUp()
		c, err := h.signIn("192.0.2.1", password, first)
		if err != nil {
			t.Fatal(err)
		}
		if c.Name != tc.name || c.Secure != tc.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Value == first.Value {
			t.Errorf("%s: %+v", tc.public, c)
		}
		if warned := strings.Contains(h.log.String(), "not https"); warned == tc.secure {
			t.Errorf("%s: warned %v", tc.public, warned)
		}
		v, err := h.access.Identify(t.Context(), h.request(http.MethodGet, "192.0.2.9", c), 0, false)
		if err != nil || v.Organization != h.org || v.Role != RoleOwner || v.User.Email != email || v.Address != "192.0.2.9" {
			t.Errorf("%+v, %v", v, err)
		}
		if _, err := h.access.Identify(t.Context(), h.request(http.MethodGet, "192.0.2.1", first), 0, false); !errors.Is(err, web.ErrNoToken) {
			t.Errorf("the cookie from before: %v", err)
		}
		w := httptest.NewRecorder()
		if err := h.access.SignOut(w, h.request(http.MethodPost, "192.0.2.1", c)); err != nil || h.cookie(w).MaxAge >= 0 {
			t.Errorf("signed out: %v", err)
		}
		if _, err := h.access.Identify(t.Context(), h.request(http.MethodGet, "192.0.2.1", c), 0, false); !errors.Is(err, web.ErrNoToken) {
			t.Errorf("after signing out: %v", err)
		}
	}
}

func TestOnlyGoodCookiesLetIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Config{})
	good := h.setUp()
	for name, cookies := range map[string][]*http.Cookie{
		"none":            nil,
		"another name":    {{Name: "__Host-trivet", Value: good.Value}},
		"shorter":         {{Name: "trivet", Value: good.Value[:42]}},
		"another":         {{Name: "trivet", Value: strings.Repeat("a", 43)}},
		"one beside good": {good, {Name: "trivet", Value: strings.Repeat("a", 43)}},
	} {
		if _, err := h.access.Identify(t.Context(), h.request(http.MethodGet, "192.0.2.1", cookies...), 0, false); !errors.Is(err, web.ErrNoToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := h.request(http.MethodGet, "192.0.2.1", good)
	r.Header.Set("Authorization", "Bearer nonsense")
	if _, err := h.access.Identify(t.Context(), r, 0, false); !errors.Is(err, web.ErrNoToken) {
		t.Errorf("beside a bad token: %v", err)
	}
	r.Header.Set("Authorization", "Basic Zm9vOmJhcg==") // of a proxy in front
	if _, err := h.access.Identify(t.Context(), r, 0, false); err != nil {
		t.Errorf("beside a proxy's password: %v", err)
	}
}

func TestAProjectOfOthersIsLikeNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Config{})
	cookie := h.setUp()
	_, foreign := h.organization("other")
	for project, want := range map[int64]error{h.project: nil, foreign: store.ErrNotFound, 999: store.ErrNotFound} {
		for range 2 { // the second time from memory
			if _, err := h.access.Identify(t.Context(), h.request(http.MethodGet, "192.0.2.1", cookie), project, false); !errors.Is(err, want) {
				t.Errorf("project %d: %v, want %v", project, err, want)
			}
		}
	}
}

func TestUnknownAccountsAndWrongPasswordsAreAnsweredAlike(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Config{})
	h.setUp()
	_, wrong := h.signIn("192.0.2.7", "wrong horse battery")
	nobody := h.access.SignIn(httptest.NewRecorder(), h.request(http.MethodPost, "192.0.2.7"), "nobody@example.org", password)
	nonsense := h.access.SignIn(httptest.NewRecorder(), h.request(http.MethodPost, "192.0.2.7"), "\x00\xff", password)
	u, _, err := h.db.UserByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.DisableUser(t.Context(), u.ID, true); err != nil {
		t.Fatal(err)
	}
	_, disabled := h.signIn("192.0.2.7", password)
	for name, err := range map[string]error{"wrong": wrong, "nobody": nobody, "nonsense": nonsense, "disabled": disabled} {
		if !errors.Is(err, web.ErrPassword) || err.Error() != web.ErrPassword.Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTriesAreLimited(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Config{})
	h.setUp() // from 192.0.2.1
	limited := func(address, password string) bool {
		t.Helper()
		_, err := h.signIn(address, password)
		var refused *web.RefusedError
		if errors.As(err, &refused) && (!errors.Is(err, web.ErrTries) || refused.Wait <= 0 || refused.Wait > store.TryWindow) {
			t.Errorf("%v, wait %v", err, refused.Wait)
		}
		return errors.Is(err, web.ErrTries)
	}
	for i := range triesOfBoth {
		if limited("192.0.2.7", "wrong horse battery") {
			t.Fatalf("limited after %d tries", i)
		}
	}
	if !limited("192.0.2.7", password) {
		t.Error("the right password after too many wrong ones is looked at")
	}
	if limited("192.0.2.8", "wrong horse battery") || limited("192.0.2.8", password) {
		t.Error("another address is limited with it")
	}

	// Somebody tries from everywhere: who comes from where they used to come gets in, others wait.
	conn, err := pgx.Connect(t.Context(), h.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	limits := h.access.limits(h.request(http.MethodPost, "198.51.100.1"), email, false)
	for range triesOfAccount {
		if _, _, err := h.db.Try(t.Context(), limits[2:]); err != nil {
			t.Fatal(err)
		}
	}
	if !limited("203.0.113.5", password) {
		t.Error("tries from everywhere are not limited")
	}
	if limited("192.0.2.1", password) {
		t.Error("the owner is locked out")
	}

	// One address tries all accounts.
	for i := range triesOfAddress {
		if _, _, err := h.db.Try(t.Context(), h.access.limits(h.request(http.MethodPost, "192.0.2.1"), fmt.Sprint(i, "@example.org"), true)); err != nil {
			t.Fatal(err)
		}
	}
	if !limited("192.0.2.1", password) {
		t.Error("tries of one address are not limited")
	}
}

func TestAddressesOfOneSubscriberCountTogether(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"2001:db8:1:2:3::4": "2001:db8:1:2::/64", "192.0.2.1": "192.0.2.1", "": "", "x": "x"} {
		if got := subscriber(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestOldHashesBecomeNewOnes(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Config{})
	h.setUp()
	conn, err := pgx.Connect(t.Context(), h.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	// "correct horse battery" with a hundredth of the work.
	const old = "$argon2id$v=19$m=256,t=1,p=1$MTIzNDU2Nzg5MDEyMzQ1Ng$"
	if _, err := conn.Exec(t.Context(), "update trivet.users set password_hash = $1", old+oldKey()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.signIn("192.0.2.1", password); err != nil {
		t.Fatal(err)
	}
	if _, hash, err := h.db.UserByEmail(t.Context(), email); err != nil || !strings.Contains(hash, "m=19456,") {
		t.Errorf("%s, %v", hash, err)
	}
}

func TestANewPasswordEndsEverythingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Config{})
	first := h.setUp()
	other, err := h.signIn("192.0.2.1", password)
	if err != nil {
		t.Fatal(err)
	}
	r := h.request(http.MethodPost, "192.0.2.1", first)
	v, err := h.access.Identify(t.Context(), r, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	const next = "another horse battery"
	w := httptest.NewRecorder()
	if err := h.access.ChangePassword(w, r, v, "wrong horse battery", next); !errors.Is(err, web.ErrPassword) {
		t.Errorf("without the old one: %v", err)
	}
	if err := h.access.ChangePassword(w, r, v, password, "password123"); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("to a weak one: %v", err)
	}
	if err := h.access.ChangePassword(w, r, v, password, next); err != nil {
		t.Fatal(err)
	}
	rotated := h.cookie(w)
	for name, c := range map[string]*http.Cookie{"this browser's old": first, "another browser's": other} {
		if _, err := h.access.Identify(t.Context(), h.request(http.MethodGet, "192.0.2.1", c), 0, false); !errors.Is(err, web.ErrNoToken) {
			t.Errorf("%s cookie: %v", name, err)
		}
	}
	if _, err := h.access.Identify(t.Context(), h.request(http.MethodGet, "192.0.2.1", rotated), 0, false); err != nil {
		t.Errorf("this browser's new cookie: %v", err)
	}
	if _, err := h.signIn("192.0.2.1", password); !errors.Is(err, web.ErrPassword) {
		t.Errorf("the old password: %v", err)
	}
	if _, err := h.signIn("192.0.2.1", next); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

func TestWhoHasAnAccountJoinsByTheirPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Config{})
	h.setUp()
	other, _ := h.organization("other")
	_, secret, err := h.db.Invite(t.Context(), other, store.Actor{Kind: store.ActorOperator}, email, "viewer")
	if err != nil {
		t.Fatal(err)
	}
	join := func(password string) (*httptest.ResponseRecorder, error) {
		w := httptest.NewRecorder()
		return w, h.access.Join(w, h.request(http.MethodPost, "192.0.2.1"), secret, "Mallory", password)
	}
	if _, err := join("a password of mine"); !errors.Is(err, web.ErrPassword) {
		t.Errorf("somebody else with the link: %v", err)
	}
	w, err := join(password)
	if err != nil {
		t.Fatal(err)
	}
	v, err := h.access.Identify(t.Context(), h.request(http.MethodGet, "192.0.2.1", h.cookie(w)), 0, false)
	if err != nil || v.User.Name != "Ada" || v.SignIn.Role(other) != "viewer" || v.SignIn.Role(h.org) != "owner" {
		t.Errorf("%+v, %v", v, err)
	}
}
