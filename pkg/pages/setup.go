package pages

import (
	"errors"
	"net/http"

	"github.com/trivetlabs/trivet/pkg/store"
)

// Looking at a link uses nothing up: mail programs and messengers open links before people do.

// expired says that a link is no good (any more), and what to do.
func (p *Pages) expired(r *Request, kind string) error {
	return p.write(r, http.StatusNotFound, "expired", "layout.html", map[string]any{"Kind": kind})
}

func (p *Pages) showSetup(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	_, err := p.DB.Link(r.HTTP.Request().Context(), store.LinkSetup, r.HTTP.Param("secret"))
	if errors.Is(err, store.ErrNotFound) {
		return p.expired(r, store.LinkSetup)
	}
	if err != nil {
		return err
	}
	return p.show(r, "setup", door{})
}

func (p *Pages) setUp(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	d := door{Name: form.Text("name"), Email: form.Text("email"), Organization: form.Text("organization")}
	password := form.Text("password")
	if err := form.Done(); err != nil {
		return err
	}
	n := store.NewUser{Name: d.Name, Email: d.Email, Organization: d.Organization}
	err = p.Access.SetUp(r.HTTP.Response(), r.HTTP.Request(), r.HTTP.Param("secret"), n, password)
	switch {
	case d.refused(r, err):
		return p.write(r, d.status, "setup", "layout.html", d)
	case errors.Is(err, store.ErrNotFound):
		return p.expired(r, store.LinkSetup)
	case err != nil:
		return err
	}
	return r.To("/?said=set-up")
}

func (p *Pages) showJoin(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	l, err := p.DB.Link(r.HTTP.Request().Context(), store.LinkInvitation, r.HTTP.Param("secret"))
	if errors.Is(err, store.ErrNotFound) {
		return p.expired(r, store.LinkInvitation)
	}
	if err != nil {
		return err
	}
	return p.show(r, "join", door{Email: l.Email, Organization: l.Organization, Known: l.UserID != 0})
}

func (p *Pages) join(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	d := door{Name: form.Text("name")}
	password := form.Text("password")
	form.Text("email") // for the browser's list of passwords
	if err := form.Done(); err != nil {
		return err
	}
	err = p.Access.Join(r.HTTP.Response(), r.HTTP.Request(), r.HTTP.Param("secret"), d.Name, password)
	switch {
	case d.refused(r, err):
		l, err := p.DB.Link(r.HTTP.Request().Context(), store.LinkInvitation, r.HTTP.Param("secret"))
		if err != nil {
			return err
		}
		d.Email, d.Organization, d.Known = l.Email, l.Organization, l.UserID != 0
		return p.write(r, d.status, "join", "layout.html", d)
	case errors.Is(err, store.ErrNotFound):
		return p.expired(r, store.LinkInvitation)
	case err != nil:
		return err
	}
	return r.To("/?said=joined")
}

func (p *Pages) showPassword(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	l, err := p.DB.Link(r.HTTP.Request().Context(), store.LinkPassword, r.HTTP.Param("secret"))
	if errors.Is(err, store.ErrNotFound) {
		return p.expired(r, store.LinkPassword)
	}
	if err != nil {
		return err
	}
	return p.show(r, "password", door{Email: l.Email})
}

func (p *Pages) setPassword(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	d := door{Email: form.Text("email")}
	password := form.Text("password")
	if err := form.Done(); err != nil {
		return err
	}
	err = p.Access.ResetPassword(r.HTTP.Response(), r.HTTP.Request(), r.HTTP.Param("secret"), password)
	switch {
	case d.refused(r, err):
		return p.write(r, d.status, "password", "layout.html", d)
	case errors.Is(err, store.ErrNotFound):
		return p.expired(r, store.LinkPassword)
	case err != nil:
		return err
	}
	return r.To("/?said=password-changed")
}
