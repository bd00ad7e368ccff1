package js

import (
	"html"
	"strings"
)

// Loader keeps what goes wrong before the script has loaded, up to 100 errors and calls of trivet.capture. It
// stands before every other script of the page.
const Loader = `<script>trivet={q:[],capture(...a){trivet.q[99]||trivet.q.push(a)}};["error","unhandledrejection"].forEach(t=>addEventListener(t,e=>trivet.q[99]||trivet.q.push(e),!0))</script>`

// LoaderHash is what script-src of a page's Content-Security-Policy must hold for the loader to run.
const LoaderHash = "sha256-Q0RXq7yCzfm2jHBYT21TLjyig+aMqIR/5VKxRNZET1g="

// Tag returns the element that loads the script for a key from where ingest is reached.
func (s Script) Tag(url, key string) string {
	return `<script src="` + html.EscapeString(strings.TrimRight(url, "/")+"/"+s.Name) + `" integrity="` + s.Integrity() +
		`" data-key="` + html.EscapeString(key) + `" crossorigin defer></script>`
}
