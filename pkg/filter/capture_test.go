package filter_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/faro"
	"github.com/trivetlabs/trivet/pkg/filter"
	"github.com/trivetlabs/trivet/pkg/native"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/protocol"
	"github.com/trivetlabs/trivet/pkg/report"
	"github.com/trivetlabs/trivet/pkg/sentry"
)

// eventsOfCaptures returns the errors that real clients sent, by the name of the file, with their records.
func eventsOfCaptures(t testing.TB) map[string][]*pack.Record {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/captures/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	all := map[string][]*pack.Record{}
	for _, path := range paths {
		var c struct {
			Request struct {
				Path    string      `json:"path"`
				Headers [][2]string `json:"headers"`
				Body    []byte      `json:"body_base64"`
			} `json:"request"`
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		received := time.Now().UTC()
		rec := pack.Record{ID: event.NewID(received), Project: 1, Received: received, Day: event.DayOf(received)}
		for _, h := range c.Request.Headers {
			if strings.EqualFold(h[0], "User-Agent") {
				rec.UA = h[1]
			}
		}
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		for _, raw := range errorsOf(name, c.Request.Path, c.Request.Body, &rec.Protocol) {
			one := rec
			one.Raw = raw
			all[name] = append(all[name], &one)
		}
	}
	return all
}

// errorsOf cuts a body into errors as the edge does, none where it is a preflight or no JSON, and tells their protocol.
func errorsOf(name, path string, body []byte, protocol *string) (raws [][]byte) {
	client, _, _ := strings.Cut(name, "-")
	switch {
	case strings.HasSuffix(path, "/envelope/"):
		*protocol = "sentry"
		env, _ := sentry.ParseEnvelope(body)
		for _, item := range env.Items {
			if item.Type == "event" {
				raws = append(raws, item.Payload)
			}
		}
	case client == "faro":
		*protocol = "faro"
		found, _ := faro.Split(body)
		for _, signal := range found.Errors {
			raws = append(raws, signal.Raw)
		}
	case client == "csp", client == "reporting":
		*protocol = "report"
		reports, _, _ := report.Split(body)
		for _, r := range reports {
			raws = append(raws, r.Raw)
		}
	case client == "native":
		*protocol = "native"
		raws, _ = native.Split(body)
	}
	return raws
}

// TestWhatClientsSendIsKept: pages and collector of the captures were on one machine. Seen from a collector that is
// elsewhere, the pages were a developer's, and the servers still were servers.
func TestWhatClientsSendIsKept(t *testing.T) {
	t.Parallel()
	events := 0
	for name, records := range eventsOfCaptures(t) {
		for _, rec := range records {
			e, err := protocol.Normalise(rec)
			if err != nil {
				continue
			}
			events++
			rec.HTTP.Local = true
			if got := filter.Reason(e, rec, &project.Filters{}); got != "" {
				t.Errorf("%s: dropped as %s", name, got)
			}
			rec.HTTP.Local = false
			got := filter.Reason(e, rec, &project.Filters{})
			if page := e.Platform == "javascript" && strings.Contains(e.URL, "://localhost"); page != (got == "localhost") {
				t.Errorf("%s on %s: from elsewhere dropped as %q", name, e.URL, got)
			}
		}
	}
	if events < 50 {
		t.Errorf("only %d events", events)
	}
}

func FuzzReason(f *testing.F) {
	for _, seed := range [][5]string{
		{"TypeError", "Uncaught (in promise) Error: Extension context invalidated.", "chrome-extension://a/b.js", "http://localhost:1/", "Mozilla/5.0 (Android 2; wv)"},
		{"", "undefined is not an object (evaluating 'a.L')", "webkit-masked-url://hidden/", "http://[::1", "SomeBot"},
		{"AbortError", "AbortError: The user aborted a request.", "<anonymous>", "https://a@b.localhost:80", "Mozilla/5.0 OPR/1"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], "*a*b")
	}
	f.Fuzz(func(t *testing.T, kind, value, file, url, agent, glob string) {
		for _, protocol := range event.Protocols() {
			e := &event.Event{Protocol: protocol, Platform: "javascript", Type: kind, Message: value, URL: url}
			e.Tags = event.NewTags([]event.Tag{{Key: "blocked", Value: file}})
			e.Exceptions = []event.Exception{{Type: kind, Value: value, Frames: []event.Frame{{Filename: file}}}}
			rec := &pack.Record{UA: agent}
			first := filter.Reason(e, rec, &project.Filters{Messages: []string{glob}})
			if again := filter.Reason(e, rec, &project.Filters{Messages: []string{glob}}); first != again {
				t.Fatalf("%q, then %q", first, again)
			}
			off := map[string]bool{}
			for _, name := range filter.Names() {
				off[name] = false
			}
			if got := filter.Reason(e, rec, &project.Filters{Messages: []string{glob}, Switches: off}); got != "" {
				t.Fatalf("all is off, and it is dropped as %q", got)
			}
		}
	})
}

func BenchmarkReason(b *testing.B) {
	var records []*pack.Record
	var events []*event.Event
	for _, list := range eventsOfCaptures(b) {
		for _, rec := range list {
			if e, err := protocol.Normalise(rec); err == nil {
				rec.HTTP.Local = true
				records, events = append(records, rec), append(events, e)
			}
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		filter.Reason(events[i%len(events)], records[i%len(records)], &project.Filters{})
	}
}
