// Package filter tells noise from errors: what no developer of the site can mend. Pure; it looks at one event
// and remembers nothing. What it does not know for noise is an error.
package filter

import (
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

// A Filter is one kind of noise. All are on unless a project switches them off.
type Filter struct {
	Name  string // as in project.Filters.Switches, drops and the API
	About string // what it drops, in one line
}

// filters is the table, in the order in which they are asked: the first that matches gives the reason.
var filters = []Filter{
	{"extension", "errors of browser extensions: by the scheme of the innermost file, by what browsers say of a lost extension, and policy violations of extensions"},
	{"injected", "errors of scripts that in-app browsers, virus scanners and wallets put into every page"},
	{"crawler", "pages that a crawler ran, by its User-Agent; headless browsers are not crawlers"},
	{"legacy_browser", "Internet Explorer, Opera before 15, Opera Mini, Safari before 6, Android's browser before 4"},
	{"localhost", "pages on the developer's own machine, unless the collector runs there too; switched on, those as well"},
	{"harmless", "what browsers report though nothing broke: ResizeObserver loops, requests and playback that the page itself broke off"},
	{"ignored", "what the project's own list of messages matches, of any client"},
}

// Filters returns the table, for the documentation.
func Filters() []Filter { return append([]Filter(nil), filters...) }

// Names returns the names of all filters: every reason there is.
func Names() []string {
	names := make([]string, len(filters))
	for i := range filters {
		names[i] = filters[i].Name
	}
	return names
}

// Reason returns the name of the filter that drops e in a project of these settings, "" when e is kept. rec is the
// record that e was made of. Errors of servers are judged by the project's own list alone.
func Reason(e *event.Event, rec *pack.Record, settings *project.Filters) string {
	l := look{e: e, rec: rec}
	l.settle()
	for i := range filters {
		name := filters[i].Name
		on, set := settings.Switches[name]
		if (on || !set) && l.matches(name, settings, set) {
			return name
		}
	}
	return ""
}

// matches asks one filter. set tells that the project switched it on, and not we. It is no func of the table, for
// then a look would be allocated for each event.
func (l *look) matches(name string, settings *project.Filters, set bool) bool {
	switch name {
	case "extension":
		return l.extension()
	case "injected":
		return l.injected()
	case "crawler":
		return l.crawler()
	case "legacy_browser":
		return l.legacyBrowser()
	case "localhost":
		// A developer who runs page and collector on one machine wants to see what the page throws.
		return (set || !l.rec.HTTP.Local) && l.localhost()
	case "harmless":
		return l.harmless()
	case "ignored":
		return ignored(l.e, settings.Messages)
	}
	return false
}
