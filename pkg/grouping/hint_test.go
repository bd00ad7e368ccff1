package grouping

import (
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
)

func TestHintsTellHowToLearnMore(t *testing.T) {
	t.Parallel()
	unhandled := false
	for _, tc := range []struct {
		name string
		e    *event.Event
		word string // "": no hint
	}{
		{"a script of another origin", thrown("Error", "Script error.", event.Frame{Function: "?", Filename: "https://a.test/"}), "crossorigin"},
		{"a script error of the program", thrown("Error", "Script error.", frame("runMacro", "a.js")), ""},
		{"a script error behind an error", &event.Event{Exceptions: []event.Exception{{Value: "Script error."}, {Type: "LoadError", Value: "x", Frames: []event.Frame{frame("f", "a.js")}}}}, ""},
		{"a chunk behind an error", &event.Event{Exceptions: []event.Exception{{Type: "ChunkLoadError"}, {Type: "LoadError", Value: "x", Frames: []event.Frame{frame("f", "a.js")}}}}, "earlier builds"},
		{"a chunk", thrown("TypeError", "Importing a module script failed."), "earlier builds"},
		{"a page for a script", thrown("SyntaxError", "Unexpected token '<'"), "404"},
		{"hydration", thrown("Error", "Minified React error #418; visit https://react.dev/errors/418"), "first"},
		{"another error of React", thrown("Error", "Minified React error #4181; visit x"), ""},
		{"ResizeObserver", thrown("", "ResizeObserver loop limit exceeded"), "harmless"},
		{"an object rejected", thrown("UnhandledRejection", "Object captured as promise rejection with keys: code"), "new Error"},
		{"a text rejected", thrown("UnhandledRejection", "Non-Error promise rejection captured with value: x"), "new Error"},
		{"a text thrown", with(synthetic("x"), func(e *event.Event) {
			e.Exceptions[0].Type, e.Handled = "Error", &unhandled
		}), "new Error"},
		{"an error", thrown("TypeError", "x is undefined", frame("f", "a.js")), ""},
		{"a message", &event.Event{Message: "slow"}, ""},
		{"a report", &event.Event{Protocol: event.Report, Message: "Script error."}, ""},
		{"nothing", &event.Event{}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := Hint(tc.e); got != "" != (tc.word != "") || !strings.Contains(got, tc.word) {
				t.Errorf("got %q, want %q in it", got, tc.word)
			}
		})
	}
}
