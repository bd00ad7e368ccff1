package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
)

// Words of which events are made. Three of them name the function that throws, one each for an issue:
// 25 × 20 × 20 = 10,000.
var (
	verbs   = []string{"render", "load", "update", "select", "remove", "format", "submit", "parse", "open", "close", "apply", "fetch", "build", "merge", "sort", "filter", "bind", "mount", "resolve", "check", "count", "draw", "focus", "restore", "sync"}
	things  = []string{"Cart", "Order", "Price", "User", "Menu", "Search", "Filter", "Image", "Video", "Form", "Table", "Chart", "Login", "Banner", "Dialog", "Route", "Cookie", "Widget", "Invoice", "Basket"}
	aspects = []string{"Total", "List", "Item", "State", "Label", "Footer", "Header", "Row", "Cell", "Index", "Cache", "Token", "Panel", "Button", "Theme", "Locale", "Event", "Layer", "Group", "Badge"}
	kinds   = []string{"TypeError", "ReferenceError", "RangeError", "SyntaxError", "Error", "NetworkError", "EvalError", "URIError"} // none that is noise or groups in a way of its own
	agents  = []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
	}
	pages   = []string{"checkout", "product", "search", "account", "cart", "help", "orders", "category"}
	crumbs  = []string{"ui.click", "navigation", "fetch", "console", "ui.input"}
	locales = []string{"en-US", "de-DE", "fr-FR", "pl-PL", "pt-BR", "ja-JP"}
)

const frames = 8

func origin(project int) string { return fmt.Sprintf("https://s%d.example", project) }

// thrower names the function that throws in an issue; no two issues share one.
func thrower(issue int) string {
	return verbs[issue%25] + things[issue/25%20] + aspects[issue/500%20]
}

func pick(rng *rand.Rand, of []string) string { return of[rng.IntN(len(of))] }

// describe makes up what an event of an issue says. What belongs to the issue follows from its number,
// what belongs to the visit from rng.
func describe(issue int, rng *rand.Rand) about {
	project := 1 + issue%projects
	page := pick(rng, pages)
	a := about{
		project: project, issue: issue, kind: kinds[issue%len(kinds)],
		message:     fmt.Sprintf("Cannot read properties of undefined (reading '%s%s')", things[issue/7%20], aspects[issue%20]),
		release:     fmt.Sprintf("shop@%d.%d.%d", 1+project%3, rng.IntN(4), rng.IntN(10)),
		environment: "production", agent: pick(rng, agents),
		url: fmt.Sprintf("%s/%s/%d?page=%d", origin(project), page, rng.IntN(100_000), rng.IntN(50)),
	}
	if rng.IntN(10) == 0 {
		a.environment = "staging"
	}
	a.culprit = thrower(issue) + " (/js/" + page + ".js)"
	return a
}

// writeEnvelope writes an envelope of one error event as the browser SDK orders its fields, about 2.3 KB.
func writeEnvelope(w *writer, r *request, rng *rand.Rand) {
	a := &r.about
	w.add(`{"event_id":"`)
	r.id[0] = w.mark(zeroID)
	w.add(`","sent_at":"`)
	r.sentAt = w.mark(sentAtForm)
	w.add(`","sdk":{"name":"sentry.javascript.browser","version":"10.78.0"},"trace":{"public_key":"`, projectKey(a.project), `","trace_id":"`)
	r.trace[0] = w.mark(zeroID)
	w.add("\"}}\n{\"type\":\"event\"}\n")
	r.event = len(w.b)
	w.add(`{"exception":{"values":[{"type":"`, a.kind, `","value":"`, a.message, `","stacktrace":{"frames":[`)
	writeFrames(w, a)
	w.add(`]},"mechanism":{"type":"onerror","handled":false}}]},"level":"error","platform":"javascript","request":{"url":"`,
		a.url, `","headers":{"User-Agent":"`, a.agent, `"}},"contexts":{"trace":{"trace_id":"`)
	r.trace[1] = w.mark(zeroID)
	w.add(`"},"culture":{"locale":"`, pick(rng, locales), `"}},"user":{"id":"`)
	r.user = w.mark(zeroVisitor)
	w.add(`"},"tags":{"variant":"`, strconv.Itoa(rng.IntN(4)), `"},"breadcrumbs":[`)
	writeCrumbs(w, rng)
	w.add(`],"event_id":"`)
	r.id[1] = w.mark(zeroID)
	w.add(`","timestamp":`)
	r.stamp = w.mark(zeroStamp)
	w.add(`,"environment":"`, a.environment, `","release":"`, a.release,
		`","sdk":{"integrations":["InboundFilters","GlobalHandlers","Dedupe"],"name":"sentry.javascript.browser","version":"10.78.0"}}`+"\n")
}

// writeFrames writes the stack, the outermost call first.
func writeFrames(w *writer, a *about) {
	for i := range frames {
		function := verbs[(a.issue+7*i)%25] + aspects[(a.issue/3+i)%20]
		file := "vendor"
		if i >= frames/2 {
			file = pages[(a.issue+i)%len(pages)]
		}
		if i == frames-1 {
			function = thrower(a.issue)
		}
		if i > 0 {
			w.add(",")
		}
		w.add(`{"filename":"`, origin(a.project), `/js/`, file, `.js","function":"`, function, `","in_app":true,"lineno":`,
			strconv.Itoa(1+(a.issue+i)%40), `,"colno":`, strconv.Itoa(100+(a.issue*31+i*977)%60_000), `}`)
	}
}

func writeCrumbs(w *writer, rng *rand.Rand) {
	for i, category := range crumbs {
		if i > 0 {
			w.add(",")
		}
		w.add(`{"timestamp":17952`, strconv.Itoa(10_000+rng.IntN(90_000)), `,"category":"`, category, `","message":"`,
			pick(rng, verbs), pick(rng, things), ` `, strconv.Itoa(rng.IntN(100_000)), `"}`)
	}
}
