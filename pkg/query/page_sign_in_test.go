package query

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

// A browser keeps the cookie it is given and sends forms as ours do.
type browser struct {
	b      *bench
	cookie string
}

func (br *browser) send(method, path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	br.b.t.Helper()
	r := httptest.NewRequestWithContext(br.b.t.Context(), method, "http://trivet.example"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if br.cookie != "" {
		r.Header.Set("Cookie", "trivet="+br.cookie)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	br.b.api.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "trivet" {
			br.cookie = c.Value
		}
	}
	return w
}

// want sends and checks the status, and where it leads or what it holds.
func (br *browser) want(method, path string, form url.Values, status int, text string) {
	br.b.t.Helper()
	w := br.send(method, path, form)
	if w.Code != status || !strings.Contains(w.Header().Get("Location")+w.Body.String(), text) {
		br.b.t.Errorf("%s %s: %d to %q, want %d and %q: %.900s", method, path, w.Code, w.Header().Get("Location"), status, text, w.Body)
	}
}

func TestTheFirstOwnerComesInByALinkAndThenByAPassword(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.site("acme")
	secret, err := b.db.NewSetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	br, link := &browser{b: b}, access.LinkPath(store.LinkSetup, secret)
	const good = "correct horse battery"
	form := func(password string) url.Values {
		return url.Values{"name": {"Ada <b>"}, "email": {"ada@example.org"}, "password": {password}, "organization": {""}}
	}
	br.want(http.MethodGet, "/", nil, http.StatusSeeOther, "/sign-in?next=%2F")
	br.want(http.MethodGet, link, nil, http.StatusOK, "You are the first here")
	br.want(http.MethodPost, link, form("password123"), http.StatusBadRequest, "nobody guesses")
	br.want(http.MethodPost, link, form("password123"), http.StatusBadRequest, "Ada &lt;b&gt;")
	if w := br.send(http.MethodPost, link, form(good), "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
	br.want(http.MethodPost, link, form(good), http.StatusSeeOther, "/?said=set-up")
	br.want(http.MethodGet, "/?said=set-up", nil, http.StatusOK, "yours now")
	br.want(http.MethodGet, link, nil, http.StatusNotFound, "This link is no good")
	br.want(http.MethodGet, "/account", nil, http.StatusOK, "Ada &lt;b&gt;")
	br.want(http.MethodPost, "/account", url.Values{"name": {"Ada"}, "time_zone": {"Mars/Olympus"}}, http.StatusBadRequest, "Europe/Vienna")
	br.want(http.MethodPost, "/account", url.Values{"name": {"Ada"}, "time_zone": {"Europe/Vienna"}, "theme": {"dark"}}, http.StatusSeeOther, "account-saved")
	br.want(http.MethodGet, "/account", nil, http.StatusOK, `data-theme="dark"`)
	before := br.cookie
	br.want(http.MethodPost, "/sign-out", nil, http.StatusSeeOther, "/sign-in")
	if w := (&browser{b: b, cookie: before}).send(http.MethodGet, "/account", nil); w.Code != http.StatusSeeOther {
		t.Errorf("the cookie after signing out: %d", w.Code)
	}
	in := func(password, next string) url.Values {
		return url.Values{"email": {"ADA@example.org"}, "password": {password}, "next": {next}}
	}
	br.want(http.MethodPost, "/sign-in", in("wrong horse battery", "/account"), http.StatusForbidden, "E-mail or password is wrong")
	if w := br.send(http.MethodPost, "/sign-in", in(good, "/"), "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden || len(w.Header()["Set-Cookie"]) > 0 {
		t.Errorf("signed in by another site: %d", w.Code)
	}
	br.want(http.MethodPost, "/sign-in", in(good, "//evil.example"), http.StatusSeeOther, "/")
	br.want(http.MethodPost, "/sign-in", in(good, "/account"), http.StatusSeeOther, "/account")
	br.want(http.MethodGet, "/sign-in?next=/issues", nil, http.StatusSeeOther, "/issues")

	// What a browser may ask of the API it may with its cookie, from our pages.
	if w := br.send(http.MethodGet, "/api/v1/members", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"role":"owner"`) || strings.Contains(w.Body.String(), "argon2") {
		t.Errorf("members: %d %s", w.Code, w.Body)
	}
	if w := br.send(http.MethodDelete, "/api/v1/members/1", nil, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "cross_origin") {
		t.Errorf("a change that another site asks for: %d %s", w.Code, w.Body)
	}
}
