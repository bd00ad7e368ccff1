package access

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// CheckOrigin refuses a change that a page of another origin makes a browser ask for: web.ErrCrossOrigin. Browsers tell
// in Sec-Fetch-Site, older ones in Origin; what tells neither is no browser, and nobody lends it a cookie.
func (a *Access) CheckOrigin(r *http.Request) error {
	if err := a.origins.Check(r); err != nil {
		return web.ErrCrossOrigin
	}
	return nil
}

// maxNext is more than any of our pages' URLs takes.
const maxNext = 2000

// Next returns where to go after signing in: text where it is a path of ours, / for anything else. Browsers take //host
// and /\host for another host, and drop tabs and line breaks before they look.
func Next(text string) string {
	odd := strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' })
	u, err := url.Parse(text)
	if err != nil || odd || len(text) > maxNext || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || u.Host != "" || u.Scheme != "" {
		return "/"
	}
	for _, own := range []string{"/sign-in", "/sign-out", "/setup/", "/join/", "/password/"} {
		if strings.HasPrefix(u.Path, own) {
			return "/"
		}
	}
	return text
}

// paths of the links that work once.
var paths = map[string]string{store.LinkSetup: "/setup/", store.LinkInvitation: "/join/", store.LinkPassword: "/password/"}

// LinkPath is the path of a link that works once.
func LinkPath(kind, secret string) string { return paths[kind] + secret }

// LinkURL is the URL of a link that works once, for whoever sent r to pass it on.
func (a *Access) LinkURL(r *http.Request, kind, secret string) string {
	base := a.public
	if base == "" {
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		base = scheme + "://" + r.Host
	}
	return base + LinkPath(kind, secret)
}
