package grouping

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A guise is a text by which an error that everybody has is known.
type guise struct {
	prefix   string
	strategy string
}

// guises are the beginnings of messages, in which engines, bundlers and frameworks word the same error.
var guises = [...]guise{
	{"Loading chunk ", StrategyChunkLoad},                                  // webpack
	{"Loading CSS chunk ", StrategyChunkLoad},                              // mini-css-extract-plugin
	{"ChunkLoadError", StrategyChunkLoad},                                  // webpack, logged
	{"Failed to fetch dynamically imported module", StrategyChunkLoad},     // Chrome
	{"error loading dynamically imported module", StrategyChunkLoad},       // Firefox
	{"Importing a module script failed", StrategyChunkLoad},                // Safari
	{"Unable to preload CSS for ", StrategyChunkLoad},                      // Vite
	{"Failed to load module script: ", StrategyChunkLoad},                  // Chrome, of a page in place of the script
	{"Failed to load chunk ", StrategyChunkLoad},                           // Turbopack
	{"Failed to load script: /_next/", StrategyChunkLoad},                  // Next
	{"Loading module from “", StrategyChunkLoad},                           // Firefox, of a page in place of the script
	{"'text/html' is not a valid JavaScript MIME type", StrategyChunkLoad}, // Safari, the same

	{"Hydration failed because ", StrategyHydration}, // React
	{"There was an error while hydrating", StrategyHydration},
	{"Text content does not match server-rendered HTML", StrategyHydration},
	{"Text content did not match", StrategyHydration},
	{"Expected server HTML to contain", StrategyHydration},
	{"Did not expect server HTML to contain", StrategyHydration},
	{"Extra attributes from the server", StrategyHydration},
	{"An error occurred during hydration", StrategyHydration},
	{"This Suspense boundary received an update before it finished hydrating", StrategyHydration},
	{"The server could not finish this Suspense boundary", StrategyHydration},
	{"A tree hydrated but some attributes", StrategyHydration},
	{"Hydration completed but contains mismatches", StrategyHydration}, // Vue
	{"Hydration node mismatch", StrategyHydration},
	{"Hydration text mismatch", StrategyHydration},
	{"Hydration text content mismatch", StrategyHydration},
	{"Hydration children mismatch", StrategyHydration},
	{"Hydration attribute mismatch", StrategyHydration},
	{"Hydration class mismatch", StrategyHydration},
	{"Hydration style mismatch", StrategyHydration},
	{"Hydration Mismatch", StrategyHydration}, // Solid
	{"hydration_failed", StrategyHydration},   // Svelte
	{"hydration_mismatch", StrategyHydration},
	{"https://svelte.dev/e/hydration_", StrategyHydration},

	{"ResizeObserver loop ", StrategyResize}, // Chrome before 113: "limit exceeded"; since, and others: "completed with …"
}

// known adds what makes the fingerprint of an error that is known by its words, and tells whether e is one.
func (w *walk) known(e *event.Event) bool {
	if e.Protocol == event.Report || isPolicy(e) {
		w.report(e)
		return true
	}
	switch strategy := strategyOf(e); strategy {
	case "":
		return false
	case StrategyHydration:
		w.kind(strategy, e)
		w.page(e)
	case StrategyHTTP:
		w.kind(strategy, e)
		w.request(e)
	default:
		w.kind(strategy, e)
	}
	return true
}

func (w *walk) kind(strategy string, e *event.Event) {
	w.chose(strategy)
	w.part(partKind, strategy, e.Message)
}

// strategyOf returns the strategy for what e is known to be, "" when its own types and frames tell most.
func strategyOf(e *event.Event) string {
	x := e.Thrown()
	if x == nil {
		return guiseOf(e.Type, e.Message, nil)
	}
	for i := range e.Exceptions {
		c := &e.Exceptions[i]
		switch s := guiseOf(c.Type, c.Value, c.Frames); s {
		case "":
		case StrategyChunkLoad, StrategyHydration:
			return s // whatever wraps it
		default:
			if c == x {
				return s
			}
		}
	}
	if x.Mechanism != nil && strings.Contains(x.Mechanism.Type, "http.client") {
		return StrategyHTTP
	}
	return ""
}

// guiseOf looks at one error alone. Where a message could be the program's own, its stack must not name who
// said it.
func guiseOf(typ, value string, frames []event.Frame) string {
	if typ == "ChunkLoadError" || typ == "ScriptExternalLoadError" { // webpack's, the second of module federation
		return StrategyChunkLoad
	}
	if len(value) < len("Script error") {
		return ""
	}
	s := strings.TrimPrefix(bare(value, typ), "console.error: ")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "Warning: "), "[Vue warn]: ")
	for i := range guises {
		if g := &guises[i]; s != "" && s[0] == g.prefix[0] && strings.HasPrefix(s, g.prefix) {
			return g.strategy
		}
	}
	switch {
	case strings.HasPrefix(s, "Prop `") && strings.Contains(s, "` did not match. Server: "),
		strings.HasPrefix(s, "In HTML, ") && strings.Contains(s, "hydration error"): // React
		return StrategyHydration
	case strings.HasPrefix(s, "Minified React error #") && isReactHydration(s[len("Minified React error #"):]), strings.HasPrefix(s, "NG050"): // React in production; Angular
		return StrategyHydration
	case isScriptError(s) && !placed(frames):
		return StrategyScriptError
	case isMarkup(s) && typ == "SyntaxError" && !named(frames):
		return StrategyHTML
	}
	return ""
}

// isReactHydration tells whether a number of React's error codes is one of hydration.
func isReactHydration(s string) bool {
	switch s[:digits(s)] {
	case "418", "419", "421", "422", "423", "424", "425":
		return true
	}
	return false
}

func isScriptError(s string) bool {
	const text = "Script error"
	return len(s) <= len(text)+1 && strings.EqualFold(strings.TrimSuffix(s, "."), text)
}

// isMarkup tells whether an engine met "<" where a script should begin: Chrome and Safari, Firefox.
func isMarkup(s string) bool {
	return s == "Unexpected token '<'" || s == "Unexpected token <" || s == "expected expression, got '<'"
}

// placed tells whether any frame says where in a file it is, which the browser hides of other origins.
func placed(frames []event.Frame) bool {
	for i := range frames {
		if frames[i].Line > 0 || functionName(frames[i].Function) != "" {
			return true
		}
	}
	return false
}

func named(frames []event.Frame) bool {
	for i := range frames {
		if functionName(frames[i].Function) != "" {
			return true
		}
	}
	return false
}

// page adds the route on which e happened: the page's path, or the client's name for it.
func (w *walk) page(e *event.Event) {
	start := w.open(partPage)
	from := e.URL
	if from == "" || strings.HasPrefix(e.Transaction, "/") {
		from = e.Transaction
	}
	w.buf = appendRoute(w.buf, path(from))
	w.close(start, from)
}

// request adds what a client's note of a failed request is about: the message, which holds the status, and
// the address that the client puts in place of the page's.
func (w *walk) request(e *event.Event) {
	w.message(e.Message)
	w.address(e.URL)
}

func (w *walk) address(url string) {
	start := w.open(partAddress)
	w.buf = append(w.buf, host(url)...)
	w.buf = appendRoute(w.buf, path(url))
	w.close(start, url)
}
