package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
)

func TestSplitCutsEveryFormOfABody(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("{}\n", MaxEvents)
	for _, tc := range []struct {
		name, in, want, fails string
	}{
		{"one object", `{"a":1}`, `{"a":1}`, ""},
		{"an array", ` [ {"a":1} , {"b":[2]} ] `, `{"a":1}|{"b":[2]}`, ""},
		{"lines", "{\"a\":1}\r\n\r\n{\"b\":2}\n\n", `{"a":1}|{"b":2}`, ""},
		{"objects without anything between", `{"a":1}{"b":2}`, `{"a":1}|{"b":2}`, ""},
		{"lines of arrays", "[{}]\n[{},{}]", `{}|{}|{}`, ""},
		{"an object over several lines", "{\n\"a\":1\n}", "{\n\"a\":1\n}", ""},
		{"as many as allowed", many, strings.TrimSuffix(strings.Repeat("{}|", MaxEvents), "|"), ""},
		{"one too many", many + "{}", "", "event 1000: more than 1000 events at byte 3000"},
		{"nothing", " \n", "", "event 0: no event at byte 2"},
		{"an empty array", `[]`, "", "event 0: no event at byte 2"},
		{"a scalar", `5`, "", "event 0: not a JSON object at byte 0"},
		{"a form", `message=form+beacon`, "", "event 0: unexpected character where a value should start at byte 0"},
		{"a scalar among objects", `[{},"x"]`, "", "event 1: not a JSON object at byte 4"},
		{"an array in an array", `[[{}]]`, "", "event 0: not a JSON object at byte 1"},
		{"a broken second line", "{}\n{\"a\":}", "", "event 1: unexpected character where a value should start at byte 8"},
		{"an open array", `[{}`, "", "event 1: expected ',' or ']' in an array at byte 3"},
		{"a trailing comma", `[{},]`, "", "event 1: unexpected character where a value should start at byte 4"},
		{"too deep", strings.Repeat(`{"a":`, 100_000), "", "event 0: nested deeper than 64 at byte 320"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			events, err := Split([]byte(tc.in))
			if got := fmt.Sprint(err); tc.fails != "" && got != tc.fails || tc.fails == "" && err != nil {
				t.Fatalf("error %q, want %q", got, tc.fails)
			}
			if err != nil && (!errors.As(err, new(*SplitError)) || !errors.Is(err, event.ErrInvalid) && !errors.Is(err, event.ErrTooLarge)) {
				t.Errorf("error is a %T", err)
			}
			var got []string
			for _, e := range events {
				got = append(got, string(e))
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, "|")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadHeadFindsIDAndTime(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1795280632066).UTC()
	for in, want := range map[string]Head{
		`{"id":"x","ts":1795280632066}`:                           {"x", at},
		`{"timestamp":"2026-11-21T17:03:52.066Z"}`:                {"", at},
		`{"timestamp":1795280632.066,"ts":null,"id":7}`:           {"7", at},
		`{"timestamp":"soon","id":{"no":1},"ts":[1795280632066]}`: {},
	} {
		if diff := cmp.Diff(want, ReadHead([]byte(in))); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
}

func record(raw string) *pack.Record {
	received := time.Date(2026, 11, 21, 19, 0, 0, 0, time.UTC)
	return &pack.Record{
		ID: event.NewID(received), Project: 7, Received: received, Protocol: "native", IP: "192.0.2.7", Raw: []byte(raw),
		HTTP: pack.HTTP{Referer: "https://shop.test/", Release: "query@1", Environment: "query"},
	}
}

func normalise(t *testing.T, raw string) *event.Event {
	t.Helper()
	e, err := Normalise(record(raw))
	if err != nil {
		t.Fatal(err)
	}
	eventtest.Check(t, e)
	return e
}

func TestTypeAndMessageComeFromWhatThereIs(t *testing.T) {
	t.Parallel()
	const stack = `"stack":"RangeError: deep\n    at f (a.js:1:2)"`
	for _, tc := range []struct {
		name, in, typ, message string
		exceptions             int
	}{
		{"a type is kept as it is", `{"type":"error","message":"m",` + stack + `}`, "error", "m", 1},
		{"name is another word for type", `{"name":"MyError","message":"m"}`, "MyError", "m", 1},
		{"type beats name", `{"name":"MyError","type":"T"}`, "T", "", 1},
		{"from the stack's header", `{"message":"deep",` + stack + `}`, "RangeError", "deep", 1},
		{"both from the stack's header", `{` + stack + `}`, "RangeError", "deep", 1},
		{"the message from the header, the type as it is", `{"type":"error",` + stack + `}`, "error", "deep", 1},
		{"a message of several lines", `{"stack":"Error: one\ntwo\n    at f (a.js:1:2)"}`, "Error", "one\ntwo", 1},
		{"Node's code is no part of the name", `{"stack":"TypeError [ERR_X]: bad\n    at f (a.js:1:2)"}`, "TypeError", "bad", 1},
		{"window.onerror of Chrome", `{"message":"Uncaught TypeError: x is not a function"}`, "TypeError", "x is not a function", 1},
		{"a rejection in Chrome", `{"message":"Uncaught (in promise) MyError: m"}`, "MyError", "m", 1},
		{"a rejection in Safari", `{"message":"Unhandled Promise Rejection: TypeError: m"}`, "TypeError", "m", 1},
		{"a thrown text", `{"message":"Uncaught plain text"}`, "", "Uncaught plain text", 0},
		{"prose with a colon", `{"message":"Note: nothing happened"}`, "", "Note: nothing happened", 0},
		{"a plain message", `{"message":"hello","level":"info"}`, "", "hello", 0},
		{"value stands in for message", `{"type":"T","value":"v"}`, "T", "v", 1},
		{"a message by one letter", `{"m":"pixel"}`, "", "pixel", 0},
		{"a message beside one letter", `{"m":"pixel","message":"real"}`, "", "real", 0},
		{"a message of any type", `{"message":{"code":7}}`, "", `{"code":7}`, 0},
		{"a stack nobody can read", `{"stack":"what is this"}`, "", "what is this", 1},
		{"nothing", `{}`, "", "", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, tc.in)
			if e.Type != tc.typ || e.Message != tc.message || len(e.Exceptions) != tc.exceptions {
				t.Errorf("got %q, %q, %d exceptions, want %q, %q, %d", e.Type, e.Message, len(e.Exceptions), tc.typ, tc.message, tc.exceptions)
			}
			if x := e.Thrown(); x != nil && (x.Type != e.Type || x.Value != e.Message) {
				t.Errorf("exception is %q: %q", x.Type, x.Value)
			}
		})
	}
}

func frame(function string, line, column int) event.Frame {
	return event.Frame{Function: function, Filename: "a.js", Line: line, Column: column}
}

func TestFramesComeFromTextListOrPlace(t *testing.T) {
	t.Parallel()
	yes := true
	for _, tc := range []struct {
		name, in string
		want     []event.Frame
	}{
		{"a text, innermost first", `{"stack":"Error: x\n at f (a.js:1:2)\n at g (a.js:3:4)"}`, []event.Frame{frame("g", 3, 4), frame("f", 1, 2)}},
		{"its lines", `{"stack":["Error: x"," at f (a.js:1:2)"," at g (a.js:3:4)"]}`, []event.Frame{frame("g", 3, 4), frame("f", 1, 2)}},
		{
			"frames, outermost first, by any name",
			`{"stack":[{"fn":"g","file":"a.js","line":3,"col":4,"in_app":true},{"func":"f","url":"a.js","lineno":"1","column":2.0},{}]}`,
			[]event.Frame{{Function: "g", Filename: "a.js", Line: 3, Column: 4, InApp: &yes}, frame("f", 1, 2)},
		},
		{"frames in Sentry's form", `{"stack":{"frames":[{"function":"g","filename":"a.js"}]}}`, []event.Frame{frame("g", 0, 0)}},
		{"window.onerror", `{"message":"Script error.","filename":"a.js","lineno":3,"colno":4}`, []event.Frame{frame("?", 3, 4)}},
		{"a place that is nowhere", `{"message":"Script error.","filename":"","lineno":0,"colno":0}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []event.Frame
			if x := normalise(t, tc.in).Thrown(); x != nil {
				got = x.Frames
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCausesInAStackAreExceptions(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"message":"a","stack":"Error: a\n at f (a.js:1:2)\nCaused by: TypeError: b\n at g (a.js:3:4)","handled":false}`)
	no := false
	want := []event.Exception{
		{Type: "TypeError", Value: "b", Frames: []event.Frame{frame("g", 3, 4)}},
		{Type: "Error", Value: "a", Frames: []event.Frame{frame("f", 1, 2)}, Mechanism: &event.Mechanism{Type: "generic", Handled: &no}},
	}
	if diff := cmp.Diff(want, e.Exceptions); diff != "" {
		t.Error(diff)
	}
	if e.Handled == nil || *e.Handled {
		t.Error("the event is not unhandled")
	}
}

func TestHandledMayComeAsText(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, tc := range []struct {
		in   string
		want *bool
	}{
		{`false`, &no}, {`true`, &yes}, {`"false"`, &no}, {`"true"`, &yes}, {`0`, &no}, {`"1"`, &yes}, {`null`, nil}, {`""`, nil}, {`"maybe"`, nil}, {`{}`, nil}, {`[true]`, nil},
	} {
		t.Run(tc.in, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, `{"message":"m","handled":`+tc.in+`}`)
			if diff := cmp.Diff(tc.want, e.Handled); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheOtherMembersAreRead(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"id":"x","ts":1795280632066,"message":"m","level":"warn","url":"https://shop.test/p","release":7,"environment":"prod",
		"user":42,"tags":[["b","2"],{"key":"a","value":true}],"breadcrumbs":[{"message":"c","timestamp":1795280631}],"meta":{"k":1},
		"fingerprint":["x",1],"platform":"node","transaction":"/p","logger":"l","dist":"d","sdk":"mine/1.0","contexts":{"c":1},
		"extra":{"e":1},"request":{"method":"GET"},"unknown":{"kept":"\u0000"},"cart\n":null,"other":[1]}`)
	want := &event.Event{
		ID: e.ID, ProjectID: 7, Received: e.Received, Occurred: time.UnixMilli(1795280632066).UTC(), Protocol: event.Native,
		Level: event.Warning, Message: "m", Transaction: "/p", Logger: "l", Platform: "node", Release: "7", Dist: "d", Environment: "prod",
		URL: "https://shop.test/p", Exceptions: []event.Exception{}, Tags: event.Tags{{Key: "a", Value: "true"}, {Key: "b", Value: "2"}},
		User: &event.User{ID: "42"}, Request: &event.Request{Method: "GET"}, SDK: &event.SDK{Name: "mine", Version: "1.0"},
		Contexts: json.RawMessage(`{"c":1}`), Meta: json.RawMessage(`{"k":1}`), Fingerprint: []string{"x", "1"},
		Extra: json.RawMessage("{\"e\":1,\"unknown\":{\"kept\":\"\uFFFD\"},\"other\":[1]}"),
	}
	crumb := time.Unix(1795280631, 0).UTC()
	want.Breadcrumbs = []event.Breadcrumb{{Message: "c", Time: &crumb}}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsMissingComesFromTheRequest(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"message":"m","user":{"ip_address":"{{auto}}"},"extra":"text","one":1}`)
	if e.Release != "query@1" || e.Environment != "query" || e.URL != "https://shop.test/" || e.User.IPAddress != "192.0.2.7" || !e.Occurred.Equal(e.Received) {
		t.Errorf("got %q %q %q %v %v", e.Release, e.Environment, e.URL, e.User, e.Occurred)
	}
	if got, want := string(e.Extra), `{"extra":"text","one":1}`; got != want {
		t.Errorf("extra is %s, want %s", got, want)
	}
	if e.Level != event.Error || e.Platform != "javascript" {
		t.Errorf("got %v on %s", e.Level, e.Platform)
	}
}

func TestWhatIsNoObjectIsInvalid(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "[]", "5", "{", `{"a":NaN}`} {
		if _, err := Normalise(record(raw)); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%q: %v", raw, err)
		}
		if _, err := NormaliseLog(record(raw)); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%q as a log: %v", raw, err)
		}
	}
}

// FuzzNative holds Split and Normalise to their promises for any body.
func FuzzNative(f *testing.F) {
	for _, s := range []string{
		`{"type":"error","message":"native beacon","stack":"Error: native beacon\n    at http://localhost:9101/assets/app.js:1:1","ts":1795280632066}`,
		`[{"tags":[["a",1],{"key":"b","value":null}],"user":5},{"stack":[{"fn":"f"},{}],"extra":{ },"x":1}]`,
		"{\"message\":\"\\u0000\\ud800\"}\r\n{\"breadcrumbs\":{\"values\":[{},\"x\"]},\"request\":{\"headers\":[[\"a\",[\"b\"]]]}}",
		`{"message":"a","stack":"Error: a\n at eval (eval at f (a.js:1:2), <anonymous>:1:1)\nCaused by: b\n at Array.map (<anonymous>)\n\u0000[cause]: \ud800"}`,
		`{"message":"m","handled":false,"causes":[{"stack":"E: m\n at f (a.js:1:2)","source":"errors[0]"},{"parent":1},3,{"parent":-1}]}`,
		`{"content":"c","meta":{"level":1,"user":{"ip_address":"{{auto}}"}}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := Split(body)
		if (err == nil) != (len(events) > 0) {
			t.Fatalf("%d events and %v", len(events), err)
		}
		for _, raw := range events {
			if jsonx.Check(raw) != nil {
				t.Fatalf("%q is not checked JSON", raw)
			}
			ReadHead(raw)
			CheckLog(raw)
			for _, read := range []func(*pack.Record) (*event.Event, error){Normalise, NormaliseLog} {
				e, err := read(&pack.Record{Raw: raw, Received: time.Unix(1e9, 0), IP: "192.0.2.7"})
				if err != nil {
					t.Fatal(err)
				}
				eventtest.Check(t, e)
			}
		}
	})
}
