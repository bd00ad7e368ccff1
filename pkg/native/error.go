package native

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/read"
	"github.com/trivetlabs/trivet/pkg/stack"
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
			if s := list.Str(); s != "" && len(lines) < stack.MaxLines {
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
	traces := stack.Parse(p.stack, p.Message)
	p.Type, p.Message = stack.Names(p.Type, p.Message, traces[0])
	frames := p.frames
	if frames == nil {
		frames = traces[0].Frames
	}
	if f := p.onerror; frames == nil && (f.Filename != "" || f.Line > 0) {
		f.Function = "?"
		frames = []event.Frame{f}
	}
	if p.stack != "" && traces[0].Frames == nil {
		p.keep([]byte("stack"), jsonx.AppendString(nil, p.stack)) // a form we cannot read; people may
	}
	if p.Type == "" && frames == nil && p.stack == "" && p.causes == nil {
		return
	}
	thrown := event.Exception{Type: p.Type, Value: p.Message, Frames: frames}
	if p.Handled != nil {
		thrown.Mechanism = &event.Mechanism{Type: "generic", Handled: p.Handled}
	}
	if p.Exceptions = p.settleCauses(&thrown); p.Exceptions == nil {
		p.Exceptions = stack.Causes(traces) // Node writes them into the stack
	}
	p.Exceptions = append(p.Exceptions, thrown)
}
