package native

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/stack"
)

// maxCauses bounds the causes of one event.
const maxCauses = 20

// A cause is an error behind the one that was thrown: its cause, or one of those an AggregateError holds.
type cause struct {
	kind, message, stack string
	source               string // the member of its parent it was: "cause", "errors[0]"
	parent               int    // 0: the thrown error; n: the n-th cause of the list, counted from 1
}

// readCauses reads the member causes: a list of {type, message, stack, source, parent}, each behind its
// parent.
func readCauses(r *jsonx.Reader) (list []cause) {
	for range r.Elements() {
		if len(list) == maxCauses || r.Kind() != jsonx.Object {
			r.Skip()
			continue
		}
		c := cause{source: "cause"}
		for key := range r.Fields() {
			switch string(key) {
			case "type":
				c.kind = r.Text()
			case "message":
				c.message = r.Text()
			case "stack":
				c.stack = r.Str()
			case "source":
				c.source = event.Cut(r.Str(), event.MaxText)
			case "parent":
				c.parent = r.Int()
			}
		}
		if c.parent < 0 || c.parent > len(list) {
			c.parent = 0
		}
		list = append(list, c)
	}
	return list
}

// settleCauses returns the causes as exceptions, the furthest first, and gives thrown its place in the tree
// they form: ids count from the thrown error, which is 0, as Sentry's SDKs have it.
func (p *payload) settleCauses(thrown *event.Exception) []event.Exception {
	if len(p.causes) == 0 {
		return nil
	}
	out := make([]event.Exception, len(p.causes), len(p.causes)+1)
	group := make([]bool, len(p.causes)+1)
	for i := range p.causes {
		c, id := &p.causes[i], i+1
		if strings.HasPrefix(c.source, "errors[") {
			group[c.parent] = true
		}
		trace := stack.Parse(c.stack, c.message)[0]
		if name, message, is := stack.SplitHeader(trace.Header); is {
			if c.kind == "" {
				c.kind = name
			}
			if c.message == "" {
				c.message = message
			}
		}
		out[len(out)-id] = event.Exception{Type: c.kind, Value: c.message, Frames: trace.Frames, Mechanism: &event.Mechanism{
			Type: "chained", Handled: p.Handled, Source: c.source, ExceptionID: &id, ParentID: &c.parent,
		}}
	}
	for id := 1; id < len(group); id++ {
		out[len(out)-id].Mechanism.IsGroup = group[id]
	}
	if thrown.Mechanism == nil {
		thrown.Mechanism = &event.Mechanism{Type: "generic"}
	}
	thrown.Mechanism.ExceptionID, thrown.Mechanism.IsGroup = new(int), group[0]
	return out
}
