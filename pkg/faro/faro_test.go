package faro

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
)

func TestSplitKeepsErrorsAndCountsTheRest(t *testing.T) {
	t.Parallel()
	body, err := Split([]byte(`{"exceptions":[{"value":"a","timestamp":"2026-11-21T17:03:10.435Z"},null,{"value":"b"}],
		"logs":[{"level":"warn"},{"level":"ERROR","message":"c"},{"level":"error","timestamp":5},{"message":"no level"},7],
		"events":[{},{}],"measurements":[{}],
		"traces":{"resourceSpans":[{"scopeSpans":[{"spans":[{},{}]},{"spans":[{}]}]}]},
		"meta":{"sdk":{"name":"faro-web","version":"2.12.1"}},"future":[1]}`))
	if err != nil {
		t.Fatal(err)
	}
	const meta = `{"meta":{"sdk":{"name":"faro-web","version":"2.12.1"}},`
	want := Body{
		SDK: "faro-web/2.12.1", Events: 2, Measurements: 1, Traces: 3, Logs: 2,
		Errors: []Signal{
			{"exceptions/0", time.Date(2026, 11, 21, 17, 3, 10, 435e6, time.UTC), []byte(meta + `"exception":{"value":"a","timestamp":"2026-11-21T17:03:10.435Z"}}`)},
			{"exceptions/2", time.Time{}, []byte(meta + `"exception":{"value":"b"}}`)},
			{"logs/1", time.Time{}, []byte(meta + `"log":{"level":"ERROR","message":"c"}}`)},
			{"logs/2", time.Unix(5, 0).UTC(), []byte(meta + `"log":{"level":"error","timestamp":5}}`)},
		},
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
}

func TestIDsOfABodyAreItsOwn(t *testing.T) {
	t.Parallel()
	body, err := Split([]byte(`{"exceptions":[{},{}],"exceptions":[{}],"logs":[{"level":"error"}],"logs":[{"level":"info"},{"level":"error"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range body.Errors {
		ids = append(ids, e.ID)
	}
	if got, want := strings.Join(ids, " "), "exceptions/0 exceptions/1 exceptions/2 logs/0 logs/2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBodiesWithoutAnErrorAreFine(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`{}`, `{"exceptions":null,"logs":{"level":"error"},"meta":[],"traces":[{}],"events":"many"}`, ` {"exceptions":[]} `} {
		body, err := Split([]byte(in))
		if diff := cmp.Diff(Body{}, body); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", in, err, diff)
		}
	}
}

func TestWhatSplitRefuses(t *testing.T) {
	t.Parallel()
	meta := func(n int) string { return `{"meta":{"a":"` + strings.Repeat("x", n) + `"}` }
	for _, tc := range []struct {
		name, in string
		want     error
	}{
		{"nothing", ``, event.ErrInvalid},
		{"an array", `[]`, event.ErrInvalid},
		{"half an object", `{"exceptions":[`, event.ErrInvalid},
		{"too deep", `{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, event.ErrInvalid},
		{"as many errors as allowed", `{"exceptions":[{}` + strings.Repeat(`,{}`, MaxSignals-1) + `]}`, nil},
		{"one error more", `{"exceptions":[{}` + strings.Repeat(`,{}`, MaxSignals) + `]}`, event.ErrTooLarge},
		{"a large meta beside an error", meta(maxMeta) + `,"exceptions":[{}]}`, event.ErrTooLarge},
		{"a large meta beside none", meta(maxMeta) + `,"events":[{}]}`, nil},
		{"a meta that multiplies", meta(maxMeta/2) + `,"exceptions":[{}` + strings.Repeat(`,{}`, 999) + `]}`, event.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := Split([]byte(tc.in))
			if !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			if len(fmt.Sprint(err)) > 200 {
				t.Error("the error holds what was sent")
			}
		})
	}
}

// captures returns the bodies of real clients.
func captures(t testing.TB) (bodies [][]byte) {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/captures/faro-*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Request struct {
				Body []byte `json:"body_base64"`
			} `json:"request"`
		}
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		if len(c.Request.Body) > 0 { // a preflight has none
			bodies = append(bodies, c.Request.Body)
		}
	}
	return bodies
}

// TestCapturesHoldWhatTheirClientSent counts what encoding/json finds in the bodies.
func TestCapturesHoldWhatTheirClientSent(t *testing.T) {
	t.Parallel()
	for _, b := range captures(t) {
		var sent struct {
			Meta struct {
				SDK struct{ Name, Version string }
			}
			Exceptions, Events, Measurements []any
			Logs                             []struct{ Level string }
			Traces                           struct {
				ResourceSpans []struct{ ScopeSpans []struct{ Spans []any } }
			}
		}
		if err := json.Unmarshal(b, &sent); err != nil {
			t.Fatal(err)
		}
		want := [5]int{len(sent.Exceptions), len(sent.Events), len(sent.Measurements), 0, len(sent.Logs)}
		for _, r := range sent.Traces.ResourceSpans {
			for _, s := range r.ScopeSpans {
				want[3] += len(s.Spans)
			}
		}
		for _, l := range sent.Logs {
			if l.Level == "error" {
				want[0]++
				want[4]--
			}
		}
		body, err := Split(b)
		if err != nil {
			t.Fatal(err)
		}
		got := [5]int{len(body.Errors), body.Events, body.Measurements, body.Traces, body.Logs}
		if got != want || body.SDK != sent.Meta.SDK.Name+"/"+sent.Meta.SDK.Version {
			t.Errorf("got %v of %s, want %v of %v", got, body.SDK, want, sent.Meta.SDK)
		}
	}
}

// FuzzFaro holds Split and Normalise to their promises for any body.
func FuzzFaro(f *testing.F) {
	for _, b := range captures(f) {
		f.Add(b)
	}
	for _, s := range []string{
		`{"meta":{"sdk":{"name":"faro-web","version":"2.12.1","integrations":[{"name":"a"}]},"app":{"name":"shop-web","version":"1.4.2","environment":"production"},"user":{"id":"u-17","attributes":{"plan":"pro"}},"browser":{"name":"Chrome","version":"156.0","os":"Linux unknown","userAgent":"Mozilla/5.0","brands":[{"brand":"Chromium","version":"156"}]},"os":{"name":"Linux"},"page":{"id":"/p","url":"https://shop.test/checkout"},"view":{"name":"default"},"session":{"id":"s"}},"exceptions":[{"type":"TypeError","value":"x","timestamp":"2026-11-21T17:03:10.435Z","stacktrace":{"frames":[{"filename":"https://shop.test/a.js","function":"f","lineno":2,"colno":21},{"filename":"<anonymous>","function":"Array.forEach"}]},"context":{"cause":"Error: socket closed"},"fingerprint":"x","trace":{"trace_id":"1","span_id":"2"},"fatal":true}],"measurements":[{}],"traces":{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}}`,
		`{"logs":[{"message":"console.error: x","level":"error","context":{"type":"Error","stackFrames":"{\"function\":\"f\"} {\"function\":\"console.error\"}"},"timestamp":"2026-11-21T17:03:10.435Z"}],"meta":{"browser":{"brands":"unknown"}}}`,
		`{"exceptions":[{"type":"Error","value":"console.error: \u0000\ud800","stacktrace":{"frames":[{"function":"console.<computed> [as error]"}]}},{},5]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		body, err := Split(b)
		if err != nil {
			if !errors.Is(err, event.ErrInvalid) && !errors.Is(err, event.ErrTooLarge) {
				t.Fatalf("error is %v", err)
			}
			return
		}
		total, seen := 0, map[string]bool{}
		for _, s := range body.Errors {
			total += len(s.Raw)
			if s.ID == "" || seen[s.ID] || jsonx.Check(s.Raw) != nil {
				t.Fatalf("%q, id %q", s.Raw, s.ID)
			}
			seen[s.ID] = true
			e, err := Normalise(&pack.Record{Raw: s.Raw, Received: time.Unix(1e9, 0), IP: "192.0.2.7"})
			if err != nil {
				t.Fatal(err)
			}
			eventtest.Check(t, e)
		}
		if total > maxTotal || len(body.Errors) > MaxSignals {
			t.Fatalf("%d errors of %d bytes", len(body.Errors), total)
		}
	})
}
