package pages

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

func (p *Pages) signInRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/sign-in", Name: "sign_in", Need: access.Anybody, Handle: p.showSignIn},
		{Method: http.MethodPost, Path: "/sign-in", Name: "sign_in", Need: access.Anybody, Handle: p.signIn},
		{Method: http.MethodPost, Path: "/sign-out", Name: "sign_out", Need: access.Anybody, Handle: p.signOut},
		{Method: http.MethodGet, Path: "/setup/:secret", Name: "setup", Need: access.Anybody, Handle: p.showSetup},
		{Method: http.MethodPost, Path: "/setup/:secret", Name: "setup", Need: access.Anybody, Handle: p.setUp},
		{Method: http.MethodGet, Path: "/join/:secret", Name: "join", Need: access.Anybody, Handle: p.showJoin},
		{Method: http.MethodPost, Path: "/join/:secret", Name: "join", Need: access.Anybody, Handle: p.join},
		{Method: http.MethodGet, Path: "/password/:secret", Name: "password", Need: access.Anybody, Handle: p.showPassword},
		{Method: http.MethodPost, Path: "/password/:secret", Name: "password", Need: access.Anybody, Handle: p.setPassword},
	}
}

// A door is a page by which somebody comes in: what the form holds but the password, and what was wrong with it.
type door struct {
	Next              string // of signing in
	Email, Name       string
	Organization      string // that the link leads to
	Known             bool   // who is invited has an account
	Problem           string // of the whole
	WrongName         string // of fields
	WrongEmail        string
	WrongPassword     string
	WrongOrganization string
	status            int
}

// refused makes the door say what is wrong; false where it is nothing that whoever knocks could mend.
func (d *door) refused(r *Request, err error) bool {
	var invalid *store.InvalidError
	var own *web.RefusedError
	switch {
	case errors.As(err, &invalid):
		fields := map[string]*string{"name": &d.WrongName, "email": &d.WrongEmail, "password": &d.WrongPassword, "organization": &d.WrongOrganization}
		d.status = http.StatusBadRequest
		if field := fields[invalid.What]; field != nil {
			*field = "Want " + invalid.Want + "."
		} else {
			d.Problem = "Want " + invalid.Want + "."
		}
		return true
	case errors.Is(err, web.ErrPassword), errors.Is(err, web.ErrTries), errors.Is(err, web.ErrBusy):
		row := web.RefusalOf(err)
		d.status, d.Problem = row.Status, row.Message+"."
		if errors.As(err, &own) && own.Wait > 0 {
			seconds := int(math.Ceil(own.Wait.Seconds()))
			r.HTTP.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
			d.Problem = "Too many tries in vain. Try again in " + minutes(seconds) + "."
		}
		return true
	}
	return false
}

func minutes(seconds int) string {
	if seconds <= 60 {
		return "a minute"
	}
	return strconv.Itoa((seconds+59)/60) + " minutes"
}

func (p *Pages) showSignIn(r *Request) error {
	next := access.Next(r.Params.Text("next"))
	if err := r.Params.Done(); err != nil {
		return err
	}
	if r.Viewer != nil && r.Viewer.User != nil {
		return r.To(next)
	}
	return p.show(r, "sign_in", door{Next: next})
}

func (p *Pages) signIn(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	d := door{Next: access.Next(form.Text("next")), Email: form.Text("email")}
	password := form.Text("password")
	if err := form.Done(); err != nil {
		return err
	}
	err = p.Access.SignIn(r.HTTP.Response(), r.HTTP.Request(), d.Email, password)
	if d.refused(r, err) {
		return p.write(r, d.status, "sign_in", "layout.html", d)
	}
	if err != nil {
		return err
	}
	return r.To(d.Next)
}

func (p *Pages) signOut(r *Request) error {
	if err := p.Access.SignOut(r.HTTP.Response(), r.HTTP.Request()); err != nil {
		return err
	}
	return r.To("/sign-in?said=signed-out")
}
