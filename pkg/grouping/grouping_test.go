package grouping

import (
	"strings"
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
		{"not of another type", thrown("E", "", frame("f", "a.js")), thrown("F", "", frame("f", "a.js")), false},
		{"not of another function", thrown("E", "", frame("f", "a.js")), thrown("E", "", frame("g", "a.js")), false},
		{"not of another file", thrown("E", "", frame("f", "a.js")), thrown("E", "", frame("f", "b.js")), false},
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
			"the cause's stack does not count where the thrown has one",
			&event.Event{ProjectID: 1, Type: "E", Exceptions: []event.Exception{{Frames: []event.Frame{frame("g", "a.js")}}, {Frames: []event.Frame{frame("f", "a.js")}}}},
			thrown("E", "", frame("f", "a.js")), true,
		},
		{
			"a stack without an exception", &event.Event{Message: "m", Frames: []event.Frame{frame("f", "a.js")}},
			&event.Event{Message: "m", Frames: []event.Frame{frame("g", "a.js")}}, false,
		},
		{"parts do not run together", thrown("ab", "c"), thrown("a", "bc"), false},
		{"the client's wish beats all", wish(thrown("E", "m"), "x"), wish(thrown("F", "n"), "x"), true},
		{"another wish", wish(thrown("E", "m"), "x"), wish(thrown("E", "m"), "y"), false},
		{"a wish with ours in it", wish(thrown("E", "m"), "{{ default }}", "x"), wish(thrown("F", "m"), "{{default}}", "x"), false},
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
		"98d12685941fdd7d606c49e0efa66eda": thrown("TypeError", "x is undefined", frame("checkout", "https://a.test/app-4f9c21ab.js"), frame("e.total", "https://a.test/app-4f9c21ab.js")),
		"ba21ede40457d00d86fc9a2c905105f3": thrown("", "order 17 not found"),
		"d7b31f7b05e3cdc6a4250d5055ef8813": wish(thrown("E", "m"), "{{ default }}", "tenant-7"),
	} {
		if got := Of(e, nil).String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestMessagesLoseWhatVaries(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"order 17 failed after 10ms, 3rd try":                     "order <n> failed after <n>ms, <n>rd try",
		"Failed to fetch https://a.test/x-1.js?v=2: 404":          "Failed to fetch <url> <n>",
		"see (https://a.test/x), then":                            "see (<url>), then",
		"user 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 gone":          "user <uuid> gone",
		"at 2026-11-21T17:16:37.5Z":                               "at <n>-<n>-<n>T<n>:<n>:<n>.<n>Z",
		"commit 9fceb02d0ae598e95dc970b74767f19372d61af8 at 0x1F": "commit <hex> at <hex>",
		"utf8 and E1001 stay, deadbeef too":                       "utf8 and E1001 stay, deadbeef too",
		"größer als 7 – ok":                                       "größer als <n> – ok",
		"":                                                        "",
	} {
		if got := string(appendMessage(nil, in)); got != want {
			t.Errorf("%q reads %q, want %q", in, got, want)
		}
	}
}

func TestPathsLoseBuildsAndVersions(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.test/assets/app.js":              "/assets/app.js",
		"https://a.test":                            "",
		"http://a.test/js/main.3f2a9c1b.chunk.js?x": "/js/main..chunk.js",
		"https://cdn.test/react@18.2.0/x.js":        "/react@../x.js",
		"https://a.test/v2/app-BxT3kQ9a.js":         "//app-.js",
		"/srv/app/index.js":                         "/srv/app/index.js",
		"webpack:///./src/cart.ts":                  "/./src/cart.ts",
		"node:internal/process":                     "node:internal/process",
	} {
		if got := string(appendPath(nil, in)); got != want {
			t.Errorf("%q reads %q, want %q", in, got, want)
		}
	}
}

func TestTitleIsOneLine(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, typ, message, want string
	}{
		{"type and message", "TypeError", "x is undefined", "TypeError: x is undefined"},
		{"what onerror says", "TypeError", "Uncaught TypeError: x is undefined", "TypeError: x is undefined"},
		{"another type in the message", "Error", "Uncaught TypeError: x", "Error: Uncaught TypeError: x"},
		{"no message", "TypeError", "", "TypeError"},
		{"no type", "", "hello", "hello"},
		{"neither", "", " \n", "<unlabeled event>"},
		{"the first line", "E", "\n one\ttwo \r\nthree", "E: one two"},
		{"cut", "E", strings.Repeat("é", 300), "E: " + strings.Repeat("é", 196) + "…"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := Title(&event.Event{Type: tc.typ, Message: tc.message}); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestCulpritTellsWhere(t *testing.T) {
	t.Parallel()
	outside := false
	library := event.Frame{Function: "lib", Filename: "/lib.js", InApp: &outside}
	const page = "https://a.test/checkout?token=x"
	for _, tc := range []struct {
		name string
		e    *event.Event
		want string
	}{
		{"the transaction", with(thrown("E", "", frame("f", "a.js")), func(e *event.Event) { e.Transaction = "/orders/:id" }), "/orders/:id"},
		{"the innermost frame of the site", thrown("E", "", frame("f", "https://a.test/a.js"), frame("g", "https://a.test/b.js?v=1"), library), "g(/b.js)"},
		{"a frame of a library where there is no other", thrown("E", "", library), "lib(/lib.js)"},
		{"a frame without a name", thrown("E", "", frame("?", "https://a.test/a.js")), "/a.js"},
		{"a frame without a file", thrown("E", "", event.Frame{Function: "f"}), "f"},
		{"the page", with(thrown("E", ""), func(e *event.Event) { e.URL = page }), "/checkout"},
		{"the page, for a made-up stack", with(synthetic("m", frame("f", "sdk.js")), func(e *event.Event) { e.URL = page }), "/checkout"},
		{"nothing", &event.Event{}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := Culprit(tc.e); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
