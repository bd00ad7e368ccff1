package pages

import (
	"encoding/json"
	"strings"

	"github.com/trivetlabs/trivet/pkg/detail"
)

// An eventView is an event as the part "event" shows it.
type eventView struct {
	detail.Event
	Title     string
	Link      string // of the page it happened on; empty where nobody should follow it
	Stacks    []stackView
	Folded    bool // some calls are
	Others    bool // there are calls to fold
	AsText    bool // stacks are shown as text
	OwnStack  string
	Crumbs    []crumbView
	Facts     []pair // what is known of it in a word
	User      []section
	Request   []section
	Headers   []pair
	Tags      []pair
	Contexts  []section
	Extra     []section // free data of all kinds
	Raw       string
	RawCut    bool
	Path      string // of its page
	FramesAll string // link that shows all calls, or folds them again
	Text      string // link that shows stacks as text, or as calls again
}

// How the stacks of an event are shown; both are parameters of the URL.
type stackChoice struct {
	All    bool // frames=all
	AsText bool // stack=text
}

func newEventView(e detail.Event, choice stackChoice) *eventView {
	v := &eventView{
		Event: e, Title: titleOf(e.Type, e.Message), Link: webLink(e.URL), Stacks: newStacks(e.Event, choice.All), AsText: choice.AsText,
		Crumbs: newCrumbs(e.Event), Facts: factsOf(e), Contexts: sectionsOf(e.Contexts), OwnStack: ownStack(e),
	}
	for _, s := range v.Stacks {
		v.Others = v.Others || s.Others
		for _, run := range s.Runs {
			v.Folded = v.Folded || run.Folded
		}
	}
	for _, t := range e.Tags {
		v.Tags = append(v.Tags, pair{t.Key, t.Value})
	}
	v.fillUser()
	v.fillRequest()
	for _, s := range []struct {
		name string
		raw  json.RawMessage
	}{{"extra", e.Extra}, {"meta", e.Meta}, {"modules", e.Modules}, {"debug_meta", e.DebugMeta}} {
		if pairs := pairsOf(s.raw); len(pairs) > 0 {
			v.Extra = append(v.Extra, section{s.name, pairs})
		}
	}
	if e.Raw.Raw != nil {
		v.Raw, v.RawCut = rawText(*e.Raw.Raw)
	}
	return v
}

// factsOf lists what is one word each; what is not known is left out.
func factsOf(e detail.Event) (facts []pair) {
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, pair{name, value})
		}
	}
	add("release", e.Release)
	add("dist", e.Dist)
	add("environment", e.Environment)
	add("browser", e.Browser)
	add("os", e.OS)
	add("device", e.Device)
	if e.Handled != nil {
		add("handled", yesNo(*e.Handled))
	}
	add("culprit", e.Culprit)
	add("transaction", e.Transaction)
	add("logger", e.Logger)
	add("platform", e.Platform)
	add("server", e.ServerName)
	add("protocol", e.Protocol.String())
	if e.SDK != nil {
		add("sdk", strings.TrimSpace(e.SDK.Name+" "+e.SDK.Version))
		add("integrations", strings.Join(e.SDK.Integrations, ", "))
	}
	add("fingerprint asked for", strings.Join(e.Fingerprint, " · "))
	return facts
}

func (v *eventView) fillUser() {
	u := v.Event.User
	if u == nil {
		return
	}
	var pairs []pair
	for _, p := range []pair{{"id", u.ID}, {"email", u.Email}, {"username", u.Username}, {"name", u.Name}, {"address", u.IPAddress}} {
		if p.Value != "" {
			pairs = append(pairs, p)
		}
	}
	for _, s := range []section{{"", pairs}, {"geography", pairsOf(u.Geo)}, {"data", pairsOf(u.Data)}} {
		if len(s.Pairs) > 0 {
			v.User = append(v.User, s)
		}
	}
}

func (v *eventView) fillRequest() {
	r := v.Event.Request
	if r == nil {
		return
	}
	var pairs []pair
	for _, p := range []pair{{"url", r.URL}, {"method", r.Method}, {"fragment", r.Fragment}} {
		if p.Value != "" {
			pairs = append(pairs, p)
		}
	}
	for _, s := range []section{
		{"", pairs}, {"query", pairsOf(r.Query)}, {"body", pairsOf(r.Data)}, {"cookies", pairsOf(r.Cookies)}, {"environment", pairsOf(r.Env)},
	} {
		if len(s.Pairs) > 0 {
			v.Request = append(v.Request, s)
		}
	}
	for _, h := range r.Headers {
		v.Headers = append(v.Headers, pair{h[0], h[1]})
	}
}

// ownStack is the text of a stack as the client sent it, where it sent one: our own clients do.
func ownStack(e detail.Event) string {
	if e.Raw.Raw == nil {
		return ""
	}
	var sent struct {
		Stack json.RawMessage `json:"stack"`
	}
	var text string
	if json.Unmarshal([]byte(*e.Raw.Raw), &sent) != nil || json.Unmarshal(sent.Stack, &text) != nil {
		return ""
	}
	return text
}
