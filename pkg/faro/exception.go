package faro

import (
	"slices"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/read"
	"github.com/trivetlabs/trivet/pkg/stack"
)

const (
	// consolePrefix begins the value of what the SDK's console instrumentation saw.
	consolePrefix = "console.error: "
	// rejectedType is the type the SDK gives to a rejection with a value that is no object.
	rejectedType = "UnhandledRejection"
)

// readException reads an exception. The SDK does not tell whether it saw it by a global handler or was
// called by the site, so most are neither handled nor unhandled.
func (p *payload) readException(r *jsonx.Reader) {
	x := event.Exception{}
	fatal := false
	for key := range r.Fields() {
		switch string(key) {
		case "type":
			x.Type = r.Text()
		case "value":
			x.Value = r.Text()
		case "stacktrace":
			x.Frames = frames(r)
		case "fingerprint":
			p.Fingerprint = read.Fingerprint(r)
		case "fatal":
			fatal, _ = r.Bool()
		default:
			p.common(key, r)
		}
	}
	p.Level = event.Error
	handled := false
	switch {
	case fatal:
		p.Level = event.Fatal
		x.Mechanism = &event.Mechanism{Type: "generic", Handled: &handled}
	case x.Type == rejectedType:
		x.Mechanism = &event.Mechanism{Type: "onunhandledrejection", Handled: &handled}
	default:
		console(&x)
	}
	if m := x.Mechanism; m != nil {
		p.Handled = m.Handled
	}
	p.Type, p.Message = x.Type, x.Value
	if x.Type == "" && x.Value == "" && x.Frames == nil {
		return
	}
	p.Exceptions = append(cause(p.Extra), x)
}

// frames reads a stack; Faro's stand innermost first.
func frames(r *jsonx.Reader) []event.Frame {
	list := read.Frames(r)
	slices.Reverse(list)
	return list
}

// cause reads the cause of an error, which the SDK writes into the context as error.toString() does. A cause
// that is no error has no name in front and stays in the context alone.
func cause(context []byte) []event.Exception {
	r := jsonx.NewReader(context)
	for key := range r.Fields() {
		if string(key) != "cause" {
			continue
		}
		name, message, is := stack.SplitHeader(r.Str())
		if is && 'A' <= name[0] && name[0] <= 'Z' {
			return []event.Exception{{Type: name, Value: message}}
		}
	}
	return nil
}

// console marks what came by console.error: somebody caught it, and of the stack all that stands inside the
// console's function is the SDK's.
func console(x *event.Exception) {
	if !strings.HasPrefix(x.Value, consolePrefix) {
		return
	}
	handled, inApp := true, false
	x.Mechanism = &event.Mechanism{Type: "console", Handled: &handled}
	for i := range x.Frames {
		if isConsole(x.Frames[i].Function) {
			for j := i; j < len(x.Frames); j++ {
				x.Frames[j].InApp = &inApp
			}
			return
		}
	}
}

// isConsole reports whether a function is the SDK's stand-in for console.error: "console.<computed> [as
// error]" and "console.error" in V8, "console[t]" or "patch/console.error" in the others.
func isConsole(function string) bool {
	rest, is := strings.CutPrefix(function[strings.LastIndexByte(function, '/')+1:], "console")
	return is && rest != "" && (rest[0] == '.' || rest[0] == '[')
}

// readLog reads a log of level error or worse.
func (p *payload) readLog(r *jsonx.Reader) {
	for key := range r.Fields() {
		switch string(key) {
		case "message":
			p.Message = r.Text()
		case "level":
			p.Level = read.Level(r)
		default:
			p.common(key, r)
		}
	}
	if strings.HasPrefix(p.Message, consolePrefix) {
		p.settleConsoleLog()
	}
}

// settleConsoleLog makes an exception of a console.error that the site wants sent as a log: type and
// frames are then texts of the context, the frames JSON objects one after the other, innermost first.
func (p *payload) settleConsoleLog() {
	x := event.Exception{Value: p.Message}
	r := jsonx.NewReader(p.Extra)
	for key := range r.Fields() {
		switch string(key) {
		case "type":
			x.Type = r.Str()
		case "stackFrames":
			x.Frames = frames(jsonx.NewReader(list(r.Str())))
		}
	}
	if x.Type == "" && x.Frames == nil {
		return
	}
	console(&x)
	p.Handled = x.Mechanism.Handled
	p.Type = x.Type
	p.Exceptions = []event.Exception{x}
}

// list returns JSON objects that stand one after the other as an array; it ends at what is none.
func list(text string) []byte {
	rest := []byte(text)
	out := make([]byte, 1, len(text)+event.MaxFrames)
	out[0] = '['
	for n := 0; n < stack.MaxLines; n++ {
		end, err := jsonx.Next(rest)
		if err != nil {
			break
		}
		if n > 0 {
			out = append(out, ',')
		}
		out = append(out, rest[:end]...)
		rest = rest[end:]
	}
	return append(out, ']')
}
