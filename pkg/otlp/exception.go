package otlp

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/stack"
)

// uncaught are the scopes of OpenTelemetry's instrumentations that listen to a page's error and
// unhandledrejection events and to nothing else: nobody caught what they report.
var uncaught = map[string]bool{
	"@opentelemetry/instrumentation-web-exception":  true,
	"@opentelemetry/browser-instrumentation/errors": true,
}

// settleError makes the exceptions: one for the error, and one for each cause its stack tells of.
func (p *payload) settleError() {
	t := &p.told
	traces := stack.Parse(t.stack, t.message)
	typ := t.typ
	if strings.Trim(typ, "0123456789") == "" {
		typ = "" // the SDK prefers error.code, which a DOMException has as a number; its stack knows the name
	}
	p.Type, p.Message = stack.Names(typ, t.message, traces[0])
	if p.Type == "" {
		p.Type = t.typ
	}
	if t.stack != "" && traces[0].Frames == nil {
		// A form we cannot read; people may.
		list := append(p.extra, `,"exception.stacktrace":`...)
		p.extra = jsonx.AppendString(list, t.stack)
	}
	thrown := event.Exception{Type: p.Type, Value: p.Message, Frames: traces[0].Frames}
	switch {
	case t.handled != nil:
		thrown.Mechanism = &event.Mechanism{Type: "generic", Handled: t.handled}
	case uncaught[p.scope]:
		handled := false
		thrown.Mechanism = &event.Mechanism{Type: "generic", Handled: &handled}
	}
	if thrown.Mechanism != nil {
		p.Handled = thrown.Mechanism.Handled
	}
	if thrown.Type == "" && thrown.Value == "" && thrown.Frames == nil {
		return
	}
	p.Exceptions = append(stack.Causes(traces), thrown)
}
