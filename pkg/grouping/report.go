package grouping

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// aspects are the tags in which package report puts what a browser's report is about, beside its type.
var aspects = [...]string{"id", "policy", "reason", "error", "status", "kind", "property", "destination"}

// report adds what tells browsers' reports apart: of a broken content security policy the directive and the
// blocked host; of a request that failed the address; of others what they name and the script that caused
// them, or the message where they name nothing.
func (w *walk) report(e *event.Event) {
	w.chose(StrategyReport)
	kind := e.Tags.Value("report")
	w.part(partType, kind, e.Type)
	if directive := e.Tags.Value("directive"); directive != "" {
		first, _, _ := strings.Cut(strings.TrimSpace(directive), " ")
		w.part(partTag, first, directive)
		blocked := e.Tags.Value("blocked")
		w.part(partTag, blockedHost(blocked), blocked)
		return
	}
	said := false
	for _, name := range aspects {
		if value := e.Tags.Value(name); value != "" {
			w.part(partTag, value, name)
			said = true
		}
	}
	if kind == "network-error" {
		w.address(e.URL)
		return
	}
	if blocked := e.Tags.Value("blocked"); blocked != "" {
		w.part(partTag, blockedHost(blocked), blocked)
		said = true
	}
	if f := firstFrame(e); f != nil {
		start := w.open(partAddress)
		if w.buf = appendFile(w.buf, f.Filename); len(w.buf) > start+1 { // else it is the page
			w.close(start, f.Filename)
		} else {
			w.buf = w.buf[:start]
		}
	}
	if !said && e.Message != "" {
		w.message(e.Message)
	}
}

// isPolicy tells whether e is our own script's word on a broken content security policy, which has type and
// tags of the browser's own report on it: a page may send both, and they are one issue.
func isPolicy(e *event.Event) bool {
	return e.Protocol == event.Native && e.Type == "CSP violation" && e.Tags.Value("report") == "csp-violation"
}

// blockedHost returns the host of a blocked URL; words such as "inline" as they are.
func blockedHost(s string) string {
	if h := host(s); h != "" {
		return h
	}
	return s
}

func firstFrame(e *event.Event) *event.Frame {
	if x := e.Thrown(); x != nil && len(x.Frames) > 0 {
		return &x.Frames[0]
	}
	if len(e.Frames) > 0 {
		return &e.Frames[0]
	}
	return nil
}
