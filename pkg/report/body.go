package report

import (
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/read"
)

// A body is what the bodies of all types of reports may say, under one name for each thing.
type body struct {
	document, referrer  string
	message             string
	blocked             string // a URL, an origin, or a word like inline
	directive, violated string // of CSP: the effective one; as written in the policy
	disposition         string
	id, policy          string
	reason, kind        string // of a crash; of a network error, or of an embedding
	phase, method       string
	status              string
	destination         string
	property            string
	host                string
	reportOnly          bool
	frame               event.Frame
	stack               string // where a page hung, if it lets browsers tell (Crash Reporting §3)
	made                time.Time
}

// read reads a body. Old browsers, and report-uri in all, write keys with dashes and numbers as texts.
func (b *body) read(r *jsonx.Reader) {
	for key := range r.Fields() {
		switch string(key) {
		case "documentURL", "document-uri", "documentURI", "document-url":
			b.document = r.Str()
		case "referrer":
			b.referrer = r.Str()
		case "blockedURL", "blocked-uri", "blockedURI", "blocked-url":
			b.blocked = strings.TrimSpace(r.Str())
		case "effectiveDirective", "effective-directive":
			b.directive = first(r.Str())
		case "violatedDirective", "violated-directive":
			b.violated = first(r.Str())
		case "disposition":
			b.disposition = read.Label(r)
		case "sourceFile", "source-file":
			b.frame.Filename = r.Str()
		case "lineNumber", "line-number":
			b.frame.Line = max(r.Int(), 0)
		case "columnNumber", "column-number":
			b.frame.Column = max(r.Int(), 0)
		default:
			b.readMore(key, r)
		}
	}
}

// readMore reads what is not of CSP.
func (b *body) readMore(key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "message":
		b.message = r.Str()
	case "id":
		b.id = read.Label(r)
	case "policyId", "featureId":
		b.policy = read.Label(r)
	case "reason":
		b.reason = read.Label(r)
	case "type":
		b.kind = read.Label(r)
	case "phase":
		b.phase = read.Label(r)
	case "method":
		b.method = read.Label(r)
	case "status_code":
		b.status = read.Label(r)
	case "stack":
		b.stack = r.Str()
	case "destination":
		b.destination = read.Label(r)
	case "property":
		b.property = read.Label(r)
	case "hostname":
		b.host = read.Label(r)
	case "reportOnly":
		b.reportOnly, _ = r.Bool()
	case "date-time":
		b.made = event.ParseTime(r.Str())
	}
}

// first returns the first word: browsers before CSP 3 tell the whole directive with its sources.
func first(s string) string {
	s = strings.TrimLeft(s, " \t")
	if i := strings.IndexAny(s, " \t;"); i >= 0 {
		s = s[:i]
	}
	return strings.ToLower(event.Cut(s, event.MaxText))
}

// onlyReported tells that the policy is on trial: nothing was blocked.
func (b *body) onlyReported() bool {
	return b.reportOnly || b.disposition == "report" || b.disposition == "reporting"
}
