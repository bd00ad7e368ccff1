package access

import (
	"errors"
	"net/http"
	"testing"

	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

func TestChangesComeFromOurOwnPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Config{PublicURL: "http://errors.example:8081/trivet"})
	cookie := h.setUp()
	_, token, err := h.db.CreateToken(t.Context(), store.Token{OrganizationID: h.org, Scopes: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, method, site, origin string
		good                       bool
	}{
		{"a page of another site", http.MethodPost, "cross-site", "https://evil.example", false},
		{"a page of another host of the site", http.MethodPost, "same-site", "http://evil.trivet.example", false},
		{"an older browser elsewhere", http.MethodPut, "", "https://evil.example", false},
		{"a frame without an origin", http.MethodDelete, "", "null", false},
		{"one that lies about its site", http.MethodPatch, "cross-site", "http://trivet.example", false},
		{"our page", http.MethodPost, "same-origin", "http://trivet.example", true},
		{"our page, its origin hidden", http.MethodPost, "same-origin", "null", true},
		{"what was typed or bookmarked", http.MethodPost, "none", "", true},
		{"an older browser on our page", http.MethodPost, "", "http://trivet.example", true},
		{"our page behind a proxy that tells another host", http.MethodPost, "", "http://errors.example:8081", true},
		{"no browser", http.MethodPost, "", "", true},
		{"a link from elsewhere", http.MethodGet, "cross-site", "", true},
	} {
		r := h.request(tc.method, "192.0.2.1", cookie)
		for name, value := range map[string]string{"Sec-Fetch-Site": tc.site, "Origin": tc.origin} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		_, err := h.access.Identify(t.Context(), r, 0, false)
		if tc.good != (err == nil) || err != nil && !errors.Is(err, web.ErrCrossOrigin) {
			t.Errorf("%s: %v", tc.name, err)
		}
		r.Header.Set("Authorization", "Bearer "+token) // nothing that a browser adds by itself
		if _, err := h.access.Identify(t.Context(), r, 0, false); err != nil {
			t.Errorf("%s, with a token: %v", tc.name, err)
		}
	}
}

func TestNextIsAPathOfOurs(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"/", "/issues?q=is%3Aunresolved", "/projects/7/issues/0a?tab=events#top", "/a//b"} {
		if got := Next(good); got != good {
			t.Errorf("%s became %s", good, got)
		}
	}
	for _, bad := range []string{
		"", "//evil.example", "/\\evil.example", "\\/evil.example", "https://evil.example/", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", " //evil.example",
		"evil.example", "/%zz", "/sign-in?next=/", "/sign-out", "/setup/x", "///evil.example", "/\r\nSet-Cookie: a=b", "data:text/html,x", "/.\\evil",
	} {
		if got := Next(bad); got != "/" {
			t.Errorf("%q became %q", bad, got)
		}
	}
}

func TestLinksLeadToWherePeopleReachUs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Config{})
	r := h.request(http.MethodGet, "192.0.2.1")
	if got := h.access.LinkURL(r, store.LinkInvitation, "abc"); got != "http://trivet.example/join/abc" {
		t.Error(got)
	}
	h.access.public = "https://errors.example"
	if got := h.access.LinkURL(r, store.LinkSetup, "abc"); got != "https://errors.example/setup/abc" {
		t.Error(got)
	}
}
