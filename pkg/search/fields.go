package search

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// An About is what is to know of a field.
type About struct {
	Field   Field
	Meaning string // one sentence
	Example string // a term; its query is good
	Issues  bool   // it can be asked of issues
	Events  bool   // it can be asked of events
	Values  []string
	form    form
}

// A form is what values of a field look like.
type form int

const (
	texts   form = iota // any text, or a pattern
	names               // the same, where the name alone stands for all versions
	choices             // one of Values
	levels              // one of Values, compared
	numbers             // from 0, compared
	moments             // compared
	people              // any text, no pattern but the one for anybody
	member              // me, none or an e-mail
	pair                // name=value, or a name
)

// compares tells whether < and > have a meaning.
func (f form) compares() bool { return f == levels || f == numbers || f == moments }

var protocolNames = func() (all []string) {
	for _, p := range event.Protocols() {
		all = append(all, p.String())
	}
	return all
}()

var fields = []About{
	{Text, "words of title and culprit; in quotes exactly so; `*` within a word stands for any text", `checkout "is undefined"`, true, true, nil, texts},
	{
		Is, "state of the issue; `new`: first seen within 24 hours; `regressed`: it came back after it was resolved", "is:unresolved", true, false,
		[]string{"unresolved", "resolved", "ignored", "regressed", "new", "assigned", "unassigned"},
		choices,
	},
	{Level, "level, of an issue that of its last event", "level:>=warning", true, true, []string{"debug", "info", "warning", "error", "fatal"}, levels},
	{Release, "release of an event", "release:web@1.4.*", true, true, nil, texts},
	{FirstRelease, "release of the first event that had one", "first-release:web@1.4.2", true, false, nil, texts},
	{LastRelease, "release of the last event that had one", "last-release:web@1.4.2", true, false, nil, texts},
	{Environment, "environment of an event", "environment:production", true, true, nil, texts},
	{Browser, "browser of an event; without a version all versions", `browser:"Chrome 140"`, true, true, nil, names},
	{OS, "operating system of an event; without a version all versions", "os:Windows", true, true, nil, names},
	{URL, "address of the page", "url:*/checkout*", true, true, nil, texts},
	{User, "the visitor: id, e-mail, name or address, as the client told it first; `*`: anybody known", "user:42", true, true, nil, people},
	{Type, "type of the exception", "type:TypeError", true, true, nil, texts},
	{Culprit, "where it happened, in one line", "culprit:*checkout*", true, true, nil, texts},
	{Assigned, "who takes care of it: `me`, `none` or an e-mail", "assigned:me", true, false, []string{"me", "none"}, member},
	{FirstSeen, "when the first event came", "first-seen:>2d", true, false, nil, moments},
	{LastSeen, "when the last event came", "last-seen:>=2006-01-02", true, false, nil, moments},
	{Events, "how many events", "events:>100", true, false, nil, numbers},
	{Users, "how many different users", "users:>=10", true, false, nil, numbers},
	{Stack, "words of the stack: functions, files, modules; all must be there", `stack:"checkout.js"`, true, true, nil, texts},
	{Crumb, "words of the breadcrumbs; all must be there", `crumb:"POST /cart"`, true, true, nil, texts},
	{Tag, "a tag: name=value, or the name for any value", "tag:plan=pro", true, true, nil, pair},
	{Protocol, "what the event came in", "protocol:sentry", false, true, protocolNames, choices},
	{Handled, "whether the page caught the error itself", "handled:false", false, true, []string{"true", "false"}, choices},
}

var fieldOf = func() map[Field]*About {
	all := map[Field]*About{}
	for i := range fields {
		all[fields[i].Field] = &fields[i]
	}
	return all
}()

// Fields returns all fields, in the order in which they are told. Text has no name: its words stand alone.
func Fields() []About { return append([]About(nil), fields...) }

// spellings are names of browsers and systems as they are stored, for people who write them in another case.
var spellings = func() map[string]string {
	all := map[string]string{}
	for _, name := range []string{
		"Chrome", "Chromium", "HeadlessChrome", "Chrome Mobile", "Chrome Mobile iOS", "Chrome Mobile WebView", "Edge", "Edge Mobile", "Firefox", "Firefox Mobile", "Firefox iOS", "Safari",
		"Mobile Safari", "Opera", "Opera Mobile", "Samsung Internet", "Android Webview", "Brave", "Vivaldi", "Internet Explorer", "IE", "Node.js",
		"Windows", "macOS", "Mac OS X", "Linux", "Ubuntu", "Android", "iOS", "iPadOS", "Chrome OS", "ChromeOS",
	} {
		all[strings.ToLower(name)] = name
	}
	return all
}()

// spelt returns a browser or system, with or without its version, as it is stored.
func spelt(value string) string {
	if name, ok := spellings[strings.ToLower(value)]; ok {
		return name
	}
	if i := strings.LastIndexByte(value, ' '); i > 0 {
		if name, ok := spellings[strings.ToLower(value[:i])]; ok {
			return name + value[i:]
		}
	}
	return value
}

// lookUp finds a field by the name that somebody wrote: case does not count, nor whether _ or - parts its words.
func lookUp(name string) *About {
	f := Field(strings.ReplaceAll(strings.ToLower(name), "_", "-"))
	if f == Text {
		return nil
	}
	return fieldOf[f]
}

// Lookup tells of a field by the name that somebody wrote.
func Lookup(name string) (About, bool) {
	about := lookUp(name)
	if about == nil {
		return About{}, false
	}
	return *about, true
}

// nearest returns the field whose name is at most two letters off, "" when there is none.
func nearest(name string) Field {
	best, least := Field(""), 3
	for _, f := range fields {
		if d := distance(strings.ToLower(name), string(f.Field)); d < least && f.Field != Text && d < len(name) {
			best, least = f.Field, d
		}
	}
	return best
}

// distance is how many letters must be put in, taken out or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
