package protocol

import (
	"cmp"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/read"
	"github.com/trivetlabs/trivet/pkg/useragent"
)

// visitor fills browser, system and device of e. A page lives in its visitor's browser: there what the client says
// of them in its contexts is more exact than a User-Agent, and wins. A server's contexts are about the server: they
// count when no visitor is known. What the protocol's own reading has filled stays where neither tells.
func visitor(e *event.Event, rec *pack.Record) {
	first, second := useragent.Parse(headers(e, rec)), contexts(e)
	switch {
	case e.Platform == "javascript":
		first, second = second, first
	case first != useragent.Agent{}:
		second = useragent.Agent{} // one machine's system beside another's browser would be a lie
	}
	e.Browser = cmp.Or(first.Browser, second.Browser, e.Browser)
	e.OS = cmp.Or(first.OS, second.OS, e.OS)
	e.Device = cmp.Or(first.Device, second.Device, e.Device)
}

// headers returns what names the visitor's browser: the User-Agent that the client tells of the page's visitor,
// which a tunnel on the site's own server does not change, else that of the request. Hints of the request only
// count when it is the visitor's own.
func headers(e *event.Event, rec *pack.Record) useragent.Headers {
	if e.Request != nil {
		for _, h := range e.Request.Headers {
			if h[1] != "" && h[1] != rec.UA && strings.EqualFold(h[0], "User-Agent") {
				return useragent.Headers{UserAgent: h[1]}
			}
		}
	}
	return useragent.Headers{UserAgent: rec.UA, Brands: rec.HTTP.Brands, Platform: rec.HTTP.Platform, Mobile: rec.HTTP.Mobile}
}

// systems are names of operating systems as runtimes have them.
var systems = map[string]string{"linux": "Linux", "darwin": "macOS", "windows": "Windows", "android": "Android", "ios": "iOS"}

// contexts reads the contexts browser, os and device of Sentry's event payload.
func contexts(e *event.Event) (a useragent.Agent) {
	if e.Contexts == nil {
		return a
	}
	r := jsonx.NewReader(e.Contexts)
	for key := range r.Fields() {
		switch string(key) {
		case "browser":
			a.Browser = named(r)
		case "client_os": // of the visitor, where a server tells of both
			a.OS = named(r)
		case "os":
			if s := named(r); a.OS == "" {
				a.OS = s
			}
		case "device":
			a.Device = model(r)
		}
	}
	return a
}

// named reads {name, version} as "Name 12", with the major version.
func named(r *jsonx.Reader) string {
	var name, version string
	for key := range r.Fields() {
		switch string(key) {
		case "name":
			name = strings.TrimSpace(read.Label(r))
		case "version":
			version, _, _ = strings.Cut(strings.TrimSpace(read.Label(r)), ".")
		}
	}
	if known := systems[name]; known != "" {
		name = known
	}
	if name == "" || name == "Linux" || version == "" { // a kernel's version says nothing of a system
		return name
	}
	return event.Cut(name+" "+version, event.MaxText)
}

// model reads {model, family}.
func model(r *jsonx.Reader) string {
	var name, family string
	for key := range r.Fields() {
		switch string(key) {
		case "model":
			name = read.Label(r)
		case "family":
			family = read.Label(r)
		}
	}
	if strings.EqualFold(family, "desktop") {
		family = "desktop"
	}
	return cmp.Or(name, family)
}
