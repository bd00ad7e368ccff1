package grouping

import (
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
)

func frame(function, filename string) event.Frame {
	return event.Frame{Function: function, Filename: filename, Line: 7, Column: 21}
}

// thrown returns an event of one exception.
func thrown(typ, message string, frames ...event.Frame) *event.Event {
	return &event.Event{ProjectID: 1, Type: typ, Message: message, Exceptions: []event.Exception{{Type: typ, Value: message, Frames: frames}}}
}

func with(e *event.Event, change func(*event.Event)) *event.Event {
	change(e)
	return e
}

// calls returns the innermost n frames of a stack.
func calls(n int) (frames []event.Frame) {
	for i := range n {
		frames = append(frames, frame("step"+string(rune('A'+n-i)), "https://a.test/app.js"))
	}
	return frames
}

func policy(by event.Protocol) func(*event.Event) {
	return func(e *event.Event) {
		e.Protocol = by
		e.Tags = event.NewTags([]event.Tag{{Key: "report", Value: "csp-violation"}, {Key: "directive", Value: "img-src"}, {Key: "blocked", Value: "a.test"}})
	}
}

func TestTheSameErrorHasTheSameFingerprint(t *testing.T) {
	t.Parallel()
	outside := false
	library := event.Frame{Function: "lib", Filename: "/lib.js", InApp: &outside}
	for _, tc := range []struct {
		name string
		a, b *event.Event
		same bool
	}{
		{
			"whatever the message, with a stack", thrown("E", "order 1", frame("f", "https://a.test/app.js")),
			thrown("E", "order 2", frame("f", "https://a.test/app.js")), true,
		},
		{"not of another type", thrown("AError", "", frame("f", "a.js")), thrown("BError", "", frame("f", "a.js")), false},
		{"of another minified type", thrown("E", "", frame("f", "a.js")), thrown("F", "", frame("f", "a.js")), true},
		{"not of another function", thrown("E", "", frame("f", "a.js")), thrown("E", "", frame("g", "a.js")), false},
		{"not of another file", thrown("E", "", frame("f", "a.js")), thrown("E", "", frame("f", "b.js")), false},
		{
			"however many of its callers the engine keeps", thrown("E", "", calls(10)...), thrown("E", "", calls(14)...), true,
		},
		{"not of another near caller", thrown("E", "", calls(3)...), thrown("E", "", calls(4)...), false},
		{
			"with what calls an async function, compiled", thrown("E", "", frame("load", "a.js")), thrown("E", "", frame("_next", "a.js"),
				frame("asyncGeneratorStep", "a.js"), frame("Generator.next", "a.js"), frame("Generator.eval [as _invoke]", "a.js"), frame("tryCatch", "a.js"), frame("load", "a.js")), true,
		},
		{"not of another function that is called as those are", thrown("E", "", frame("_next", "a.js"), frame("step", "a.js")), thrown("E", "", frame("_next", "a.js"), frame("load", "a.js")), false},
		{
			"of a policy by our script and by the browser", with(thrown("CSP violation", "Blocked img-src from a.test", frame("", "https://b.test/app.js")), policy(event.Native)),
			with(thrown("CSP violation", "Blocked img-src from https://a.test"), policy(event.Report)), true,
		},
		{"not of another project", thrown("E", "m"), with(thrown("E", "m"), func(e *event.Event) { e.ProjectID = 2 }), false},
		{
			"wherever in the file", thrown("E", "", frame("f", "a.js")),
			thrown("E", "", event.Frame{Function: "f", Filename: "a.js", Line: 1, Column: 1}), true,
		},
		{
			"on another host, with another query and another build", thrown("E", "", frame("f", "https://a.test/v1/js/app-4f9c21ab.js?v=1")),
			thrown("E", "", frame("f", "http://b.test:81/v2/js/app-b81d03fe.js#x")), true,
		},
		{"by another name of the object", thrown("E", "", frame("e.total", "a.js")), thrown("E", "", frame("async r.total [as x]", "a.js")), true},
		{"with frames of libraries", thrown("E", "", frame("f", "a.js")), thrown("E", "", library, frame("f", "a.js"), library), true},
		{"with built-in frames", thrown("E", "", frame("f", "a.js")), thrown("E", "", frame("f", "a.js"), frame("Array.map", "<anonymous>")), true},
		{"deeper in a recursion", thrown("E", "", frame("f", "a.js")), thrown("E", "", frame("f", "a.js"), frame("f", "a.js")), true},
		{"frames of libraries alone count", thrown("E", "", library), thrown("E", ""), false},
		{"frames without names let the message count", thrown("E", "one", frame("?", "a.js")), thrown("E", "two", frame("?", "a.js")), false},
		{"frames without names and numbers in the message", thrown("E", "no 1", frame("?", "a.js")), thrown("E", "no 2", frame("?", "a.js")), true},
		{"a made-up stack does not count", synthetic("m", frame("f", "sdk.js")), synthetic("m", frame("g", "sdk.js")), true},
		{"a made-up stack lets the message count", synthetic("m", frame("f", "sdk.js")), synthetic("n", frame("f", "sdk.js")), false},
		{
			"the cause's stack where the thrown has none",
			&event.Event{Type: "E", Exceptions: []event.Exception{{Type: "C", Frames: []event.Frame{frame("f", "a.js")}}, {Type: "E"}}},
			&event.Event{Type: "E", Exceptions: []event.Exception{{Type: "C", Frames: []event.Frame{frame("g", "a.js")}}, {Type: "E"}}}, false,
		},
		{
			"not with another cause",
			&event.Event{ProjectID: 1, Type: "E", Exceptions: []event.Exception{{Frames: []event.Frame{frame("g", "a.js")}}, {Type: "E", Frames: []event.Frame{frame("f", "a.js")}}}},
			thrown("E", "", frame("f", "a.js")), false,
		},
		{
			"a message, wherever it came from", &event.Event{Message: "m", Frames: []event.Frame{frame("f", "a.js")}},
			&event.Event{Message: "m", Frames: []event.Frame{frame("g", "a.js")}}, true,
		},
		{
			"a stack without exception and message", &event.Event{Frames: []event.Frame{frame("f", "a.js")}},
			&event.Event{Frames: []event.Frame{frame("g", "a.js")}}, false,
		},
		{"parts do not run together", thrown("abcd", "c"), thrown("abc", "dc"), false},
		{"the client's wish beats all", wish(thrown("E", "m"), "x"), wish(thrown("F", "n"), "x"), true},
		{"another wish", wish(thrown("E", "m"), "x"), wish(thrown("E", "m"), "y"), false},
		{"a wish with ours in it", wish(thrown("AError", "m"), "{{ default }}", "x"), wish(thrown("BError", "m"), "{{default}}", "x"), false},
		{"either spelling of ours", wish(thrown("E", "m"), "{{ default }}", "x"), wish(thrown("E", "m"), "{{default}}", "x"), true},
		{"a wish for ours alone is none", wish(thrown("E", "m"), "{{ default }}"), thrown("E", "m"), true},
		{"a wish for a word like ours", wish(thrown("E", "m"), "default"), thrown("E", "m"), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if same := Of(tc.a, nil) == Of(tc.b, nil); same != tc.same {
				t.Errorf("same is %t, want %t", same, tc.same)
			}
		})
	}
}

func synthetic(message string, frames ...event.Frame) *event.Event {
	e := thrown("", message, frames...)
	e.Exceptions[0].Mechanism = &event.Mechanism{Synthetic: true}
	return e
}

func wish(e *event.Event, parts ...string) *event.Event {
	e.Fingerprint = parts
	return e
}

// TestFingerprintsStay holds Version to its promise: whoever changes these values moves every stored event
// to a new issue, and must raise Version and say so.
func TestFingerprintsStay(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*event.Event{
		"19e68af63fce651611e1de21235daab3": thrown("TypeError", "x is undefined", frame("checkout", "https://a.test/app-4f9c21ab.js"), frame("e.total", "https://a.test/app-4f9c21ab.js")),
		"ef083486406df6c84bcb645d780f6a46": thrown("", "order 17 not found"),
		"618f4d7c5257fe48a6fd0820b71238da": wish(thrown("E", "m"), "{{ default }}", "tenant-7"),
	} {
		if got := Of(e, nil).String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
