package native

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/read"
)

// readStack reads error.stack as a text, or as its lines in a list; or frames in a list, which stand
// outermost first as everywhere in our API.
func (p *payload) readStack(r *jsonx.Reader) {
	switch r.Kind() {
	case jsonx.String:
		p.stack = r.Str()
	case jsonx.Array:
		raw := r.Raw()
		if p.frames = read.Frames(jsonx.NewReader(raw)); p.frames != nil {
			return
		}
		var lines []string
		list := jsonx.NewReader(raw)
		for range list.Elements() {
			if s := list.Str(); s != "" && len(lines) < maxStackLines {
				lines = append(lines, s)
			}
		}
		p.stack = strings.Join(lines, "\n")
	default:
		p.frames = read.Frames(r)
	}
}

// settleError settles type and message, from the stack and from each other where one is missing, and
// makes the exceptions: one for the error, and one for each cause its stack tells of.
func (p *payload) settleError() {
	if p.Message == "" && p.value == "" {
		p.Message, p.short = p.short, ""
	}
	if p.short != "" {
		p.keep([]byte("m"), jsonx.AppendString(nil, p.short))
	}
	switch {
	case p.Message == "":
		p.Message = p.value
	case p.value != "" && p.value != p.Message:
		p.keep([]byte("value"), jsonx.AppendString(nil, p.value))
	}
	traces := parseStack(p.stack, p.Message)
	p.settleNames(traces[0])
	frames := p.frames
	if frames == nil {
		frames = traces[0].frames
	}
	if f := p.onerror; frames == nil && (f.Filename != "" || f.Line > 0) {
		f.Function = "?"
		frames = []event.Frame{f}
	}
	if p.stack != "" && traces[0].frames == nil {
		p.keep([]byte("stack"), jsonx.AppendString(nil, p.stack)) // a form we cannot read; people may
	}
	if p.Type == "" && frames == nil && p.stack == "" {
		return
	}
	for i := len(traces) - 1; i > 0; i-- {
		cause := event.Exception{Value: traces[i].header, Frames: traces[i].frames}
		if name, message, is := splitHeader(traces[i].header); is {
			cause.Type, cause.Value = name, message
		}
		p.Exceptions = append(p.Exceptions, cause)
	}
	thrown := event.Exception{Type: p.Type, Value: p.Message, Frames: frames}
	if p.Handled != nil {
		thrown.Mechanism = &event.Mechanism{Type: "generic", Handled: p.Handled}
	}
	p.Exceptions = append(p.Exceptions, thrown)
}

// settleNames fills a missing type from the stack's header or from a message such as browsers hand to
// window.onerror ("Uncaught TypeError: x"), and a missing message from the header. What the client says
// itself stays as it is.
func (p *payload) settleNames(t trace) {
	name, message, is := splitHeader(t.header)
	if !is || t.frames == nil && !isErrorName(name) {
		name, message = "", t.header
	}
	if p.Message == "" {
		p.Message = message
		if p.Type == "" {
			p.Type = name
		}
		return
	}
	if p.Type != "" {
		return
	}
	if own, rest, is := splitHeader(p.Message); is && rest != "" && (isErrorName(own) || own == name) {
		p.Type, p.Message = own, rest
		return
	}
	p.Type = name
}

// splitHeader cuts "TypeError: x is undefined" into its name and message, without what consoles put before
// it and without Node's code ("Error [ERR_X]: …"). A name alone counts when it is one of an error.
func splitHeader(s string) (name, message string, is bool) {
	s = strings.TrimSpace(s)
	for _, prefix := range []string{"Uncaught (in promise) ", "Uncaught ", "Unhandled Promise Rejection: "} {
		if rest, found := strings.CutPrefix(s, prefix); found {
			s = rest
			break
		}
	}
	n := nameLen(s)
	name, rest := s[:n], s[n:]
	if code, after, found := strings.Cut(rest, "]"); found && strings.HasPrefix(code, " [") {
		rest = after
	}
	switch {
	case n == 0 || n > event.MaxType:
	case rest == "" && isErrorName(name), rest == ":":
		return name, "", true
	case strings.HasPrefix(rest, ": "), strings.HasPrefix(rest, ":\n"):
		return name, strings.TrimSpace(rest[1:]), true
	}
	return "", "", false
}

func isErrorName(s string) bool {
	return strings.HasSuffix(s, "Error") || strings.HasSuffix(s, "Exception")
}

// nameLen returns the length of the JavaScript name, dots included, at the start of s.
func nameLen(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z', c == '_', c == '$':
		case i > 0 && ('0' <= c && c <= '9' || c == '.'):
		default:
			return i
		}
	}
	return len(s)
}
