package stack

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
)

func frame(function, filename string, line, column int) event.Frame {
	return event.Frame{Function: function, Filename: filename, Line: line, Column: column}
}

func TestEveryEnginesFrameIsRead(t *testing.T) {
	t.Parallel()
	const app = "https://shop.test/app.js"
	for _, tc := range []struct {
		name, line string
		want       event.Frame
	}{
		{"Chrome's function", "at renderTotal (https://shop.test/app.js:2:21)", frame("renderTotal", app, 2, 21)},
		{"Chrome's anonymous call", "at https://shop.test/app.js:7:1", frame("?", app, 7, 1)},
		{"a method called by another name", "at Object.foo [as bar] (https://shop.test/app.js:1:2)", frame("Object.foo [as bar]", app, 1, 2)},
		{"an async function", "at async checkout (https://shop.test/app.js:5:3)", frame("async checkout", app, 5, 3)},
		{"an async call without a name", "at async https://shop.test/app.js:5:3", frame("?", app, 5, 3)},
		{"a constructor", "at new Cart (https://shop.test/app.js:5:3)", frame("new Cart", app, 5, 3)},
		{"a built-in of V8", "at Array.map (<anonymous>)", frame("Array.map", "<anonymous>", 0, 0)},
		{"an old built-in", "at Array.forEach (native)", frame("Array.forEach", "[native code]", 0, 0)},
		{"only anonymous", "at <anonymous>", frame("?", "<anonymous>", 0, 0)},
		{"the index of a promise", "at async Promise.all (index 0)", frame("async Promise.all", "<anonymous>", 0, 0)},
		{"an eval", "at eval (eval at run (https://shop.test/app.js:3:4), <anonymous>:1:1)", frame("eval", app, 3, 4)},
		{"an eval in an eval", "at eval (eval at a (eval at b (https://shop.test/app.js:3:4), <anonymous>:1:1), <anonymous>:2:2)", frame("eval", app, 3, 4)},
		{"parentheses in the place", "at f (webpack-internal:///(rsc)/./src/x.js:1:2)", frame("f", "webpack-internal:///(rsc)/./src/x.js", 1, 2)},
		{"a file of Node", "at Module._compile (node:internal/modules/cjs/loader:1521:14)", frame("Module._compile", "node:internal/modules/cjs/loader", 1521, 14)},
		{"a path of Windows", `at f (C:\app\x.js:1:2)`, frame("f", `C:\app\x.js`, 1, 2)},
		{"a line without a column", "at f (https://shop.test/app.js:12)", frame("f", app, 12, 0)},
		{"a version in the URL", "at f (https://cdn.test/react@18.2.0/x.js:1:2)", frame("f", "https://cdn.test/react@18.2.0/x.js", 1, 2)},
		{"Hermes", "at f (address at index.bundle:1:234)", frame("f", "index.bundle", 1, 234)},
		{"Firefox's function", "renderTotal@https://shop.test/app.js:2:21", frame("renderTotal", app, 2, 21)},
		{"Firefox's anonymous call", "@https://shop.test/app.js:7:1", frame("?", app, 7, 1)},
		{"Firefox's inner function", "cart/total<@https://shop.test/app.js:7:1", frame("cart/total<", app, 7, 1)},
		{"an async mark", "async*checkout@https://shop.test/app.js:7:1", frame("checkout", app, 7, 1)},
		{"a handler's mark", "setTimeout handler*@https://shop.test/app.js:7:1", frame("?", app, 7, 1)},
		{"Firefox's eval", "run@https://shop.test/app.js line 5 > eval:1:1", frame("run", app, 5, 0)},
		{"Firefox's eval in a Function", "@https://shop.test/app.js line 5 > Function line 2 > eval:1:1", frame("?", app, 5, 0)},
		{"Firefox's own code", "promise@self-hosted:123:4", frame("promise", "self-hosted", 123, 4)},
		{"an extension's chain", "f@resource://a/b.js -> https://shop.test/app.js:1:2", frame("f", app, 1, 2)},
		{"an at sign in the URL", "f@https://cdn.test/react@18.2.0/x.js:1:2", frame("f", "https://cdn.test/react@18.2.0/x.js", 1, 2)},
		{"Safari's global code", "global code@https://shop.test/app.js:7:1", frame("global code", app, 7, 1)},
		{"Safari's built-in", "map@[native code]", frame("map", "[native code]", 0, 0)},
		{"Safari's built-in alone", "[native code]", frame("?", "[native code]", 0, 0)},
		{"old Safari's URL alone", "https://shop.test/app.js:7:1", frame("?", app, 7, 1)},
		{"Safari's masked URL", "f@webkit-masked-url://hidden/:12:3", frame("f", "webkit-masked-url://hidden/", 12, 3)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, is := parseFrame(tc.line)
			if diff := cmp.Diff(tc.want, got); diff != "" || !is {
				t.Errorf("%t\n%s", is, diff)
			}
		})
	}
}

func TestProseIsNoFrame(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"", "at", "at ", "at home", "at 10:30", "TypeError: x", "mail to ada@example.com failed", "see https://shop.test for more",
		"@", "a@b", "at f ()", "... 5 more", "Error: no route to http://shop.test:80",
	} {
		if f, is := parseFrame(line); is {
			t.Errorf("%q reads as %+v", line, f)
		}
	}
}

func TestAStackIsReadOutermostFirst(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, stack, message string
		want                 []Trace
	}{
		{
			"Chrome", "TypeError: x\n    at inner (a.js:1:2)\n    at outer (a.js:3:4)", "x",
			[]Trace{{"TypeError: x", []event.Frame{frame("outer", "a.js", 3, 4), frame("inner", "a.js", 1, 2)}}},
		},
		{
			"Firefox, with its last newline", "inner@a.js:1:2\nouter@a.js:3:4\n", "x",
			[]Trace{{"", []event.Frame{frame("outer", "a.js", 3, 4), frame("inner", "a.js", 1, 2)}}},
		},
		{
			"Windows line ends", "Error: x\r\n    at inner (a.js:1:2)\r\n", "",
			[]Trace{{"Error: x", []event.Frame{frame("inner", "a.js", 1, 2)}}},
		},
		{
			"a message of several lines, one like a frame", "Error: first\nat line (b.js:9:9)\nlast\n    at f (a.js:1:2)", "first\nat line (b.js:9:9)\nlast",
			[]Trace{{"Error: first\nat line (b.js:9:9)\nlast", []event.Frame{frame("f", "a.js", 1, 2)}}},
		},
		{
			"a message of several lines that only the stack knows", "Error: first\n\nlast\n    at f (a.js:1:2)", "",
			[]Trace{{"Error: first\n\nlast", []event.Frame{frame("f", "a.js", 1, 2)}}},
		},
		{
			"a message that is also a function's name", "f@a.js:1:2", "f",
			[]Trace{{"", []event.Frame{frame("f", "a.js", 1, 2)}}},
		},
		{
			"causes", "Error: a\n at f (a.js:1:2)\nCaused by: TypeError: b\n at g (a.js:3:4)\n    [cause]: Error: c\n at h (a.js:5:6)", "a",
			[]Trace{
				{"Error: a", []event.Frame{frame("f", "a.js", 1, 2)}},
				{"TypeError: b", []event.Frame{frame("g", "a.js", 3, 4)}},
				{"Error: c", []event.Frame{frame("h", "a.js", 5, 6)}},
			},
		},
		{"no frames", "something else", "", []Trace{{"something else", nil}}},
		{"nothing", "", "", []Trace{{"", nil}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, Parse(tc.stack, tc.message)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCausesAreOldestFirstAndWithoutTheThrown(t *testing.T) {
	t.Parallel()
	got := Causes(Parse("Error: a\n at f (a.js:1:2)\nCaused by: TypeError: b\n at g (a.js:3:4)\nCaused by: c is no name", "a"))
	want := []event.Exception{{Value: "c is no name"}, {Type: "TypeError", Value: "b", Frames: []event.Frame{frame("g", "a.js", 3, 4)}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := Causes(Parse("Error: a", "")); got != nil {
		t.Errorf("an error without a cause has %v", got)
	}
}

func TestAHeaderIsANameAndAMessage(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in, name, message string
		is                bool
	}{
		{"TypeError: x is not a function", "TypeError", "x is not a function", true},
		{"Uncaught TypeError: x", "TypeError", "x", true},
		{"Uncaught (in promise) MyError: x", "MyError", "x", true},
		{"Unhandled Promise Rejection: AbortError: x", "AbortError", "x", true},
		{"TypeError [ERR_X]: bad", "TypeError", "bad", true},
		{"app.errors.NotFound:\nfirst line", "app.errors.NotFound", "first line", true},
		{"RangeError", "RangeError", "", true},
		{"Error:", "Error", "", true},
		{"Note: this looks like one", "Note", "this looks like one", true},
		{"timeout", "", "", false},
		{"could not save: disk full", "", "", false},
		{"12: x", "", "", false},
		{"", "", "", false},
	} {
		name, message, is := SplitHeader(tc.in)
		if name != tc.name || message != tc.message || is != tc.is {
			t.Errorf("%q reads as %q, %q, %t", tc.in, name, message, is)
		}
	}
}

func TestAHugeStackIsCut(t *testing.T) {
	t.Parallel()
	stack := "Error: x\n" + strings.Repeat("at f (a.js:1:2)\n", 100_000) + strings.Repeat("x", 1<<20)
	traces := Parse(stack, "")
	if n := len(traces[0].Frames); n < event.MaxFrames || n > 2*event.MaxFrames {
		t.Errorf("%d frames kept", n)
	}
	traces = Parse(strings.Repeat("Caused by: Error: x\n", 10_000), "")
	if n := len(traces); n > maxCauses+1 {
		t.Errorf("%d causes kept", n)
	}
}

// FuzzStack holds the parser to its bounds for any text.
func FuzzStack(f *testing.F) {
	for _, s := range []string{
		"TypeError: x\n    at f (https://shop.test/a.js:1:2)\n    at async https://shop.test/a.js:3:4",
		"f@https://shop.test/a.js:1:2\nasync*@https://shop.test/a.js line 3 > eval:1:1\nmap@[native code]\n",
		"Error: a\n at eval (eval at f (a.js:1:2), <anonymous>:1:1)\nCaused by: b\n at Array.map (<anonymous>)",
		"at ((((:::1:1)", "@:1", "a -> @:0:0", "at  (", "Error [X]: ", "eval at )(",
	} {
		f.Add(s, "x")
	}
	f.Fuzz(func(t *testing.T, stack, message string) {
		for _, tr := range Parse(stack, message) {
			if len(tr.Frames) > 2*event.MaxFrames || utf8.ValidString(stack) && !utf8.ValidString(tr.Header) {
				t.Fatalf("%d frames, header %q", len(tr.Frames), tr.Header)
			}
		}
	})
}
