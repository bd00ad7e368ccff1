package report

import (
	"cmp"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Types that are treated apart.
const (
	cspViolation = "csp-violation"
	networkError = "network-error"
	permissions  = "permissions-policy-violation"
	pinning      = "hpkp"
)

// aliases are earlier names of types, and the members around reports older than the Reporting API.
var aliases = map[string]string{
	"csp": cspViolation, "csp-report": cspViolation,
	"feature-policy-violation": permissions,
	"expect-ct-report":         "expect-ct", "expect-staple-report": "expect-staple", "known-pins": pinning,
}

// titles are the types in words.
var titles = map[string]string{
	cspViolation: "CSP violation", networkError: "Network error", "crash": "Crash", "deprecation": "Deprecation",
	"intervention": "Intervention", permissions: "Permissions policy violation", "potential-" + permissions: "Permissions policy violation",
	"document-policy-violation": "Document policy violation", "integrity-violation": "Integrity policy violation",
	"coep": "COEP violation", "coop": "COOP violation",
	"expect-ct": "Expect-CT failure", "expect-staple": "Expect-Staple failure", pinning: "Key pinning failure",
}

// crashes are the reasons browsers give; most crashes have none (Crash Reporting §3).
var crashes = map[string]string{"oom": "The page ran out of memory", "unresponsive": "The page did not respond", "": "The page crashed"}

// words settles type, message, level and tags.
func (p *payload) words() {
	b := &p.said
	p.Type, p.Message = cmp.Or(titles[p.kind], spell(p.kind), "Report"), b.message
	p.tag("report", p.kind)
	p.tag("disposition", b.disposition)
	p.tag("policy", b.policy)
	p.tag("id", b.id)
	p.tag("reason", b.reason)
	if b.onlyReported() {
		p.Level = event.Warning
	}
	switch p.kind {
	case cspViolation:
		p.csp()
	case networkError:
		p.network()
	case "crash":
		p.Level = event.Fatal
		p.Message = cmp.Or(p.Message, crashes[b.reason], crashes[""]+": "+b.reason)
	case "deprecation", "intervention":
		p.Level = event.Warning
		p.Message = cmp.Or(p.Message, b.id)
	case "integrity-violation":
		p.block(cmp.Or(b.destination, "load") + " without integrity")
	case "coep":
		p.tag("kind", b.kind)
		p.block(cmp.Or(b.destination, b.kind, "load"))
	case "coop":
		p.tag("kind", b.kind)
		p.tag("property", b.property)
		p.Message = cmp.Or(p.Message, strings.TrimSpace(strings.ReplaceAll(b.kind, "-", " ")+" "+b.property))
	case permissions, "potential-" + permissions, "document-policy-violation":
		p.Message = cmp.Or(p.Message, b.policy)
	default:
		p.Message = cmp.Or(p.Message, b.reason, b.id, b.host)
	}
}

// spell makes words of a type we do not know: "shiny-new-violation" is a "Shiny new violation".
func spell(kind string) string {
	s := strings.ReplaceAll(strings.TrimSuffix(kind, "-report"), "-", " ")
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		s = string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// block says what was kept from loading, and from where.
func (p *payload) block(what string) {
	host, origin := source(p.said.blocked)
	p.tag("destination", p.said.destination)
	p.tag("blocked", host)
	p.Message = cmp.Or(p.Message, p.verb()+what+from(origin))
}

// verb tells whether a policy had an effect.
func (p *payload) verb() string {
	if p.said.onlyReported() {
		return "Would block "
	}
	return "Blocked "
}

func from(origin string) string {
	if origin == "" {
		return ""
	}
	return " from " + origin
}

// network says which load failed, and how.
func (p *payload) network() {
	b := &p.said
	p.tag("phase", b.phase)
	p.tag("error", b.kind)
	host, _ := source(p.url)
	p.tag("host", host)
	address := p.url
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i] // what varies, and secrets
	}
	how := b.kind
	if b.status != "" && b.status != "0" {
		p.tag("status", b.status)
		how += " " + b.status
	}
	p.Message = cmp.Or(p.Message, strings.Trim(b.method+" "+address+": "+how, ": "))
}
