package faro

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
	"github.com/trivetlabs/trivet/pkg/pack"
)

func record(raw string) *pack.Record {
	received := time.Date(2026, 11, 21, 19, 0, 0, 0, time.UTC)
	return &pack.Record{
		ID: event.NewID(received), Project: 7, Received: received, Protocol: "faro", IP: "192.0.2.7", SDK: "faro-web/2.12.1", Raw: []byte(raw),
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

func frame(function, filename string, line, column int) event.Frame {
	return event.Frame{Function: function, Filename: filename, Line: line, Column: column}
}

func TestAllOfMetaIsRead(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"meta":{"sdk":{"name":"faro-web","version":"2.12.1","integrations":[{"name":"errors","version":"2.12.1"},{"name":"console"}]},
		"app":{"name":"shop-web","namespace":"shop","version":"1.4.2","release":"3f9a0c1d","environment":"production"},
		"user":{"id":"u-17","email":"ada@example.com","username":"ada","fullName":"Ada L","attributes":{"plan":"pro"}},
		"browser":{"name":"Konqueror","version":"25.12.1","os":"Linux unknown","userAgent":"unknown","brands":"unknown"},
		"os":{"name":"Debian","version":"13"},"device":{"model_name":"Pixel 8"},"page":{"id":"/orders/:id","url":"https://shop.test/orders/7","attributes":{"a":"b"}},
		"session":{"id":"s"},"k6":{"isK6Browser":true},"odd":5},
		"exception":{"type":"T","value":"v","timestamp":"2026-11-21T17:03:10.4351239Z","trace":{"trace_id":"0af7","span_id":"b7ad"},
		"action":{"name":"pay"},"context":{"orderId":"77\u0000"},"stacktrace":{"frames":[{"function":"f","filename":"a.js","lineno":1,"colno":2},{"function":"g","filename":"b.js"}]}}}`)
	want := &event.Event{
		ID: e.ID, ProjectID: 7, Received: e.Received, Occurred: time.Date(2026, 11, 21, 17, 3, 10, 435123e3, time.UTC), Protocol: event.Faro,
		Level: event.Error, Type: "T", Message: "v", Transaction: "/orders/:id", Platform: "javascript", Release: "3f9a0c1d", Environment: "production",
		URL: "https://shop.test/orders/7", Browser: "Konqueror 25", OS: "Debian 13", Device: "Pixel 8", Breadcrumbs: []event.Breadcrumb{},
		Exceptions: []event.Exception{{Type: "T", Value: "v", Frames: []event.Frame{frame("g", "b.js", 0, 0), frame("f", "a.js", 1, 2)}}},
		Tags:       event.Tags{{Key: "app_name", Value: "shop-web"}, {Key: "app_namespace", Value: "shop"}, {Key: "app_version", Value: "1.4.2"}},
		User:       &event.User{ID: "u-17", Email: "ada@example.com", Username: "ada", Name: "Ada L", Data: json.RawMessage(`{"plan":"pro"}`)},
		SDK:        &event.SDK{Name: "faro-web", Version: "2.12.1", Integrations: []string{"errors", "console"}},
		Extra:      json.RawMessage("{\"orderId\":\"77\uFFFD\"}"),
		Contexts: json.RawMessage(`{"trace":{"trace_id":"0af7","span_id":"b7ad"},"action":{"name":"pay"},"faro":{` +
			`"app":{"name":"shop-web","namespace":"shop","version":"1.4.2","release":"3f9a0c1d","environment":"production"},` +
			`"browser":{"name":"Konqueror","version":"25.12.1","os":"Linux unknown","userAgent":"unknown","brands":"unknown"},` +
			`"os":{"name":"Debian","version":"13"},"device":{"model_name":"Pixel 8"},"page":{"id":"/orders/:id","url":"https://shop.test/orders/7","attributes":{"a":"b"}},` +
			`"session":{"id":"s"},"k6":{"isK6Browser":true}}}`),
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
}

func TestWhatMetaLeavesOutComesFromTheRequest(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"exception":{"value":"v"}}`)
	if e.URL != "https://shop.test/" || e.Release != "query@1" || e.Environment != "query" || e.SDK.Name != "faro-web" || !e.Occurred.Equal(e.Received) {
		t.Errorf("got %q %q %q %v %v", e.URL, e.Release, e.Environment, e.SDK, e.Occurred)
	}
	if e.User != nil || e.Request != nil || e.Contexts != nil || e.Extra != nil {
		t.Errorf("got %v %v %s %s", e.User, e.Request, e.Contexts, e.Extra)
	}
}

func TestTheUserAgentIsThatOfThePage(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"meta":{"browser":{"userAgent":"Mozilla/5.0 (X11)","os":"Linux unknown","name":"unknown","version":"unknown"},"page":{"url":"https://shop.test/p"}},"exception":{}}`)
	want := &event.Request{URL: "https://shop.test/p", Headers: [][2]string{{"User-Agent", "Mozilla/5.0 (X11)"}}}
	if diff := cmp.Diff(want, e.Request); diff != "" || e.OS != "Linux" || e.Browser != "" {
		t.Errorf("browser %q, os %q\n%s", e.Browser, e.OS, diff)
	}
}

func TestTransactionIsTheViewOrTheRoute(t *testing.T) {
	t.Parallel()
	for meta, want := range map[string]string{
		`{"view":{"name":"cart"},"page":{"id":"/cart"}}`:    "cart",
		`{"view":{"name":"default"},"page":{"id":"/cart"}}`: "/cart",
		`{"view":{"name":{}},"page":{"id":["x"]}}`:          "",
		`{}`: "",
	} {
		if e := normalise(t, `{"meta":`+meta+`,"exception":{}}`); e.Transaction != want {
			t.Errorf("%s: got %q, want %q", meta, e.Transaction, want)
		}
	}
}

func TestAnAnonymousVisitorIsTheirHash(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]string{
		`{"hash":"9f86"}`:              "id:9f86",
		`{"id":"u","hash":"9f86"}`:     "id:u",
		`{"id":7}`:                     "id:7",
		`{"roles":"admin"}`:            "",
		`"ada"`:                        "",
		`{"id":"unknown","email":"a"}`: "email:a",
	} {
		if e := normalise(t, `{"meta":{"user":`+user+`},"exception":{}}`); e.User.Key() != want {
			t.Errorf("%s: got %q, want %q", user, e.User.Key(), want)
		}
	}
}

func TestHandledIsToldByFewErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, exception, handled, mechanism string
		level                               event.Level
	}{
		{"any error", `{"type":"TypeError","value":"x"}`, "null", "", event.Error},
		{"a fatal one", `{"type":"TypeError","value":"x","fatal":true}`, "false", "generic", event.Fatal},
		{"one that is not", `{"type":"TypeError","value":"x","fatal":false}`, "null", "", event.Error},
		{"a rejection with a text", `{"type":"UnhandledRejection","value":"Non-Error promise rejection captured with value: x"}`, "false", "onunhandledrejection", event.Error},
		{"the console", `{"type":"Error","value":"console.error: x"}`, "true", "console", event.Error},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, `{"exception":`+tc.exception+`}`)
			handled, _ := json.Marshal(e.Handled)
			mechanism := ""
			if m := e.Thrown().Mechanism; m != nil {
				mechanism = m.Type
			}
			if string(handled) != tc.handled || mechanism != tc.mechanism || e.Level != tc.level {
				t.Errorf("handled %s by %q, level %s", handled, mechanism, e.Level)
			}
		})
	}
}

func TestACauseIsAnExceptionWhereItIsAnError(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, cause string
		want        []event.Exception
	}{
		{"an error", `"Error: socket closed"`, []event.Exception{{Type: "Error", Value: "socket closed", Frames: []event.Frame{}}}},
		{"of a class", `"NotFound: no cart"`, []event.Exception{{Type: "NotFound", Value: "no cart", Frames: []event.Frame{}}}},
		{"without a message", `"TypeError"`, []event.Exception{{Type: "TypeError", Frames: []event.Frame{}}}},
		{"an object", `"{\"code\":7}"`, nil},
		{"a text", `"timeout: 30 s"`, nil},
		{"no text", `{"a":1}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, `{"exception":{"type":"T","value":"v","context":{"cause":`+tc.cause+`}}}`)
			want := append(tc.want, event.Exception{Type: "T", Value: "v", Frames: []event.Frame{}})
			if diff := cmp.Diff(want, e.Exceptions); diff != "" || e.Type != "T" || !strings.Contains(string(e.Extra), `"cause":`) {
				t.Errorf("%s, extra %s\n%s", e.Type, e.Extra, diff)
			}
		})
	}
}

func TestTheConsolesOwnFramesAreNotOfTheApp(t *testing.T) {
	t.Parallel()
	for _, own := range []string{"console.<computed> [as error]", "console.error", "patch/console[level]", "console[e]"} {
		e := normalise(t, `{"exception":{"type":"Error","value":"console.error: x","stacktrace":{"frames":[
			{"function":"n","filename":"faro.js"},{"function":"`+own+`","filename":"faro.js"},{"function":"pay","filename":"app.js"}]}}}`)
		var got []string
		for _, f := range e.Thrown().Frames {
			if f.InApp == nil || *f.InApp {
				got = append(got, f.Function)
			}
		}
		if diff := cmp.Diff([]string{"pay"}, got); diff != "" {
			t.Errorf("%s: %s", own, diff)
		}
	}
	e := normalise(t, `{"exception":{"value":"x","stacktrace":{"frames":[{"function":"consoleless"},{"function":"console.error"}]}}}`)
	if f := e.Thrown().Frames; f[0].InApp != nil || f[1].InApp != nil {
		t.Error("frames of an error that is not the console's are marked")
	}
}

func TestALogIsAMessage(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"meta":{"app":{"name":"a"}},"log":{"message":"payment failed","level":"error","context":{"items":"3"},"timestamp":"2026-11-21T17:03:17.479Z","trace":{"trace_id":"1"}}}`)
	if e.Message != "payment failed" || e.Type != "" || len(e.Exceptions) != 0 || e.Level != event.Error || e.Handled != nil {
		t.Errorf("got %+v", e)
	}
	if string(e.Extra) != `{"items":"3"}` || string(e.Contexts) != `{"trace":{"trace_id":"1"},"faro":{"app":{"name":"a"}}}` || e.Occurred.Second() != 17 {
		t.Errorf("got %s %s %v", e.Extra, e.Contexts, e.Occurred)
	}
	if e := normalise(t, `{"log":{"message":"m","level":"critical"}}`); e.Level != event.Fatal {
		t.Errorf("level is %s", e.Level)
	}
}

func TestAConsoleErrorSentAsALogIsAnException(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"log":{"message":"console.error: no cart","level":"error","context":{"value":"no cart","type":"TypeError",
		"stackFrames":"{\"filename\":\"a.js\",\"function\":\"f\",\"lineno\":1,\"colno\":2} {\"filename\":\"b.js\",\"function\":\"g\"} x"}}}`)
	yes := true
	want := []event.Exception{{
		Type: "TypeError", Value: "console.error: no cart", Mechanism: &event.Mechanism{Type: "console", Handled: &yes},
		Frames: []event.Frame{frame("g", "b.js", 0, 0), frame("f", "a.js", 1, 2)},
	}}
	if diff := cmp.Diff(want, e.Exceptions); diff != "" || e.Type != "TypeError" || e.Handled == nil || !*e.Handled {
		t.Errorf("%s %v\n%s", e.Type, e.Handled, diff)
	}
	if e := normalise(t, `{"log":{"message":"console.error: plain","level":"error","context":{"value":"plain","type":"","stackFrames":""}}}`); len(e.Exceptions) != 0 {
		t.Errorf("a text is %v", e.Exceptions)
	}
}

func TestWhatIsNoObjectIsInvalid(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "[]", "5", "{", `{"a":NaN}`} {
		if _, err := Normalise(record(raw)); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func BenchmarkNormalise(b *testing.B) {
	rec := record(`{"meta":{"sdk":{"name":"faro-web","version":"2.12.1"},"app":{"name":"shop-web","version":"1.4.2","environment":"production"},"user":{"id":"u-17","email":"ada@example.com","username":"ada","attributes":{"plan":"pro"}},"browser":{"name":"Chrome Headless","version":"156.0.0.0","os":"Linux unknown","userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36","language":"en-US","mobile":false,"brands":[{"brand":"Not:A-Brand","version":"8"},{"brand":"Chromium","version":"156"}],"viewportWidth":"1280","viewportHeight":"720"},"os":{"name":"Linux"},"page":{"url":"https://shop.test/checkout?step=2"},"session":{"id":"CZ8dXcuCTQ"}},"exception":{"type":"TypeError","value":"Cannot read properties of undefined (reading 'length')","timestamp":"2026-11-21T17:03:10.435Z","stacktrace":{"frames":[{"filename":"https://shop.test/assets/app.js","function":"renderTotal","lineno":2,"colno":21},{"filename":"https://shop.test/assets/app.js","function":"checkout","lineno":5,"colno":3},{"filename":"https://shop.test/assets/app.js","function":"?","lineno":7,"colno":1}]}}}`)
	b.ReportAllocs()
	b.SetBytes(int64(len(rec.Raw)))
	for b.Loop() {
		if _, err := Normalise(rec); err != nil {
			b.Fatal(err)
		}
	}
}
