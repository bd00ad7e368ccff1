package sentry

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/read"
)

// exceptions reads a chain, oldest cause first, in each form of read.List. A mechanism beside the values,
// as raven-js puts it, belongs to the thrown exception, the last.
func exceptions(r *jsonx.Reader) []event.Exception {
	list, rest := read.List(r, event.MaxExceptions, exception, func(x *event.Exception, r *jsonx.Reader) bool {
		x.Value = r.Text()
		return x.Value != ""
	})
	kept := list[:0]
	for _, x := range list {
		if says(&x) {
			kept = append(kept, x)
		}
	}
	switch n := len(kept); {
	case n > 0 && kept[n-1].Mechanism == nil:
		kept[n-1].Mechanism = rest.Mechanism
	case n == 0 && says(&rest):
		kept = append(kept, rest)
	}
	return kept
}

func says(x *event.Exception) bool {
	return x.Type != "" || x.Value != "" || x.Module != "" || x.Frames != nil
}

func exception(x *event.Exception, key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "type":
		x.Type = r.Text()
	case "value":
		x.Value = r.Text()
	case "module":
		x.Module = r.Text()
	case "mechanism":
		x.Mechanism = mechanism(r)
	case "stacktrace":
		if frames := read.Frames(r); frames != nil {
			x.Frames = frames
		}
	case "raw_stacktrace": // what the client saw before it rewrote the stack itself
		if x.Frames == nil {
			x.Frames = read.Frames(r)
		}
	}
}

func mechanism(r *jsonx.Reader) *event.Mechanism {
	m := &event.Mechanism{}
	if r.Kind() != jsonx.Object {
		m.Type = event.Cut(r.Text(), event.MaxText)
		if m.Type == "" {
			return nil
		}
		return m
	}
	for key := range r.Fields() {
		switch string(key) {
		case "type":
			m.Type = event.Cut(r.Text(), event.MaxText)
		case "handled":
			m.Handled = boolean(r)
		case "synthetic":
			m.Synthetic, _ = r.Bool()
		case "source":
			m.Source = event.Cut(r.Text(), event.MaxText)
		case "exception_id":
			m.ExceptionID = number(r)
		case "parent_id":
			m.ParentID = number(r)
		case "is_exception_group":
			m.IsGroup, _ = r.Bool()
		}
	}
	return m
}

func boolean(r *jsonx.Reader) *bool {
	b, ok := r.Bool()
	if !ok {
		return nil
	}
	return &b
}

func number(r *jsonx.Reader) *int {
	if r.Kind() != jsonx.Number {
		r.Skip()
		return nil
	}
	n := r.Int()
	return &n
}

// handled tells whether the error was caught: any mechanism's false decides, because SDKs before 11 set it
// on the root cause and true on the thrown exception.
func handled(chain []event.Exception) (result *bool) {
	for i := range chain {
		m := chain[i].Mechanism
		if m == nil || m.Handled == nil {
			continue
		}
		if result = m.Handled; !*result {
			return result
		}
	}
	return result
}

// A thread is one of several stacks of a process; most SDKs that send any send one.
type thread struct {
	frames           []event.Frame
	crashed, current bool
}

// threads returns the stack of the thread that crashed, else of the current one, else of the only one.
func threads(r *jsonx.Reader) []event.Frame {
	const limit = 128 // stacks kept while choosing; the crashed thread of any real process is among them
	list, rest := read.List(r, limit, threadField, func(_ *thread, r *jsonx.Reader) bool {
		r.Skip()
		return false
	})
	if list == nil {
		return rest.frames
	}
	var current []event.Frame
	for _, t := range list {
		switch {
		case t.crashed && t.frames != nil:
			return t.frames
		case t.current && current == nil:
			current = t.frames
		}
	}
	if current == nil && len(list) == 1 {
		return list[0].frames
	}
	return current
}

func threadField(t *thread, key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "stacktrace":
		t.frames = read.Frames(r)
	case "crashed":
		t.crashed, _ = r.Bool()
	case "current":
		t.current, _ = r.Bool()
	}
}

// message reads a log message: a text, or {formatted, message, params}. Where only the template and its
// parameters came they are put together.
func message(r *jsonx.Reader) string {
	if r.Kind() != jsonx.Object {
		return r.Text()
	}
	var formatted, template string
	var params []string
	for key := range r.Fields() {
		switch string(key) {
		case "formatted":
			formatted = r.Text()
		case "message":
			template = r.Text()
		case "params":
			params = read.Lines(r)
		}
	}
	if formatted != "" || len(params) == 0 {
		if formatted == "" {
			return template
		}
		return formatted
	}
	return format(template, params)
}

// format puts params where template has %s or another verb of one letter, or {}, in order.
func format(template string, params []string) string {
	var out strings.Builder
	for i := 0; i < len(template); i++ {
		if len(params) > 0 && i+1 < len(template) {
			if pair := template[i : i+2]; pair == "{}" || pair[0] == '%' && strings.IndexByte("sdifrouxc", pair[1]) >= 0 {
				out.WriteString(params[0])
				params = params[1:]
				i++
				continue
			}
		}
		out.WriteByte(template[i])
	}
	return out.String()
}
