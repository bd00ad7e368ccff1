package otlp

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
)

func record(raw string) *pack.Record {
	received := time.Date(2026, 11, 21, 19, 0, 0, 0, time.UTC)
	return &pack.Record{
		ID: event.NewID(received), Project: 7, Received: received, Protocol: "otlp", IP: "192.0.2.7", SDK: "otel/1", Raw: []byte(raw),
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

func TestAllOfARecordIsRead(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop-web"}},{"key":"service.namespace","value":{"stringValue":"shop"}},
		{"key":"service.version","value":{"stringValue":"1.4.2"}},{"key":"deployment.environment","value":{"stringValue":"production"}},{"key":"host.name","value":{"stringValue":"web-1"}},
		{"key":"telemetry.sdk.name","value":{"stringValue":"opentelemetry"}},{"key":"telemetry.sdk.version","value":{"stringValue":"2.12.1"}},{"key":"telemetry.sdk.language","value":{"stringValue":"nodejs"}},
		{"key":"user.id","value":{"stringValue":"of the resource"}}]},
		"scope":{"name":"shop","version":"2"},
		"logRecord":{"timeUnixNano":"1795280590435000999","severityNumber":9,"severityText":"FATAL","eventName":"cart.failed","traceId":"0af7","spanId":"b7ad","flags":1,
		"body":{"stringValue":"order not saved"},"attributes":[{"key":"exception.type","value":{"stringValue":"T"}},{"key":"exception.message","value":{"stringValue":"v"}},
		{"key":"exception.stacktrace","value":{"stringValue":"T: v\n at f (a.js:1:2)\nCaused by: Error: w\n at g (b.js:3:4)"}},{"key":"exception.escaped","value":{"boolValue":false}},
		{"key":"url.full","value":{"stringValue":"https://shop.test/orders"}},{"key":"enduser.id","value":{"stringValue":"u-17"}},{"key":"user.email","value":{"stringValue":"ada@example.com"}},
		{"key":"user.name","value":{"stringValue":"ada"}},{"key":"user.full_name","value":{"stringValue":"Ada L"}},{"key":"user_agent.original","value":{"stringValue":"Mozilla/5.0"}},
		{"key":"order.id","value":{"intValue":"77"}}]}}`)
	yes := true
	want := &event.Event{
		ID: e.ID, ProjectID: 7, Received: e.Received, Occurred: time.Date(2026, 11, 21, 17, 3, 10, 435e6, time.UTC), Protocol: event.OTLP,
		Level: event.Info, Type: "T", Message: "v", Handled: &yes, Logger: "shop", Platform: "node", Release: "1.4.2", Environment: "production",
		ServerName: "web-1", URL: "https://shop.test/orders", Breadcrumbs: []event.Breadcrumb{},
		Exceptions: []event.Exception{
			{Type: "Error", Value: "w", Frames: []event.Frame{{Function: "g", Filename: "b.js", Line: 3, Column: 4}}},
			{Type: "T", Value: "v", Mechanism: &event.Mechanism{Type: "generic", Handled: &yes}, Frames: []event.Frame{{Function: "f", Filename: "a.js", Line: 1, Column: 2}}},
		},
		Tags:    event.Tags{{Key: "event.name", Value: "cart.failed"}, {Key: "service.name", Value: "shop-web"}, {Key: "service.namespace", Value: "shop"}},
		User:    &event.User{ID: "u-17", Email: "ada@example.com", Username: "ada", Name: "Ada L"},
		Request: &event.Request{URL: "https://shop.test/orders", Headers: [][2]string{{"User-Agent", "Mozilla/5.0"}}},
		SDK:     &event.SDK{Name: "opentelemetry", Version: "2.12.1"},
		Extra:   json.RawMessage(`{"order.id":77,"body":"order not saved"}`),
		Contexts: json.RawMessage(`{"trace":{"trace_id":"0af7","span_id":"b7ad"},"resource":{"service.name":"shop-web","service.namespace":"shop",` +
			`"service.version":"1.4.2","deployment.environment":"production","host.name":"web-1","telemetry.sdk.name":"opentelemetry",` +
			`"telemetry.sdk.version":"2.12.1","telemetry.sdk.language":"nodejs","user.id":"of the resource"}}`),
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsMissingComesFromTheRequest(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"logRecord":{"eventName":"exception"}}`)
	if e.URL != "https://shop.test/" || e.Release != "query@1" || e.Environment != "query" || e.SDK.Name != "otel" || !e.Occurred.Equal(e.Received) {
		t.Errorf("got %q %q %q %v %v", e.URL, e.Release, e.Environment, e.SDK, e.Occurred)
	}
	if e.Level != event.Error || e.Platform != "javascript" || len(e.Exceptions) != 0 || e.Contexts != nil || e.Extra != nil || e.User != nil || e.Request != nil {
		t.Errorf("got %+v", e)
	}
}

func TestTypeAndMessageComeFromWhatThereIs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, typ, value, stack, body, wantType, wantMessage, wantExtra string
	}{
		{"all", "T", "v", "T: v\n at f (a.js:1:2)", "", "T", "v", ""},
		{"the stack alone", "", "", "RangeError: deep\n at f (a.js:1:2)", "", "RangeError", "deep", ""},
		{"a thrown text", "", "plain", "", "", "", "plain", ""},
		{"what browsers tell of an error of the window", "", "Uncaught TypeError: x", "", "", "TypeError", "x", ""},
		{"the code of a DOMException", "20", "aborted", "AbortError: aborted\n at f (a.js:1:2)", "", "AbortError", "aborted", ""},
		{"the code of Node", "ECONNRESET", "socket hang up", "Error: socket hang up\n at f (a.js:1:2)", "", "ECONNRESET", "socket hang up", ""},
		{"a code alone", "20", "aborted", "", "", "20", "aborted", ""},
		{"a body beside a message", "T", "v", "", "order 7 failed", "T", "v", `{"body":"order 7 failed"}`},
		{"the same body", "T", "v", "", "v", "T", "v", ""},
		{"a body instead of a message", "T", "", "", "order 7 failed", "T", "order 7 failed", ""},
		{"a stack of another language", "T", "v", "File \"x.py\", line 7", "", "T", "v", `{"exception.stacktrace":"File \"x.py\", line 7"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			value := func(s string) string {
				if s == "" {
					return `{}` // what exporters write for undefined
				}
				return `{"stringValue":` + string(jsonx.AppendString(nil, s)) + `}`
			}
			e := normalise(t, `{"logRecord":{"body":`+value(tc.body)+`,"attributes":[{"key":"exception.type","value":`+value(tc.typ)+`},
				{"key":"exception.message","value":`+value(tc.value)+`},{"key":"exception.stacktrace","value":`+value(tc.stack)+`}]}}`)
			if e.Type != tc.wantType || e.Message != tc.wantMessage || string(e.Extra) != tc.wantExtra {
				t.Errorf("got %q, %q, %s", e.Type, e.Message, e.Extra)
			}
			if x := e.Thrown(); x == nil || x.Type != e.Type || x.Value != e.Message {
				t.Errorf("thrown is %v", x)
			}
		})
	}
}

func TestSeverityIsTheLevel(t *testing.T) {
	t.Parallel()
	for severity, want := range map[string]event.Level{
		`"severityNumber":1`: event.Debug, `"severityNumber":8`: event.Debug, `"severityNumber":9`: event.Info, `"severityNumber":16`: event.Warning,
		`"severityNumber":17`: event.Error, `"severityNumber":24`: event.Fatal, `"severityNumber":25`: event.Error, `"severityNumber":"13"`: event.Warning,
		`"severityText":"WARN2"`: event.Warning, `"severityText":"terrible"`: event.Error, `"severityNumber":0,"severityText":"info"`: event.Info, `"a":1`: event.Error,
	} {
		if e := normalise(t, `{"logRecord":{`+severity+`}}`); e.Level != want {
			t.Errorf("%s: got %s, want %s", severity, e.Level, want)
		}
	}
}

func TestHandledIsToldOrKnownByTheInstrumentation(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, scope, attribute, want string }{
		{"not told", "shop", `{}`, "null"},
		{"escaped", "shop", `{"key":"exception.escaped","value":{"boolValue":true}}`, "false"},
		{"not escaped", "shop", `{"key":"exception.escaped","value":{"boolValue":false}}`, "true"},
		{"told by name", "shop", `{"key":"exception.handled","value":{"boolValue":true}}`, "true"},
		{"told as a text", "shop", `{"key":"exception.handled","value":{"stringValue":"true"}}`, "null"},
		{"seen by the window", "@opentelemetry/instrumentation-web-exception", `{}`, "false"},
		{"seen by the window, in the newer package", "@opentelemetry/browser-instrumentation/errors", `{}`, "false"},
		{"told beats known", "@opentelemetry/instrumentation-web-exception", `{"key":"exception.handled","value":{"boolValue":true}}`, "true"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, `{"scope":{"name":"`+tc.scope+`"},"logRecord":{"attributes":[{"key":"exception.type","value":{"stringValue":"T"}},`+tc.attribute+`]}}`)
			if got, _ := json.Marshal(e.Handled); string(got) != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if m := e.Thrown().Mechanism; (m != nil) != (tc.want != "null") {
				t.Errorf("mechanism is %v", m)
			}
		})
	}
}

func TestABodyThatIsAMapHoldsAttributes(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"logRecord":{"body":{"kvlistValue":{"values":[{"key":"exception.type","value":{"stringValue":"Old"}},{"key":"exception.message","value":{"stringValue":"of the body"}},
		{"key":"cart","value":{"intValue":3}}]}},"attributes":[{"key":"event.name","value":{"stringValue":"exception"}},{"key":"exception.message","value":{"stringValue":"of the record"}}]}}`)
	if e.Type != "Old" || e.Message != "of the record" || string(e.Extra) != `{"cart":3}` || len(e.Tags) != 0 {
		t.Errorf("got %q, %q, %s, %v", e.Type, e.Message, e.Extra, e.Tags)
	}
}

func TestABrowserWithoutAUserAgentIsItsBrand(t *testing.T) {
	t.Parallel()
	for brands, want := range map[string]string{
		`{"stringValue":"Not:A-Brand 8"},{"stringValue":"Chromium 156"}`:                                       "Chrome 156",
		`{"stringValue":"Chromium 157"},{"stringValue":"Not A;Brand 99"},{"stringValue":"Microsoft Edge 157"}`: "Edge 157",
		`{"stringValue":"Google Chrome 156"},{"stringValue":"Chromium 156"},{"stringValue":"Not_A Brand 24"}`:  "Chrome 156",
		`{"intValue":5},{}`: "",
	} {
		e := normalise(t, `{"resource":{"attributes":[{"key":"browser.brands","value":{"arrayValue":{"values":[`+brands+`]}}},{"key":"browser.platform","value":{"stringValue":"Windows"}}]},"logRecord":{}}`)
		if e.Browser != want || e.OS != "Windows" {
			t.Errorf("%s: got %q on %q, want %q", brands, e.Browser, e.OS, want)
		}
	}
}

func TestPlainValues(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"stringValue":"a\u0000"}`:        "\"a\uFFFD\"",
		`{"intValue":"9007199254740993"}`:  `9007199254740993`,
		`{"intValue":7}`:                   `7`,
		`{"intValue":"seven"}`:             `"seven"`,
		`{"intValue":[7]}`:                 `null`,
		`{"doubleValue":"NaN"}`:            `"NaN"`,
		`{"boolValue":"true"}`:             `null`,
		`{"boolValue":true}`:               `true`,
		`{"bytesValue":"AP8="}`:            `"AP8="`,
		`{}`:                               `null`,
		`5`:                                `null`,
		`{"stringValue":"a","intValue":1}`: `1`,
		`{"arrayValue":{"values":[{"stringValue":"["},{"arrayValue":{}},7,{"kvlistValue":{"values":[{"key":"k"},{"value":{"intValue":1}},{"key":"l","value":{"boolValue":false}}]}}]}}`: `["[",[],null,{"k":null,"l":false}]`,
	} {
		if got := string(appendPlain([]byte("x"), jsonx.NewReader([]byte(in)))); got != "x"+want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
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

func BenchmarkOTLP(b *testing.B) {
	text := body(b, "pb")
	records, _, err := Split(text, true)
	if err != nil {
		b.Fatal(err)
	}
	rec := record(string(records[0].Raw))
	for name, run := range map[string]func() error{
		"split protobuf of six records": func() error { _, _, err := Split(text, true); return err },
		"normalise one":                 func() error { _, err := Normalise(rec); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
