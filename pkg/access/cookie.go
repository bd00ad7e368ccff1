package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// Names of the cookie. With the prefix browsers take it from this host over https alone, and send it nowhere else.
const (
	secureCookie = "__Host-trivet"
	plainCookie  = "trivet"
)

// cookieBytes are 256 bits, cookieLength what they take as text.
const (
	cookieBytes  = 32
	cookieLength = 43
)

// secure tells that people reach us over https only.
func (a *Access) secure() bool { return strings.HasPrefix(a.public, "https://") }

func (a *Access) cookieName() string {
	if a.secure() {
		return secureCookie
	}
	return plainCookie
}

// setCookie gives the browser a secret, or takes it away when that is empty.
func (a *Access) setCookie(w http.ResponseWriter, secret string) {
	age := int(store.SignInAge / time.Second) // the server ends it earlier when it is not used
	if secret == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: a.cookieName(), Value: secret, Path: "/", MaxAge: age, Secure: a.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// cookie returns the hash of the secret in a request's cookie, false where it has none of the right form.
func (a *Access) cookie(r *http.Request) (hash [sha256.Size]byte, ok bool) {
	found := r.CookiesNamed(a.cookieName())
	if len(found) != 1 || len(found[0].Value) != cookieLength {
		return hash, false
	}
	return sha256.Sum256([]byte(found[0].Value)), true
}

// signedIn returns the good sign-in of a request's cookie, web.ErrNoToken where there is none.
func (a *Access) signedIn(ctx context.Context, r *http.Request) (store.SignIn, error) {
	hash, ok := a.cookie(r)
	if !ok {
		return store.SignIn{}, web.ErrNoToken
	}
	now := time.Now()
	in, turn, ok := a.signIns.get(hash, now)
	if ok {
		return in, nil
	}
	in, err := a.db.SignIn(ctx, hash)
	if errors.Is(err, store.ErrNotFound) {
		return in, web.ErrNoToken
	}
	if err != nil {
		return in, err
	}
	a.signIns.put(hash, in, turn, now, &in.ExpiresAt)
	return in, nil
}

// begin signs a browser in as somebody, with a secret it never had before, and ends what it was signed in with.
func (a *Access) begin(w http.ResponseWriter, r *http.Request, user int64) error {
	if err := a.end(r); err != nil {
		return err
	}
	var b [cookieBytes]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand never fails on the systems we run on
	}
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	if err := a.db.BeginSignIn(r.Context(), sha256.Sum256([]byte(secret)), user, a.Address(r), r.UserAgent()); err != nil {
		return err
	}
	a.setCookie(w, secret)
	return nil
}

// end signs out the browser that sent a request.
func (a *Access) end(r *http.Request) error {
	hash, ok := a.cookie(r)
	if !ok {
		return nil
	}
	defer a.signIns.forget() // when it has ended, or it could be learnt anew in between
	return a.db.EndSignIn(r.Context(), hash)
}

// SignOut ends what the browser is signed in with and takes its cookie away.
func (a *Access) SignOut(w http.ResponseWriter, r *http.Request) error {
	if err := a.end(r); err != nil {
		return err
	}
	a.setCookie(w, "")
	return nil
}
