package access

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// newHash makes the hash of a password that somebody chooses, store.ErrInvalid where it is too weak.
func (a *Access) newHash(r *http.Request, password, email string) (string, error) {
	if err := CheckPassword(password, email); err != nil {
		return "", err
	}
	return a.hasher.hash(r.Context(), password)
}

// SetUp makes the first owner by a set-up link and signs them in. The error is store.ErrNotFound where the link is no
// good, store.ErrInvalid where a value is not, and the link stays good then.
func (a *Access) SetUp(w http.ResponseWriter, r *http.Request, secret string, n store.NewUser, password string) (err error) {
	if _, err := a.db.Link(r.Context(), store.LinkSetup, secret); err != nil {
		return err // before anything is hashed for it
	}
	if n.PasswordHash, err = a.newHash(r, password, n.Email); err != nil {
		return err
	}
	n.Address = a.Address(r)
	u, err := a.db.SetUp(r.Context(), secret, n)
	if err != nil {
		return err
	}
	return a.begin(w, r, u.ID)
}

// Join makes a member by an invitation and signs them in. Who has an account says their password, others choose one.
func (a *Access) Join(w http.ResponseWriter, r *http.Request, secret, name, password string) (err error) {
	l, err := a.db.Link(r.Context(), store.LinkInvitation, secret)
	if err != nil {
		return err
	}
	n := store.NewUser{Name: name, Address: a.Address(r)}
	if l.UserID == 0 {
		n.PasswordHash, err = a.newHash(r, password, l.Email)
	} else {
		_, err = a.ask(r, l.Email, password)
	}
	if err != nil {
		return err
	}
	u, err := a.db.Join(r.Context(), secret, n)
	if err != nil {
		return err
	}
	a.Forget() // they may be signed in already, and belong to one more
	return a.begin(w, r, u.ID)
}

// ResetPassword gives somebody a new password by a link, ends everything they are signed in with, and signs them in.
func (a *Access) ResetPassword(w http.ResponseWriter, r *http.Request, secret, password string) error {
	l, err := a.db.Link(r.Context(), store.LinkPassword, secret)
	if err != nil {
		return err
	}
	hash, err := a.newHash(r, password, l.Email)
	if err != nil {
		return err
	}
	u, err := a.db.ResetPassword(r.Context(), secret, a.Address(r), hash)
	if err != nil {
		return err
	}
	a.Forget()
	return a.begin(w, r, u.ID)
}

// ChangePassword gives a signed-in person a new password and their browser a new secret, and ends everything else they
// are signed in with. The error is web.ErrPassword where the old one is wrong.
func (a *Access) ChangePassword(w http.ResponseWriter, r *http.Request, v *Viewer, old, password string) error {
	if v.User == nil {
		return web.ErrScope
	}
	if err := CheckPassword(password, v.User.Email); err != nil {
		return err
	}
	if _, err := a.ask(r, v.User.Email, old); err != nil {
		return err
	}
	hash, err := a.hasher.hash(r.Context(), password)
	if err != nil {
		return err
	}
	if err := a.db.SetPassword(r.Context(), v.User.ID, a.Address(r), hash, nil); err != nil {
		return err
	}
	a.Forget()
	return a.begin(w, r, v.User.ID)
}
