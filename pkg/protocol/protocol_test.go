package protocol

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
	"github.com/trivetlabs/trivet/pkg/faro"
	"github.com/trivetlabs/trivet/pkg/grouping"
	"github.com/trivetlabs/trivet/pkg/native"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/report"
	"github.com/trivetlabs/trivet/pkg/sentry"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A capture is one request of a real client, as testdata/captures keeps it.
type capture struct {
	Request struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Query   map[string]string `json:"query"`
		Headers [][2]string       `json:"headers"`
		Body    []byte            `json:"body_base64"`
	} `json:"request"`
}

func (c *capture) header(name string) string {
	for _, h := range c.Request.Headers {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}

// records makes the records of a capture as the edge does, with fixed times and address. It returns none
// for a request without an error in it.
func (c *capture) records(t *testing.T) []pack.Record {
	t.Helper()
	received := time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)
	base := pack.Record{
		Project: 1, Received: received, Day: event.DayOf(received), IP: "192.0.2.7", UA: c.header("User-Agent"),
		HTTP: pack.HTTP{
			Referer: c.header("Referer"), Origin: c.header("Origin"), Brands: c.header("Sec-CH-UA"),
			Platform: c.header("Sec-CH-UA-Platform"), Mobile: c.header("Sec-CH-UA-Mobile"),
			Release: c.Request.Query["sentry_release"], Environment: c.Request.Query["sentry_environment"],
		},
		SDK: c.Request.Query["sentry_client"],
	}
	var raws [][]byte
	var err error
	switch path := c.Request.Path; {
	case c.Request.Method != "POST" || c.header("Content-Type") == "application/x-www-form-urlencoded;charset=UTF-8":
	case strings.HasSuffix(path, "/envelope/"):
		base.Protocol = "sentry"
		var env sentry.Envelope
		if env, err = sentry.ParseEnvelope(c.Request.Body); err == nil {
			base.SDK, base.SentAt = cmp.Or(env.SDK, base.SDK), env.SentAt
			for _, item := range env.Items {
				if item.Type == "event" {
					raws = append(raws, item.Payload)
				}
			}
		}
	case strings.HasSuffix(path, "/store/"):
		base.Protocol = "sentry"
		var raw []byte
		if raw, err = sentry.DecodeStore(c.Request.Body, 1<<20); err == nil {
			raws = append(raws, raw)
		}
	case strings.Contains(path, "/collect"):
		base.Protocol = "faro"
		var body faro.Body
		body, err = faro.Split(c.Request.Body)
		for _, signal := range body.Errors {
			raws = append(raws, signal.Raw)
		}
		base.SDK = body.SDK
	case strings.HasSuffix(path, "/security/"), strings.HasSuffix(path, "/reports/"):
		base.Protocol = "report"
		var reports []report.Report
		reports, _, err = report.Split(c.Request.Body)
		for _, r := range reports {
			raws = append(raws, r.Raw)
		}
	default:
		base.Protocol = "native"
		raws, err = native.Split(c.Request.Body)
	}
	if err != nil {
		t.Fatal(err)
	}
	var records []pack.Record
	for _, raw := range raws {
		rec := base
		rec.Raw = raw
		rec.ID = event.ClientID(1, sentry.ReadHead(raw).ID)
		records = append(records, rec)
	}
	return records
}

func captures(t testing.TB) map[string]*capture {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/captures/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	all := map[string]*capture{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c := &capture{}
		if err := json.Unmarshal(text, c); err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".json")] = c
	}
	return all
}

func TestCapturesReadAsTheirGoldens(t *testing.T) {
	t.Parallel()
	for name, c := range captures(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, rec := range c.records(t) {
				file := name
				if i > 0 {
					file += "." + strconv.Itoa(i+1)
				}
				e, err := Normalise(&rec)
				if err != nil {
					t.Fatal(err)
				}
				eventtest.Check(t, e)
				golden(t, filepath.Join("testdata", "golden", file+".json"), e)
				compare(t, rec.Raw, e)
			}
		})
	}
}

// golden compares what readers will see of e, and how it is grouped, with a file.
func golden(t *testing.T, path string, e *event.Event) {
	t.Helper()
	got, err := json.MarshalIndent(struct {
		Title       string       `json:"title"`
		Fingerprint event.ID     `json:"fingerprint"`
		Event       *event.Event `json:"event"`
	}{grouping.Title(e), grouping.Of(e, nil), e}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil { // a file of the repository
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAnUnknownProtocolIsForANewerWorker(t *testing.T) {
	t.Parallel()
	if _, err := Normalise(&pack.Record{Protocol: "smoke", Raw: []byte("{}")}); !errors.Is(err, pack.ErrNewer) {
		t.Errorf("got %v", err)
	}
	for _, protocol := range []string{"sentry", "native", "logs", "faro", "report", "otlp"} {
		if _, err := Normalise(&pack.Record{Protocol: protocol, Raw: []byte("[]")}); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%s: got %v", protocol, err)
		}
	}
}

func TestTheVisitorsBrowserBeatsTheSenders(t *testing.T) {
	t.Parallel()
	const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	for _, tc := range []struct {
		name, protocol, raw, ua, browser string
	}{
		{"of the request", "native", `{"message":"m"}`, firefox, "Firefox 140"},
		{"of a log's request", "logs", `{"content":"m"}`, firefox, "Firefox 140"},
		{"of the page, through a tunnel", "sentry", `{"request":{"headers":{"user-agent":"` + firefox + `"}}}`, "Go-http-client/1.1", "Firefox 140"},
		{"of a server", "sentry", `{"message":"m"}`, "sentry.go/0.50.0", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e, err := Normalise(&pack.Record{Protocol: tc.protocol, Raw: []byte(tc.raw), UA: tc.ua, Received: time.Unix(1e9, 0)})
			if err != nil || e.Browser != tc.browser {
				t.Errorf("got %q, %v, want %q", e.Browser, err, tc.browser)
			}
		})
	}
}

// BenchmarkNormalise reads and groups one usual event of a browser, 2.3 KB.
func BenchmarkNormalise(b *testing.B) {
	const text = `{"exception":{"values":[{"type":"TypeError","value":"Cannot read properties of undefined (reading 'length')","stacktrace":{"frames":[
{"filename":"http://localhost:9101/assets/app.js","function":"?","in_app":true,"lineno":7,"colno":1},
{"filename":"http://localhost:9101/assets/app.js","function":"checkout","in_app":true,"lineno":5,"colno":3},
{"filename":"http://localhost:9101/assets/app.js","function":"Object.applyCoupon [as apply]","in_app":true,"lineno":15,"colno":31},
{"filename":"http://localhost:9101/assets/vendor-77b1e2f0.js","function":"Array.map","in_app":true,"lineno":1,"colno":20311},
{"filename":"http://localhost:9101/assets/vendor-77b1e2f0.js","function":"async p.dispatch","in_app":true,"lineno":1,"colno":20415},
{"filename":"http://localhost:9101/assets/app.js","function":"renderTotal","in_app":true,"lineno":2,"colno":21}]},
"mechanism":{"type":"auto.browser.global_handlers.onerror","handled":false}}]},"level":"error","platform":"javascript",
"request":{"url":"http://localhost:9101/checkout?step=2","headers":{"User-Agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36"}},
"contexts":{"trace":{"trace_id":"0430a6e5d910470da7d09f353df18d72","span_id":"8696a7e3858f4d34"},"culture":{"locale":"en-US","timezone":"UTC","calendar":"gregory"}},
"breadcrumbs":[{"timestamp":1795280349.193,"category":"fetch","data":{"method":"GET","url":"/api/cart","status_code":200},"type":"http","level":"info"},
{"timestamp":1795280349.293,"category":"ui.click","message":"button#pay.primary"},{"timestamp":1795280349.393,"category":"console","level":"warning","message":"slow","data":{"arguments":["slow"],"logger":"console"}}],
"event_id":"44447d3a5cbd4aa4b01733e2818a4098","timestamp":1795280259.451,"environment":"production","release":"shop@1.4.2","dist":"web1","tags":{"area":"payments","attempt":3},"user":{"id":"u-17"},
"sdk":{"integrations":["EventFilters","FunctionToString","ConversationId","BrowserApiErrors","Breadcrumbs","Console","GlobalHandlers","LinkedErrors","Dedupe","HttpContext","CultureContext"],"name":"sentry.javascript.browser","version":"11.12.0","packages":[{"name":"npm:@sentry/browser","version":"11.12.0"}],"settings":{"infer_ip":"auto"}}}`
	rec := pack.Record{
		Protocol: "sentry", Project: 1, Received: time.Unix(1795280259, 0), IP: "192.0.2.7", Raw: []byte(text),
		UA: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		e, err := Normalise(&rec)
		if err != nil {
			b.Fatal(err)
		}
		grouping.Of(e, nil)
	}
}
