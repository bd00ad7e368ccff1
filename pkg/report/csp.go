package report

import (
	"cmp"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// csp says which directive kept what from where. The tags directive and blocked name the hole in the policy, or
// in the page: reports with equal ones are one issue.
func (p *payload) csp() {
	b := &p.said
	directive := cmp.Or(b.directive, b.violated)
	host, origin := source(b.blocked)
	if (host == "" || host == "self") && isCode(directive) {
		host, origin = "inline", "inline" // CSP 2 §4.4: what has no URL is the empty text; old Firefox says self
	}
	p.tag("directive", directive)
	p.tag("blocked", host)
	directive = cmp.Or(directive, "a load")
	switch origin {
	case "inline":
		p.Message = p.verb() + "inline " + code(directive) + " (" + directive + ")"
	case "eval", "wasm-eval", "trusted-types-sink", "trusted-types-policy":
		p.Message = p.verb() + origin + " (" + directive + ")"
	default:
		p.Message = p.verb() + directive + from(origin)
	}
}

func isCode(directive string) bool {
	return strings.HasPrefix(directive, "script-src") || strings.HasPrefix(directive, "style-src")
}

func code(directive string) string {
	if strings.HasPrefix(directive, "style-src") {
		return "style"
	}
	return "script"
}

// source names where a blocked load came from: for a URL its host, without port, and its origin; for another
// scheme ("data:…", "chrome-extension://…") the scheme; else the word that browsers use, as inline or eval.
func source(uri string) (host, origin string) {
	scheme, rest, found := strings.Cut(uri, ":")
	if !found || scheme == "" {
		word := strings.ToLower(event.Cut(uri, event.MaxTagValue))
		return word, word
	}
	scheme = strings.ToLower(event.Cut(scheme, event.MaxTagValue))
	authority, hasHost := strings.CutPrefix(rest, "//")
	switch scheme {
	case "http", "https", "ws", "wss":
	default:
		hasHost = false
	}
	if !hasHost {
		return scheme, scheme + ":"
	}
	if i := strings.IndexAny(authority, `/\?#`); i >= 0 {
		authority = authority[:i]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:] // never a password
	}
	authority = strings.ToLower(event.Cut(authority, event.MaxTagValue))
	host = authority
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	return host, scheme + "://" + authority
}
