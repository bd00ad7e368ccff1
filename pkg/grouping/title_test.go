package grouping

import (
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
)

func TestTitleIsOneLine(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, typ, message, want string
	}{
		{"type and message", "TypeError", "x is undefined", "TypeError: x is undefined"},
		{"what onerror says", "TypeError", "Uncaught TypeError: x is undefined", "TypeError: x is undefined"},
		{"another type in the message", "Error", "Uncaught TypeError: x", "Error: TypeError: x"},
		{"what a console says", "TypeError", "Uncaught (in promise) TypeError: x", "TypeError: x"},
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

func TestTitlesOfWhatSDKsMakeUp(t *testing.T) {
	t.Parallel()
	stringThrown := synthetic("plain string", frame("Ue", "sdk.js"))
	stringThrown.Type, stringThrown.Exceptions[0].Type = "Error", "Error"
	for want, e := range map[string]*event.Event{
		"Payment slow":                      synthetic("Payment slow", frame("Object.Qs", "sdk.js")),
		"plain string":                      stringThrown,
		"Error in checkout(/a.js)":          thrown("", "", frame("checkout", "https://a.test/a.js")),
		"CSP violation: Blocked inline":     {Protocol: event.Report, Type: "CSP violation", Message: "Blocked inline"},
		"UnhandledRejection: keys: code, a": thrown("UnhandledRejection", "keys: code, a"),
	} {
		if got := Title(e); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
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
		{"the frame around the client's", thrown("", "m", frame("pay", "https://a.test/a.js"), frame("console.<computed> [as error]", "https://a.test/faro.js"), frame("x.notify", "https://a.test/faro.js")), "pay(/a.js)"},
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
