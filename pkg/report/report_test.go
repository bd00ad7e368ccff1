package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
	"github.com/trivetlabs/trivet/pkg/pack"
)

func TestSplitCutsEveryFormOfABody(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, body string
		want       []Report
		junk       int
	}{
		{"an array", ` [{"type":"a","age":5}, {"age":7.5,"type":"b"}] `, []Report{
			{Raw: []byte(`{"type":"a","age":5}`), Name: []byte(`type:"a"`), Age: 5 * time.Millisecond},
			{Raw: []byte(`{"age":7.5,"type":"b"}`), Name: []byte(`type:"b"`), Age: 7500 * time.Microsecond},
		}, 0},
		{"one alone", `{"type":"a","age":5}`, []Report{{Raw: []byte(`{"type":"a","age":5}`), Name: []byte(`type:"a"`), Age: 5 * time.Millisecond}}, 0},
		{"one of CSP 2, which is sent once", `{"csp-report":{"age":5}}`, []Report{{Raw: []byte(`{"csp-report":{"age":5}}`)}}, 0},
		{"one about a certificate", `{"expect-ct-report":{}}`, []Report{{Raw: []byte(`{"expect-ct-report":{}}`)}}, 0},
		{"one about a pinned key", `{"hostname":"a.test","known-pins":[]}`, []Report{{Raw: []byte(`{"hostname":"a.test","known-pins":[]}`)}}, 0},
		{"a load that worked", `{"type":"network-error","age":0,"body":{"type":"ok"}}`, []Report{{
			Raw:  []byte(`{"type":"network-error","age":0,"body":{"type":"ok"}}`),
			Name: []byte(`type:"network-error"body:{"type":"ok"}`), Success: true,
		}}, 0},
		{"a load that failed", `{"type":"network-error","body":{"type":"dns.unreachable"}}`, []Report{{Raw: []byte(`{"type":"network-error","body":{"type":"dns.unreachable"}}`)}}, 0},
		{"an ok that is none of the network", `{"type":"coep","body":{"type":"ok"}}`, []Report{{Raw: []byte(`{"type":"coep","body":{"type":"ok"}}`)}}, 0},
		{"none", `[]`, nil, 0},
		{"reports among junk", `[null,5,"x",[[]],{},{"type":"a"},{"body":{}},{"type":{}},{"csp-report":{}},true]`, []Report{{Raw: []byte(`{"type":"a"}`)}, {Raw: []byte(`{"csp-report":{}}`)}}, 8},
		{"nothing but junk", `[5]`, nil, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, junk, err := Split([]byte(tc.body))
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil || junk != tc.junk {
				t.Errorf("%d of junk, %v\n%s", junk, err, diff)
			}
		})
	}
}

func TestSplitRefusesTheRest(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, body string
		want       error
	}{
		{"nothing", ``, event.ErrInvalid},
		{"no JSON", `[{"type":"a"},`, event.ErrInvalid},
		{"two bodies", `{"type":"a"}{"type":"a"}`, event.ErrInvalid},
		{"too deep", strings.Repeat("[", 100_000), event.ErrInvalid},
		{"no object", `"csp-report"`, event.ErrInvalid},
		{"no type", `{"body":{}}`, event.ErrInvalid},
		{"a type that is no text", `{"type":{},"body":{}}`, event.ErrInvalid},
		{"too many", list(MaxReports + 1), event.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got, _, err := Split([]byte(tc.body)); got != nil || !errors.Is(err, tc.want) {
				t.Errorf("got %d reports, %v, want %v", len(got), err, tc.want)
			}
		})
	}
	if got, _, err := Split([]byte(list(MaxReports))); len(got) != MaxReports || err != nil {
		t.Errorf("got %d reports of the most there may be, %v", len(got), err)
	}
}

func list(n int) string { return "[" + strings.Repeat(`{"type":"a"},`, n-1) + `{"type":"a"}]` }

func TestANameOutlastsTheAge(t *testing.T) {
	t.Parallel()
	first, _, _ := Split([]byte(`[{"age":3,"body":{"id":"x","age":1},"type":"deprecation","url":"https://a.test/"}]`))
	again, _, _ := Split([]byte(`[{"age":61234,"body":{"id":"x","age":1},"type":"deprecation","url":"https://a.test/"}]`))
	other, _, _ := Split([]byte(`[{"age":3,"body":{"id":"x","age":2},"type":"deprecation","url":"https://a.test/"}]`))
	if !bytes.Equal(first[0].Name, again[0].Name) || bytes.Equal(first[0].Name, other[0].Name) {
		t.Errorf("got %s, %s and %s", first[0].Name, again[0].Name, other[0].Name)
	}
}

func TestAgesAreBounded(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{
		`1500`: 1500 * time.Millisecond, `"1500"`: 1500 * time.Millisecond, `-5`: 0, `"NaN"`: 0, `"Inf"`: maxAge, `1e300`: maxAge, `null`: 0, `{}`: 0,
	} {
		got, _, err := Split([]byte(`{"type":"a","age":` + in + `}`))
		if err != nil || got[0].Age != want {
			t.Errorf("got %v of %s, %v, want %v", got, in, err, want)
		}
	}
}

func record(raw string) *pack.Record {
	received := time.Date(2026, 11, 21, 19, 0, 0, 0, time.UTC)
	return &pack.Record{
		ID: event.NewID(received), Project: 7, Received: received, Protocol: "report", Raw: []byte(raw),
		HTTP: pack.HTTP{Referer: "https://shop.test/", Release: "query@1", Environment: "query"},
	}
}

// FuzzReport holds whatever bytes to the promises of Split and Normalise.
func FuzzReport(f *testing.F) {
	paths, err := filepath.Glob("../../testdata/captures/*.json")
	if err != nil || len(paths) == 0 {
		f.Fatal("no captures")
	}
	for _, path := range paths {
		var c struct {
			Request struct {
				Path string `json:"path"`
				Body []byte `json:"body_base64"`
			} `json:"request"`
		}
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if err := json.Unmarshal(text, &c); err != nil {
			f.Fatal(err)
		}
		if strings.HasSuffix(c.Request.Path, "/reports/") || strings.HasSuffix(c.Request.Path, "/security/") {
			f.Add(c.Request.Body)
		}
	}
	for _, tc := range bodies {
		f.Add([]byte(tc.in))
	}
	f.Add([]byte(`{"type":"\u0000","age":"NaN","url":5,"body":{"blockedURL":"//@:","date-time":"0001-01-01T00:00:00Z"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		reports, _, err := Split(body)
		if err != nil {
			if !errors.Is(err, event.ErrInvalid) && !errors.Is(err, event.ErrTooLarge) {
				t.Errorf("Split: %v", err)
			}
			return
		}
		size := 0
		for _, r := range reports {
			size += len(r.Raw) + len(r.Name)
			e, err := Normalise(record(string(r.Raw)))
			if err != nil {
				t.Fatalf("the worker refuses what the edge took: %v", err)
			}
			eventtest.Check(t, e)
			if e.Type == "" || e.Protocol != event.Report || e.Occurred.After(e.Received) && !bytes.Contains(r.Raw, []byte("date-time")) {
				t.Errorf("got type %q, protocol %v, occurred %v", e.Type, e.Protocol, e.Occurred)
			}
		}
		if size > 2*len(body) {
			t.Errorf("%d bytes of reports of a body of %d", size, len(body))
		}
	})
}
