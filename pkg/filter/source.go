package filter

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// extensionSchemes are those of pages and scripts that browsers and their extensions bring along. The names alone
// are what a policy violation tells of a blocked one.
var extensionSchemes = []string{
	"chrome-extension", "moz-extension", "safari-web-extension", "safari-extension", "ms-browser-extension",
	"chrome", "resource", "user-script",
}

// hasExtensionScheme tells whether a URL is of an extension or of the browser itself.
func hasExtensionScheme(url string) bool {
	scheme, _, found := strings.Cut(url[:min(len(url), 32)], ":")
	if !found {
		return false
	}
	for _, s := range extensionSchemes {
		if scheme == s {
			return true
		}
	}
	return false
}

// masked is what Safari shows for scripts of its extensions, and for bundles of a site that its privacy rules
// distrust: only a stack of nothing else is an extension's.
const masked = "webkit-masked-url:"

func (l *look) extension() bool {
	if !l.page || hasExtensionScheme(l.e.URL) { // on a page of an extension its errors are the site's own
		return false
	}
	if l.said&ofExtension != 0 || hasExtensionScheme(l.file) {
		return true
	}
	if l.e.Protocol == event.Report {
		return ofExtensionScheme(l.e.Tags.Value("blocked")) || ofExtensionScheme(l.file)
	}
	return strings.HasPrefix(l.file, masked) && allMasked(l.frames)
}

// ofExtensionScheme is hasExtensionScheme for what a policy violation tells, which may be the bare scheme.
func ofExtensionScheme(blocked string) bool {
	return strings.HasSuffix(blocked, "-extension") && hasExtensionScheme(blocked+":") || hasExtensionScheme(blocked)
}

func allMasked(frames []event.Frame) bool {
	for i := range frames {
		if f := file(&frames[i]); f != "" && !strings.HasPrefix(f, masked) {
			return false
		}
	}
	return true
}

// file returns where a frame's code is, "" where that is the engine.
func file(f *event.Frame) string {
	path := f.AbsPath
	if path == "" {
		path = f.Filename
	}
	switch path {
	case "<anonymous>", "[native code]", "native", "undefined":
		return ""
	}
	return path
}

func innermost(frames []event.Frame) string {
	for i := len(frames) - 1; i >= 0; i-- {
		if f := file(&frames[i]); f != "" {
			return f
		}
	}
	return ""
}

// injectedHosts serve scripts that virus scanners and toolbars put into pages, or a library whose inner
// failures the site can't mend. From Sentry Relay's relay-filter/src/browser_extensions.rs.
var injectedHosts = []string{
	".kaspersky-labs.com", "connect.facebook.net", "graph.facebook.com", "webappstoolbarba.texthelp.com", "static.woopra.com",
}

func (l *look) injected() bool {
	if !l.page {
		return false
	}
	if l.e.Protocol == event.Report {
		return servedBy(l.e.Tags.Value("blocked"), injectedHosts[:1])
	}
	if l.said&ofInjected != 0 || l.said&ofFileless != 0 && l.fileless() {
		return true
	}
	return l.file != "" && servedBy(host(l.file), injectedHosts)
}

// fileless tells whether no script of the site is on the stack: code that an app injects has no file, or is
// said to stand in the page itself.
func (l *look) fileless() bool {
	page := plain(l.e.URL)
	for i := range l.frames {
		if f := file(&l.frames[i]); f != "" && plain(f) != page {
			return false
		}
	}
	return true
}

// plain returns a URL without query and fragment.
func plain(url string) string {
	if end := strings.IndexAny(url, "?#"); end >= 0 {
		return url[:end]
	}
	return url
}

func servedBy(host string, hosts []string) bool {
	for _, h := range hosts {
		if host == h || h[0] == '.' && strings.HasSuffix(host, h) {
			return true
		}
	}
	return false
}

// host returns the host of an http URL without port, "" for anything else. An IPv6 address comes without its
// brackets.
func host(url string) string {
	rest, ok := strings.CutPrefix(url, "http")
	if !ok {
		return ""
	}
	if rest, ok = strings.CutPrefix(strings.TrimPrefix(rest, "s"), "://"); !ok {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	if address, ok := strings.CutPrefix(rest, "["); ok {
		address, _, _ = strings.Cut(address, "]")
		return address
	}
	rest, _, _ = strings.Cut(rest, ":")
	return rest
}
