package pages

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	_ "time/tzdata" // zones where the machine has none, as in an image of nothing but this program

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/useragent"
	"github.com/trivetlabs/trivet/pkg/web"
)

func (p *Pages) accountRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/account", Name: "account", Need: access.Read, Handle: p.showAccount},
		{Method: http.MethodPost, Path: "/account", Name: "account", Need: access.Read, Handle: p.setAccount},
		{Method: http.MethodPost, Path: "/account/password", Name: "account_password", Need: access.Read, Handle: p.changePassword},
		{Method: http.MethodPost, Path: "/account/sign-ins", Name: "account_sign_ins", Need: access.Read, Handle: p.endSignIns},
		{Method: http.MethodPost, Path: "/account/organization", Name: "account_organization", Need: access.Read, Handle: p.chooseOrganization},
	}
}

// accountView is what a person sees of themselves.
type accountView struct {
	User         store.User
	Shortcuts    bool
	Browsers     []browserView
	Memberships  []store.Membership
	Organization int64
	Zones        []string
	Wrong        map[string]string // by field
	Problem      string            // of the password
}

// browserView is a browser that they are signed in with.
type browserView struct {
	store.SignIn
	Name string // Firefox 140 on Linux
	Here bool   // it is the one that asks
}

// person refuses who is none: programs have no account.
func (r *Request) person() (*store.SignIn, error) {
	if r.Viewer == nil || r.Viewer.SignIn == nil {
		return nil, web.Refused(web.ErrScope, "a person is needed")
	}
	return r.Viewer.SignIn, nil
}

// personForm is person with what they sent.
func (r *Request) personForm() (in *store.SignIn, form *web.Params, err error) {
	if in, err = r.person(); err == nil {
		form, err = r.Form()
	}
	return in, form, err
}

func (p *Pages) showAccount(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	return p.writeAccount(r, http.StatusOK, accountView{})
}

// writeAccount fills in what the view has not got and shows it.
func (p *Pages) writeAccount(r *Request, status int, v accountView) error {
	in, err := r.person()
	if err != nil {
		return err
	}
	if v.User.ID == 0 {
		v.User = in.User
	}
	v.Memberships, v.Organization, v.Zones = in.Of, r.Org(), zones
	v.Shortcuts = v.User.Preferences.Shortcuts == nil || *v.User.Preferences.Shortcuts
	all, err := p.DB.SignIns(r.HTTP.Request().Context(), in.User.ID)
	if err != nil {
		return err
	}
	for _, other := range all {
		v.Browsers = append(v.Browsers, browserView{other, browserName(other.Agent), other.Hash == in.Hash})
	}
	return p.write(r, status, "account", "layout.html", v)
}

func browserName(agent string) string {
	parsed := useragent.Parse(useragent.Headers{UserAgent: agent})
	switch {
	case parsed.Browser == "" && parsed.OS == "":
		return "An unknown program"
	case parsed.OS == "":
		return parsed.Browser
	case parsed.Browser == "":
		return parsed.OS
	}
	return parsed.Browser + " on " + parsed.OS
}

func (p *Pages) setAccount(r *Request) error {
	in, form, err := r.personForm()
	if err != nil {
		return err
	}
	name, shortcuts := form.Text("name"), form.Text("shortcuts") == "on"
	chosen := store.Preferences{TimeZone: form.Text("time_zone"), Theme: form.Text("theme")}
	if !shortcuts {
		chosen.Shortcuts = &shortcuts
	}
	if err := form.Done(); err != nil {
		return err
	}
	_, err = p.DB.SetUser(r.HTTP.Request().Context(), in.User.ID, name, chosen)
	var invalid *store.InvalidError
	if errors.As(err, &invalid) {
		typed := in.User
		typed.Name, typed.Preferences = name, chosen
		return p.writeAccount(r, http.StatusBadRequest, accountView{User: typed, Wrong: map[string]string{invalid.What: "Want " + invalid.Want + "."}})
	}
	if err != nil {
		return err
	}
	// What the button for light and dark has put into this browser would win.
	http.SetCookie(r.HTTP.Response(), &http.Cookie{Name: "theme", Path: "/", MaxAge: -1, SameSite: http.SameSiteLaxMode})
	p.Access.Forget()
	return r.To("/account?said=account-saved")
}

func (p *Pages) changePassword(r *Request) error {
	_, form, err := r.personForm()
	if err != nil {
		return err
	}
	old, password := form.Text("old"), form.Text("password")
	form.Text("email") // for the browser's list of passwords
	if err := form.Done(); err != nil {
		return err
	}
	err = p.Access.ChangePassword(r.HTTP.Response(), r.HTTP.Request(), r.Viewer, old, password)
	var d door
	if d.refused(r, err) {
		if errors.Is(err, web.ErrPassword) {
			d.Problem = "The password of today is wrong."
		}
		return p.writeAccount(r, d.status, accountView{Problem: d.Problem, Wrong: map[string]string{"password": d.WrongPassword}})
	}
	if err != nil {
		return err
	}
	return r.To("/account?said=password-changed")
}

func (p *Pages) endSignIns(r *Request) error {
	in, form, err := r.personForm()
	if err != nil {
		return err
	}
	id := form.Text("id")
	if err := form.Done(); err != nil {
		return err
	}
	ctx := r.HTTP.Request().Context()
	if id == "others" {
		err = p.DB.EndSignIns(ctx, in.User.ID, in.Hash[:])
	} else {
		err = p.endSignIn(r, in.User.ID, id)
	}
	if err != nil {
		return err
	}
	p.Access.Forget()
	return r.To("/account?said=signed-out-there")
}

// endSignIn ends one browser of a person by its id.
func (p *Pages) endSignIn(r *Request, user int64, id string) error {
	if _, err := hex.DecodeString(id); err != nil {
		return store.ErrNotFound
	}
	ctx := r.HTTP.Request().Context()
	all, err := p.DB.SignIns(ctx, user)
	if err != nil {
		return err
	}
	for _, in := range all {
		if in.ID() == id {
			return p.DB.EndSignIn(ctx, in.Hash)
		}
	}
	return store.ErrNotFound
}

func (p *Pages) chooseOrganization(r *Request) error {
	in, form, err := r.personForm()
	if err != nil {
		return err
	}
	text := form.Text("organization")
	if err := form.Done(); err != nil {
		return err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return store.ErrNotFound
	}
	if err := p.DB.ChooseOrganization(r.HTTP.Request().Context(), in.Hash, id); err != nil {
		return err
	}
	p.Access.Forget()
	return r.To("/")
}

// zones are what the field offers; any name of the IANA database is taken.
var zones = []string{
	"Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires", "America/Bogota", "America/Chicago",
	"America/Denver", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Sao_Paulo", "America/Toronto", "Asia/Bangkok",
	"Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul", "Asia/Shanghai",
	"Asia/Singapore", "Asia/Tokyo", "Australia/Perth", "Australia/Sydney", "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Dublin",
	"Europe/Helsinki", "Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Prague",
	"Europe/Rome", "Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu", "UTC",
}
