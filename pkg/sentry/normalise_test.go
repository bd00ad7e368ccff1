package sentry

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
	"github.com/trivetlabs/trivet/pkg/pack"
)

// everything holds each member in one of its rarer forms.
const everything = `{"event_id":"44447d3a5cbd4aa4b01733e2818a4098","timestamp":"2026-11-21T17:16:37.75784584Z","platform":"go","level":"critical",
	"logger":"l","culprit":"/route","server_name":"s","release":"r@1","dist":7,"environment":"prod","logentry":{"message":"hello %s","params":["x"]},
	"exception":[{"type":"A","value":{"code":1},"mechanism":{"type":"chained","source":"cause","parent_id":0,"exception_id":1}},
	{"type":"B","value":"b","module":"m","stacktrace":{"frames":[{"function":"f","filename":"a.go","lineno":"3","abs_path":"/a.go","in_app":true,
	"pre_context":["1"],"context_line":"2","post_context":["3"],"vars":{"x":1}}]},"mechanism":{"type":"generic","handled":true,"exception_id":0}}],
	"breadcrumbs":{"values":[{"timestamp":1795280259.451,"type":"http","category":"fetch","level":"info","message":"m","data":{"url":"/x"}}]},
	"request":{"url":"https://shop.test/p","method":"GET","query_string":[["a","1"]],"headers":{"Accept":["x","y"],"X":1},"cookies":"a=b","data":{"d":1},"env":{}},
	"user":{"id":17,"email":"ada@example.com","ip_address":"203.0.113.9","geo":{"city":"X"},"data":{"k":1}},
	"tags":[["b",2],{"key":"a","value":true},null,["c",null]],"extra":{"e":"\u0000"},"contexts":{"os":{"name":"linux"}},"modules":{"m":"1"},
	"debug_meta":{"images":[]},"fingerprint":["{{ default }}",1,true,null],"sdk":{"name":"sentry.go","version":"0.50.0","integrations":["I"],"settings":{"infer_ip":"never"}}}`

func record(raw string) *pack.Record {
	received := time.Date(2026, 11, 21, 19, 0, 0, 0, time.UTC)
	return &pack.Record{
		ID: event.NewID(received), Project: 7, Received: received, Protocol: "sentry", IP: "192.0.2.7", SDK: "raven-js/3.27.2", Raw: []byte(raw),
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

func ptr[T any](v T) *T { return &v }

func TestNormaliseReadsEverything(t *testing.T) {
	t.Parallel()
	got := normalise(t, everything)
	want := &event.Event{
		ID: got.ID, ProjectID: 7, Received: got.Received, Occurred: time.Date(2026, 11, 21, 17, 16, 37, 757845000, time.UTC), Protocol: event.Sentry,
		Level: event.Fatal, Type: "B", Message: "b", Handled: ptr(true), Transaction: "/route", Logger: "l", Platform: "go", Release: "r@1",
		Dist: "7", Environment: "prod", ServerName: "s", URL: "https://shop.test/p",
		Exceptions: []event.Exception{
			{Type: "A", Value: `{"code":1}`, Frames: []event.Frame{}, Mechanism: &event.Mechanism{Type: "chained", Source: "cause", ParentID: ptr(0), ExceptionID: ptr(1)}},
			{Type: "B", Value: "b", Module: "m", Mechanism: &event.Mechanism{Type: "generic", Handled: ptr(true), ExceptionID: ptr(0)}, Frames: []event.Frame{{
				Function: "f", Filename: "a.go", AbsPath: "/a.go", Line: 3, InApp: ptr(true), PreContext: []string{"1"}, ContextLine: "2", PostContext: []string{"3"},
				Vars: json.RawMessage(`{"x":1}`),
			}}},
		},
		Breadcrumbs: []event.Breadcrumb{{
			Time: ptr(time.Date(2026, 11, 21, 16, 57, 39, 451000000, time.UTC)), Type: "http", Category: "fetch", Level: "info", Message: "m", Data: json.RawMessage(`{"url":"/x"}`),
		}},
		Tags: event.Tags{{Key: "a", Value: "true"}, {Key: "b", Value: "2"}},
		User: &event.User{ID: "17", Email: "ada@example.com", IPAddress: "203.0.113.9", Geo: json.RawMessage(`{"city":"X"}`), Data: json.RawMessage(`{"k":1}`)},
		Request: &event.Request{
			URL: "https://shop.test/p", Method: "GET", Query: json.RawMessage(`[["a","1"]]`), Headers: [][2]string{{"Accept", "x, y"}, {"X", "1"}},
			Cookies: json.RawMessage(`"a=b"`), Data: json.RawMessage(`{"d":1}`), Env: json.RawMessage(`{}`),
		},
		SDK:      &event.SDK{Name: "sentry.go", Version: "0.50.0", Integrations: []string{"I"}},
		Contexts: json.RawMessage(`{"os":{"name":"linux"}}`), Extra: json.RawMessage("{\"e\":\"\uFFFD\"}"), Modules: json.RawMessage(`{"m":"1"}`),
		DebugMeta: json.RawMessage(`{"images":[]}`), Fingerprint: []string{"{{ default }}", "1", "true"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTypeAndMessageComeFromTheThrownException(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, typ, message string }{
		{"the last of a chain", `{"exception":{"values":[{"type":"Cause","value":"c"},{"type":"Thrown","value":"t"}]},"message":"m"}`, "Thrown", "t"},
		{"a bare list", `{"exception":[{"type":"A","value":"a"}]}`, "A", "a"},
		{"one object", `{"exception":{"type":"A","value":"a"}}`, "A", "a"},
		{"one object as values", `{"exception":{"values":{"type":"A","value":"a"}}}`, "A", "a"},
		{"a text", `{"exception":"a"}`, "", "a"},
		{"an old name", `{"sentry.interfaces.Exception":{"values":[{"type":"A","value":"a"}]}}`, "A", "a"},
		{"a value of any type", `{"exception":[{"type":"A","value":[1,null]}]}`, "A", "[1,null]"},
		{"an empty value", `{"exception":[{"type":"A","value":""}],"message":"m"}`, "A", "m"},
		{"no type, as captureMessage of v11", `{"exception":{"values":[{"value":"slow","mechanism":{"synthetic":true}}]},"message":"slow"}`, "", "slow"},
		{"no exception", `{"message":"m"}`, "", "m"},
		{"an empty exception", `{"exception":{"values":[]},"message":"m"}`, "", "m"},
		{"null exceptions", `{"exception":{"values":[null,{}]},"message":"m"}`, "", "m"},
		{"a message object", `{"message":{"message":"hi %s","params":["x"],"formatted":"hi y"}}`, "", "hi y"},
		{"a template", `{"message":{"message":"hi %s, {} 100%","params":["x",2]}}`, "", "hi x, 2 100%"},
		{"a named template stays", `{"logentry":{"message":"hi %(name)s","params":{"name":"x"}}}`, "", "hi %(name)s"},
		{"logentry beats message", `{"message":"short","logentry":{"formatted":"long"}}`, "", "long"},
		{"logentry beats message in any order", `{"logentry":{"formatted":"long"},"message":"short"}`, "", "long"},
		{"an old message", `{"sentry.interfaces.Message":{"message":"m"}}`, "", "m"},
		{"NUL and lone surrogates", `{"message":"a\u0000b\ud800c"}`, "", "a\uFFFDb\uFFFDc"},
		{"NaN of an old client", `{"message":"m","extra":{"x":NaN,"y":-Infinity}}`, "", "m"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, tc.in)
			if e.Type != tc.typ || e.Message != tc.message {
				t.Errorf("got %q, %q, want %q, %q", e.Type, e.Message, tc.typ, tc.message)
			}
		})
	}
}

func TestHandledIsFalseIfAnyMechanismSaysSo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in string
		want     *bool
	}{
		{"on the root cause", `[{"value":"a","mechanism":{"handled":false}},{"value":"b","mechanism":{"handled":true}}]`, ptr(false)},
		{"on the thrown one", `[{"value":"a","mechanism":{"handled":true}},{"value":"b","mechanism":{"handled":false}}]`, ptr(false)},
		{"only true", `[{"value":"a"},{"value":"b","mechanism":{"handled":true}}]`, ptr(true)},
		{"null", `[{"value":"b","mechanism":{"handled":null}}]`, nil},
		{"nothing", `[{"value":"b"}]`, nil},
		{"a mechanism beside the values", `{"values":[{"value":"a"},{"value":"b"}],"mechanism":{"handled":false,"type":"instrument"}}`, ptr(false)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, `{"exception":`+tc.in+`}`)
			if diff := cmp.Diff(tc.want, e.Handled); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAStackBesideTheExceptionsFindsItsPlace(t *testing.T) {
	t.Parallel()
	const stack = `{"frames":[{"function":"f"}]}`
	for _, tc := range []struct {
		name, in, exceptions, alone string
	}{
		{"a stack of its own", `{"exception":[{"value":"a","stacktrace":` + stack + `}],"stacktrace":{"frames":[{"function":"x"}]}}`, "f", ""},
		{"one exception without", `{"exception":[{"value":"a"}],"stacktrace":` + stack + `}`, "f", ""},
		{"several exceptions without", `{"exception":[{"value":"a"},{"value":"b"}],"stacktrace":` + stack + `}`, "", "f"},
		{"a raw stack where there is no other", `{"exception":[{"value":"a","stacktrace":null,"raw_stacktrace":` + stack + `}]}`, "f", ""},
		{"an old name", `{"sentry.interfaces.Stacktrace":` + stack + `}`, "", "f"},
		{"the only thread", `{"threads":[{"stacktrace":` + stack + `}]}`, "", "f"},
		{"the thread that crashed", `{"threads":{"values":[{"current":true,"stacktrace":{"frames":[{"function":"x"}]}},{"crashed":true,"stacktrace":` + stack + `}]}}`, "", "f"},
		{"the current thread", `{"threads":[{"stacktrace":{"frames":[{"function":"x"}]}},{"current":true,"stacktrace":` + stack + `}]}`, "", "f"},
		{"no thread of several", `{"threads":[{"stacktrace":{"frames":[{"function":"x"}]}},{"stacktrace":` + stack + `}]}`, "", ""},
		{"threads beside an exception's stack", `{"exception":[{"value":"a","stacktrace":` + stack + `}],"threads":[{"stacktrace":{"frames":[{"function":"x"}]}}]}`, "f", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, tc.in)
			names := func(frames []event.Frame) (s string) {
				for _, f := range frames {
					s += f.Function
				}
				return s
			}
			exceptions := ""
			for _, x := range e.Exceptions {
				exceptions += names(x.Frames)
			}
			if exceptions != tc.exceptions || names(e.Frames) != tc.alone {
				t.Errorf("got %q and %q, want %q and %q", exceptions, names(e.Frames), tc.exceptions, tc.alone)
			}
		})
	}
}

func TestTheVisitorsAddressIsKeptOnlyWhereItMayBe(t *testing.T) {
	t.Parallel()
	const sdk = `"sdk":{"name":"n","version":"1","settings":{"infer_ip":"%s"}}`
	auto, never, odd := fmt.Sprintf(sdk, "auto"), fmt.Sprintf(sdk, "never"), fmt.Sprintf(sdk, "later")
	for _, tc := range []struct{ name, in, want string }{
		{"auto without a user", `{"platform":"javascript",` + auto + `}`, "192.0.2.7"},
		{"auto of another platform", `{"platform":"node",` + auto + `}`, "192.0.2.7"},
		{"auto beside an own address", `{"user":{"ip_address":"203.0.113.9"},` + auto + `}`, "203.0.113.9"},
		{"never without a user", `{"platform":"javascript",` + never + `}`, ""},
		{"never, though asked", `{"user":{"ip_address":"{{auto}}"},` + never + `}`, ""},
		{"never, but the client's own", `{"user":{"ip_address":"203.0.113.9"},` + never + `}`, "203.0.113.9"},
		{"a setting of the future", `{"platform":"javascript","user":{"ip_address":"{{auto}}"},` + odd + `}`, ""},
		{"an old browser SDK", `{"platform":"javascript"}`, "192.0.2.7"},
		{"an old server SDK", `{"platform":"python"}`, ""},
		{"an old server SDK that asks", `{"platform":"python","user":{"ip_address":"{{auto}}"}}`, "192.0.2.7"},
		{"no address at all", `{"platform":"python","user":{"ip_address":"unknown"}}`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if u := normalise(t, tc.in).User; u != nil {
				got = u.IPAddress
				if u.Key() == "" {
					t.Errorf("an empty user stayed")
				}
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestTheOtherTraps(t *testing.T) {
	t.Parallel()
	crumb := func(e *event.Event) string { return e.Breadcrumbs[0].Message }
	for _, tc := range []struct {
		name, in string
		got      func(*event.Event) string
		want     string
	}{
		{"no level", `{}`, func(e *event.Event) string { return e.Level.String() }, "error"},
		{"an old level", `{"level":"log"}`, func(e *event.Event) string { return e.Level.String() }, "info"},
		{"a level of Python", `{"level":30}`, func(e *event.Event) string { return e.Level.String() }, "warning"},
		{"an unknown level", `{"level":"loud"}`, func(e *event.Event) string { return e.Level.String() }, "error"},
		{"no platform", `{}`, func(e *event.Event) string { return e.Platform }, "other"},
		{"breadcrumbs as a list", `{"breadcrumbs":[{"message":"m"}]}`, crumb, "m"},
		{"breadcrumbs as values", `{"breadcrumbs":{"values":[{"message":"m"}]}}`, crumb, "m"},
		{"a breadcrumb alone", `{"breadcrumbs":{"message":"m"}}`, crumb, "m"},
		{"breadcrumbs by their old name", `{"sentry.interfaces.Breadcrumbs":{"values":[{"message":{"a":1}}]}}`, crumb, `{"a":1}`},
		{"tags as an object", `{"tags":{"n":3,"null":null,"o":{"x":1}}}`, func(e *event.Event) string { return fmt.Sprint(e.Tags) }, `[{n 3} {o {"x":1}}]`},
		{"tags as pairs", `{"tags":[["n",3],["n",4],["alone"],[]]}`, func(e *event.Event) string { return fmt.Sprint(e.Tags) }, "[{n 4}]"},
		{"headers as pairs", `{"request":{"headers":[["A","1"],["A","2"]]}}`, func(e *event.Event) string { return fmt.Sprint(e.Request.Headers) }, "[[A 1] [A 2]]"},
		{"a request by its old name", `{"sentry.interfaces.Http":{"url":"https://a.test/"}}`, func(e *event.Event) string { return e.URL }, "https://a.test/"},
		{"no page", `{"request":{"method":"GET"}}`, func(e *event.Event) string { return e.URL }, "https://shop.test/"},
		{"a user by its old name", `{"sentry.interfaces.User":{"id":5}}`, func(e *event.Event) string { return e.User.Key() }, "id:5"},
		{"a checksum", `{"checksum":"abc"}`, func(e *event.Event) string { return strings.Join(e.Fingerprint, "|") }, "abc"},
		{"a fingerprint alone", `{"fingerprint":"abc","checksum":"d"}`, func(e *event.Event) string { return strings.Join(e.Fingerprint, "|") }, "abc"},
		{"a release of the query", `{}`, func(e *event.Event) string { return e.Release + " " + e.Environment }, "query@1 query"},
		{"a numeric release", `{"release":1.50}`, func(e *event.Event) string { return e.Release }, "1.50"},
		{"an SDK of the request", `{}`, func(e *event.Event) string { return e.SDK.Name + " " + e.SDK.Version }, "raven-js 3.27.2"},
		{"no timestamp", `{"timestamp":"soon"}`, func(e *event.Event) string { return e.Occurred.Format(time.RFC3339Nano) }, "2026-11-21T19:00:00Z"},
		{"a timestamp without a zone", `{"timestamp":"2026-11-21T17:16:37.5"}`, func(e *event.Event) string { return e.Occurred.Format(time.RFC3339Nano) }, "2026-11-21T17:16:37.5Z"},
		{"a culprit is a transaction", `{"culprit":"c"}`, func(e *event.Event) string { return e.Transaction }, "c"},
		{"a culprit that is a file is none", `{"culprit":"a.js","exception":[{"value":"v","stacktrace":{"frames":[{"filename":"a.js"}]}}]}`, func(e *event.Event) string { return e.Transaction }, ""},
		{"transaction beats culprit", `{"culprit":"c","transaction":"t"}`, func(e *event.Event) string { return e.Transaction }, "t"},
		{"everything of a wrong type", `{"exception":5,"threads":"x","stacktrace":[],"breadcrumbs":7,"request":"x","user":[],"tags":"x","sdk":3,"level":{},"release":[],"message":[]}`, func(e *event.Event) string { return e.Message }, "5"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := tc.got(normalise(t, tc.in)); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestTooMuchIsCutAndNotRefused(t *testing.T) {
	t.Parallel()
	list := func(n int, element string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(element+",", n), ",") + "]"
	}
	var tags strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&tags, `,"t%05d":%d`, i, i)
	}
	e := normalise(t, `{"exception":`+list(1000, `{"type":"A","stacktrace":{"frames":`+list(5, `{"function":"f"}`)+`}}`)+
		`,"breadcrumbs":`+list(10_000, `{"message":"b"}`)+`,"tags":{"first":1`+tags.String()+`},"fingerprint":`+list(1000, `"x"`)+
		`,"threads":`+list(1000, `{"stacktrace":{"frames":[{}]}}`)+`,"extra":{"x":"`+strings.Repeat("x", event.MaxJSON)+`"},"message":"`+strings.Repeat("é", 20_000)+`"}`)
	if len(e.Exceptions) != event.MaxExceptions || len(e.Breadcrumbs) != event.MaxBreadcrumbs || len(e.Tags) != event.MaxTags || len(e.Fingerprint) > event.MaxTags {
		t.Errorf("%d exceptions, %d breadcrumbs, %d tags, %d parts", len(e.Exceptions), len(e.Breadcrumbs), len(e.Tags), len(e.Fingerprint))
	}
	deep := normalise(t, `{"exception":[{"type":"RangeError","stacktrace":{"frames":[{"function":"outer"},`+list(10_000, `{"function":"f"}`)[1:10_000*17]+`,{"function":"inner"}]}}]}`)
	frames := deep.Thrown().Frames
	if n := len(frames); n != event.MaxFrames || frames[0].Function != "outer" || frames[n-1].Function != "inner" {
		t.Errorf("%d frames from %q to %q", n, frames[0].Function, frames[n-1].Function)
	}
}

func TestWhatIsNoObjectIsInvalid(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "[]", "5", "{", `{"a":1}x`, "\x00", strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000)} {
		if _, err := Normalise(record(raw)); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%.20q: %v", raw, err)
		}
	}
}
