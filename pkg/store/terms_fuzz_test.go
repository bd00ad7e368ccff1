package store

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/search"
)

// known are all words that the SQL of a search may hold.
var known = strings.Fields(`and or not is true null exists select from where join on any in like collate unnest
	i e f w u t project_id fingerprint issue_id kind word user_hash user_id users email
	issue_fingerprints issue_users find_words find_values find_texts app_organization
	status unresolved resolved ignored regressed_at assignee_id first_seen last_seen level type culprit first_release last_release events
	release environment browser os url protocol handled tags C`)

var (
	tokens = regexp.MustCompile(`[A-Za-z_]+|\$?[0-9]+|[^A-Za-z_0-9$]+|\$`)
	signs  = regexp.MustCompile(`^[-.,()=<>"'\s]+$`)
	number = regexp.MustCompile(`^(\$[0-9]+|[0-9])$`)
	word   = regexp.MustCompile(`^[A-Za-z_]+$`)
)

// FuzzTermsHoldNoLiteral compiles whatever can be asked and holds the SQL against all that it may be made of: what was
// asked is in the arguments alone.
func FuzzTermsHoldNoLiteral(f *testing.F) {
	for _, a := range search.Fields() {
		f.Add(a.Example)
		f.Add("-" + a.Example)
	}
	f.Add(`is:unresolved level:error release:1.4.2 browser:Chrome url:*/checkout* user:42 first-seen:>2d "exact words" stack:"checkout.js" crumb:"POST /cart" -tag:x`)
	f.Add(`"'; drop table events; --" tag:"a'=b'" release:'*$1`)
	allowed := map[string]bool{}
	for _, k := range known {
		allowed[k] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := search.Parse(text)
		if err != nil {
			return
		}
		issues := &conditions{project: 1, me: 1, now: time.Now()}
		issues.addIssue(IssueFilter{Project: 1, Query: q}, []int64{1})
		events := &conditions{project: 1, now: time.Now()}
		events.addEvent(EventFilter{Project: 1, Query: q}, false)
		for _, c := range []*conditions{issues, events} {
			if c.err != nil {
				continue
			}
			sql := c.take()
			if len(q.Terms) > 0 && sql == "" {
				t.Fatalf("%q asks for nothing", text)
			}
			for _, token := range tokens.FindAllString(sql, -1) {
				good := word.MatchString(token) && allowed[token] || number.MatchString(token) || signs.MatchString(token)
				if !good || strings.Contains(token, "--") {
					t.Fatalf("%q: %q stands in %s", text, token, sql)
				}
			}
		}
	})
}
