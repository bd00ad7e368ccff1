package query

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// TestNoRouteObeysAPageOfAnotherOrigin sends every change that there is with an owner's cookie, as a page elsewhere
// could make their browser send it.
func TestNoRouteObeysAPageOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, storetest.URL(t), "http://127.0.0.1:1", queuetest.Open(t))
	s := b.site("own")
	ids := b.things(s)
	owner := b.person(s.org, access.RoleOwner)
	before := b.fingerprintOf(s.org)
	browsers := map[string]http.Header{
		"another site":                    {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}},
		"another site that hides itself":  {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"null"}},
		"another site without an origin":  {"Sec-Fetch-Site": {"cross-site"}},
		"a link followed elsewhere":       {"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-User": {"?1"}},
		"another host of our site":        {"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://evil.trivet.example"}},
		"a site nobody knows":             {"Sec-Fetch-Site": {"same-origin, cross-site"}, "Origin": {"https://evil.example"}},
		"an older browser":                {"Origin": {"https://evil.example"}},
		"an older browser in a sandbox":   {"Origin": {"null"}},
		"another port":                    {"Origin": {"http://trivet.example:8082"}},
		"one that wants another method":   {"Origin": {"https://evil.example"}, "X-Http-Method-Override": {"GET"}},
		"one that says it is from script": {"Origin": {"https://evil.example"}, "X-Requested-With": {"XMLHttpRequest"}, "Hx-Request": {"true"}},
	}
	for _, c := range squares(t, b.api) {
		if c.method == http.MethodGet || c.method == http.MethodOptions || c.path == "/api/v1/logs" { // which is ingest's, who reads no cookies
			continue
		}
		for name, headers := range browsers {
			for _, media := range []string{"application/x-www-form-urlencoded", "text/plain", "application/json", "multipart/form-data; boundary=x"} {
				r := httptest.NewRequestWithContext(t.Context(), c.method, "http://trivet.example"+fill(c.path, s.project, ids), strings.NewReader(`{"status":"resolved"}`))
				maps.Copy(r.Header, owner.header)
				maps.Copy(r.Header, headers)
				r.Header.Set("Content-Type", media)
				w := httptest.NewRecorder()
				b.api.ServeHTTP(w, r)
				if w.Code != http.StatusForbidden || len(w.Result().Cookies()) > 0 {
					t.Errorf("%s as %s from %s: %d %v", c, media, name, w.Code, w.Result().Cookies())
				}
			}
		}
	}
	if after := b.fingerprintOf(s.org); after != before {
		t.Errorf("something has changed: %s, it was %s", after, before)
	}
}

// fingerprintOf is everything that changes of an organization leave behind.
func (b *bench) fingerprintOf(org int64) string {
	b.t.Helper()
	entries, _, err := b.db.Audit(b.t.Context(), org, store.AuditFilter{})
	if err != nil {
		b.t.Fatal(err)
	}
	return fmt.Sprintf("%+v", entries)
}

// TestNoMethodStandsForAnother: what asks for something changes nothing, whatever it says it is.
func TestNoMethodStandsForAnother(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, storetest.URL(t), "http://127.0.0.1:1", queuetest.Open(t))
	s := b.site("own")
	ids := b.things(s)
	owner := b.person(s.org, access.RoleOwner)
	all := squares(t, b.api)
	before := b.fingerprintOf(s.org)
	for _, c := range all {
		if c.stream {
			continue
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodTrace, "get", "PROPFIND"} {
			r := httptest.NewRequestWithContext(t.Context(), method, "http://trivet.example"+fill(c.path, s.project, ids)+"?_method="+c.method, http.NoBody)
			maps.Copy(r.Header, owner.header)
			for _, name := range []string{"X-Http-Method-Override", "X-Http-Method", "X-Method-Override"} {
				r.Header.Set(name, c.method)
			}
			w := httptest.NewRecorder()
			b.api.ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Errorf("%s %s: %d", method, c.path, w.Code)
			}
		}
	}
	if after := b.fingerprintOf(s.org); after != before {
		t.Errorf("something has changed: %s, it was %s", after, before)
	}
}

// TestNoAnswerIsShownInAFrameOrKept: of every route, good answers and bad ones.
func TestNoAnswerIsShownInAFrameOrKept(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, storetest.URL(t), "http://127.0.0.1:1", queuetest.Open(t))
	s := b.site("own")
	ids := b.things(s)
	for _, who := range []asker{{name: "nobody"}, b.person(s.org, access.RoleOwner)} {
		for _, c := range squares(t, b.api) {
			if c.method != http.MethodGet {
				continue
			}
			h := b.try(c, fill(c.path, s.project, ids), who).Header()
			policy := h.Get("Content-Security-Policy")
			if !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe-eval") || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s by %s: %v", c, who.name, h)
			}
			if strings.Contains(policy, "unsafe-inline") && c.path != "/docs" {
				t.Errorf("%s lets inline styles in: %s", c, policy)
			}
			if c.need != access.Anybody && h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s by %s may be kept: %q", c, who.name, h.Get("Cache-Control"))
			}
			if h.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s by %s is read by pages of %s", c, who.name, h.Get("Access-Control-Allow-Origin"))
			}
		}
	}
}

// TestNobodyIsLedAway signs in with every next that a stranger may have put into a link.
func TestNobodyIsLedAway(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("own")
	secret, err := b.db.NewSetupLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	br := &browser{b: b}
	const password = "correct horse battery"
	br.want(http.MethodPost, access.LinkPath(store.LinkSetup, secret), url.Values{"name": {"Ada"}, "email": {"ada@example.org"}, "password": {password}, "organization": {""}}, http.StatusSeeOther, "/")
	bases, _ := url.Parse("http://trivet.example/sign-in")
	for _, next := range []string{
		"//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "\t//evil.example", "/%09/evil.example", "/%2f/evil.example",
		"/%5cevil.example", "https://evil.example", "https:evil.example", "http:/evil.example", "javascript:alert(1)", "data:text/html,x", "/.//evil.example", "/..//evil.example",
		"@evil.example", ".evil.example", ":80@evil.example/", "/\r\nLocation: //evil.example", "/\u2028/evil.example", "//evil。example", "/?next=//evil.example", "/#//evil.example",
		"/\x00/evil.example", "/;//evil.example", "?//evil.example", "http://trivet.example@evil.example/", "http://trivet.example.evil.example", "/x/../..//evil.example", strings.Repeat("/a", 4000),
	} {
		for _, w := range []*httptest.ResponseRecorder{
			br.send(http.MethodGet, "/sign-in?next="+url.QueryEscape(next), nil), // who is signed in goes on at once
			(&browser{b: b}).send(http.MethodPost, "/sign-in", url.Values{"email": {"ada@example.org"}, "password": {password}, "next": {next}}),
			br.send(http.MethodPost, fmt.Sprintf("/projects/%d/issues/bulk", s.project), url.Values{"do": {"resolve"}, "back": {next}}),
		} {
			at := w.Header().Get("Location")
			if w.Code >= 400 && w.Code < 500 {
				continue
			}
			to, err := bases.Parse(at)
			if err != nil || to.Host != "trivet.example" || to.Scheme != "http" || strings.HasPrefix(at, "//") || !strings.HasPrefix(at, "/") || strings.ContainsAny(at, "\r\n\t\\") {
				t.Errorf("%q leads to %q: %d, %v", next, at, w.Code, err)
			}
			if len(w.Header()["Location"]) > 1 || strings.Contains(strings.Join(w.Header()["Set-Cookie"], ""), "evil") {
				t.Errorf("%q: %v", next, w.Header())
			}
		}
	}
}

func TestATokenOfOneProjectMakesNoOther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bound := o.makeToken(o.project, store.ScopeRead, store.ScopeWrite, store.ScopeAdmin)
	if w := o.page("/projects/new", bound); w.Code != http.StatusForbidden {
		t.Errorf("asking: %d", w.Code)
	}
	if w := o.post("/projects/new", bound, url.Values{"name": {"Other"}, "slug": {"other"}, "origins": {""}}); w.Code != http.StatusForbidden {
		t.Errorf("making: %d", w.Code)
	}
	if all, err := o.b.db.OwnProjects(t.Context(), o.org, 0); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}
