package grouping

import (
	"bytes"
	"strconv"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
)

// The strategies, in the order in which they are tried.
const (
	StrategyRule        = "rule"
	StrategyClient      = "client"
	StrategyReport      = "report"
	StrategyScriptError = "script-error"
	StrategyChunkLoad   = "chunk-load"
	StrategyHTML        = "html-for-script"
	StrategyHydration   = "hydration"
	StrategyResize      = "resize-observer"
	StrategyHTTP        = "http-client"
	StrategyStack       = "stack"
	StrategyMessage     = "message"
)

// reasons tell of each strategy why it groups as it does, in a sentence for people.
var reasons = map[string]string{
	StrategyRule:        "A rule of the project names the fingerprint.",
	StrategyClient:      "The client asked for this fingerprint.",
	StrategyReport:      "A browser's own report: what was reported and what it is about tell issues apart.",
	StrategyScriptError: "A script of another origin failed and the browser hides where, so all such errors are one issue.",
	StrategyChunkLoad:   "A part of the application could not be loaded; whichever it was, it is one issue.",
	StrategyHTML:        "A page came where a script was asked for; whichever script it was, it is one issue.",
	StrategyHydration:   "The server's HTML did not fit the application's, which is one issue a route.",
	StrategyResize:      "The browser's notice on ResizeObserver is one issue, however it is worded.",
	StrategyHTTP:        "A request failed: its status and address tell issues apart.",
	StrategyStack:       "Types and frames of the exceptions tell issues apart; the message counts where no frame names its function.",
	StrategyMessage:     "Without a stack that says more, type and message tell issues apart, without what varies in them.",
}

// Bounds of an explanation, so that a hostile event's is small. The fingerprint counts what they cut, too.
const (
	maxParts    = 100 // parts told, and parts told to be left out
	maxPartText = 300 // characters of each text
)

// An Explanation tells why an event has its fingerprint.
type Explanation struct {
	Version     int          `json:"version"`           // of the rules of grouping
	Strategy    string       `json:"strategy"`          // one of the constants above
	Why         string       `json:"why"`               // the strategy in a sentence
	Fingerprint event.ID     `json:"fingerprint"`       // 32 hex digits, what Of returns
	Parts       []Part       `json:"parts"`             // what was hashed, in that order; empty: the event says nothing
	LeftOut     []Omission   `json:"left_out"`          // what was looked at and does not count
	More        int          `json:"more"`              // parts and omissions not told here, because there are too many
	Rule        int          `json:"rule,omitempty"`    // which rule of the project matched, from 1
	Default     *Explanation `json:"default,omitempty"` // what {{ default }} stood for in a wish
}

// A Part is one contribution to a fingerprint.
type Part struct {
	Name  string `json:"name"`  // type, frame, message, page …
	Value string `json:"value"` // what was hashed, "checkout(app)"
	From  string `json:"from"`  // what it was made of, "e.checkout @ https://shop.test/app-3f9a.js:1:200"
}

// An Omission is something that might have contributed and does not.
type Omission struct {
	Name   string `json:"name"`
	From   string `json:"from"`
	Reason string `json:"reason"`
}

// Explain returns why Of(e, rules) is what it is. Its size is bounded whatever e holds.
func Explain(e *event.Event, rules []project.Rule) Explanation {
	why := &Explanation{Version: Version}
	w := walk{why: why}
	why.Fingerprint = w.fingerprint(e, rules)
	why.finish()
	return *why
}

func (x *Explanation) finish() {
	x.Why = reasons[x.Strategy]
	if n := len(x.Parts); n > maxParts {
		x.Parts, x.More = x.Parts[:maxParts], n-maxParts
	}
	if n := len(x.LeftOut); n > maxParts {
		x.LeftOut, x.More = x.LeftOut[:maxParts], x.More+n-maxParts
	}
	for i, p := range x.Parts {
		x.Parts[i] = Part{p.Name, event.Cut(p.Value, maxPartText), event.Cut(p.From, maxPartText)}
	}
	for i, o := range x.LeftOut {
		x.LeftOut[i].From = event.Cut(o.From, maxPartText)
	}
	if x.Parts == nil {
		x.Parts = []Part{}
	}
	if x.LeftOut == nil {
		x.LeftOut = []Omission{}
	}
}

func (w *walk) chose(strategy string) {
	if w.why != nil {
		w.why.Strategy = strategy
	}
}

func (w *walk) told(p part, value, from string) {
	if w.why == nil {
		return
	}
	if p == partFrame {
		value = frameValue(value)
	}
	w.why.Parts = append(w.why.Parts, Part{p.String(), value, from})
}

// frameValue writes a frame's function and file as people do: "checkout(app)".
func frameValue(hashed string) string {
	function, file, _ := bytes.Cut([]byte(hashed), []byte{join})
	switch {
	case len(function) == 0 && len(file) == 0:
		return "?"
	case len(function) == 0:
		return "?(" + string(file) + ")"
	case len(file) == 0:
		return string(function)
	}
	return string(function) + "(" + string(file) + ")"
}

// leftOut tells of a frame that does not count.
func (w *walk) leftOut(f *event.Frame, reason string) {
	if w.why != nil {
		w.omit(partFrame, frameText(f), reason)
	}
}

func (w *walk) omit(p part, from, reason string) {
	if w.why != nil {
		w.why.LeftOut = append(w.why.LeftOut, Omission{p.String(), from, reason})
	}
}

// frameText writes a frame as the client sent it; only explanations pay for it.
func frameText(f *event.Frame) string {
	file := f.Filename
	if file == "" {
		file = f.AbsPath
	}
	if file == "" {
		file = f.Module
	}
	text := f.Function + " @ " + file
	if f.Line > 0 {
		text += ":" + strconv.Itoa(f.Line)
	}
	if f.Column > 0 {
		text += ":" + strconv.Itoa(f.Column)
	}
	return text
}
