package filter

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// A look is an event with what several filters ask of it, found once.
type look struct {
	e      *event.Event
	rec    *pack.Record
	agent  string // User-Agent of the visitor, cut to maxAgent; "" where a server sent the event of its own
	page   bool   // it happened in a page: what only browsers say counts
	frames []event.Frame
	file   string // of the innermost frame that is not the engine's; "" when there is none
	said   kinds  // what its message is known for
}

// Noise is short. What stands behind these bytes is not looked at, which bounds the cost of any event.
const (
	maxAgent   = 512
	maxMessage = 1024
)

func (l *look) settle() {
	if server(l.e) {
		return
	}
	l.agent = l.visitor()
	l.page = browserAgent(l.agent) || l.e.Protocol == event.Faro || l.e.Protocol == event.Report || browserSDK(l.e.SDK)
	if !l.page {
		return
	}
	message := l.e.Message
	l.frames = l.e.Frames
	if len(l.e.Exceptions) > 0 {
		// The root cause: what an application wraps around somebody else's error is no error of its own.
		message, l.frames = l.e.Exceptions[0].Value, l.e.Exceptions[0].Frames
	}
	l.file = innermost(l.frames)
	l.said = listen(opening(message))
}

// visitor returns the User-Agent of the page's visitor. Where an SDK tells it, the request may have come through
// a server of the site.
func (l *look) visitor() string {
	agent := l.rec.UA
	if l.e.Request != nil {
		for _, h := range l.e.Request.Headers {
			if strings.EqualFold(h[0], "User-Agent") && h[1] != "" {
				agent = h[1]
			}
		}
	}
	return agent[:min(len(agent), maxAgent)]
}

// server tells whether an event is of a server or an app that is no page.
func server(e *event.Event) bool {
	switch e.Platform {
	case "javascript", "other", "":
	default:
		return true
	}
	if e.SDK == nil {
		return false
	}
	// These runtimes are servers, though their platform is javascript.
	for _, runtime := range serverRuntimes {
		if strings.Contains(e.SDK.Name, runtime) {
			return true
		}
	}
	return false
}

var serverRuntimes = []string{".node", ".bun", ".deno", ".cloudflare", ".vercel-edge", "serverless", ".aws", ".gcp"}

// browserAgent: all browsers begin so, libraries and servers do not.
func browserAgent(agent string) bool {
	return strings.HasPrefix(agent, "Mozilla/") || strings.HasPrefix(agent, "Opera/")
}

func browserSDK(sdk *event.SDK) bool {
	return sdk != nil && (strings.HasPrefix(sdk.Name, "sentry.javascript.") || sdk.Name == "raven-js")
}

// opening returns the start of a message without what clients put before what was thrown.
func opening(message string) string {
	message = message[:min(len(message), maxMessage)]
	for range 4 { // as many as were ever seen together
		short := message
		for _, prefix := range prefixes {
			short = strings.TrimPrefix(short, prefix)
		}
		if len(short) == len(message) {
			break
		}
		message = short
	}
	return message
}

var prefixes = []string{
	"Uncaught ", "(in promise) ", "Non-Error promise rejection captured with value: ", "Error: ", "TypeError: ", "ReferenceError: ", "SyntaxError: ", "DOMException: ", "AbortError: ",
}
