package grouping_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/faro"
	"github.com/trivetlabs/trivet/pkg/grouping"
	"github.com/trivetlabs/trivet/pkg/native"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/protocol"
	"github.com/trivetlabs/trivet/pkg/report"
	"github.com/trivetlabs/trivet/pkg/sentry"
)

// The labelled set is testdata/grouping: each file tells what it is about, and which events a person who
// knows the sites would call one issue. All of it is one project, so events of different files are pairs, too.

// A labelled is an event and the issue it belongs to.
type labelled struct {
	issue    string
	event    *event.Event
	captured bool
}

// A member is one event of a file, in the one form that is set.
type member struct {
	issue   string
	Capture string          `json:"capture"` // a request of testdata/captures, by name
	Sentry  json.RawMessage `json:"sentry"`  // an event of a Sentry SDK
	Native  json.RawMessage `json:"native"`  // one of our own protocol, with its stack as the engine writes it
	Faro    json.RawMessage `json:"faro"`    // one exception of Faro, innermost frame first
	Report  json.RawMessage `json:"report"`  // a browser's report
	OTLP    json.RawMessage `json:"otlp"`    // a log record with its resource, as the edge cuts them
}

func labelledSet(t testing.TB) (set []labelled) {
	t.Helper()
	for _, m := range members(t) {
		for _, e := range m.events(t) {
			set = append(set, labelled{m.issue, e, m.Capture != ""})
		}
	}
	return set
}

// members returns those of all files, sorted by issue.
func members(t testing.TB) (all []member) {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/grouping/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		var file struct {
			About  string              `json:"about"`
			Issues map[string][]member `json:"issues"`
		}
		read(t, path, &file)
		if file.About == "" {
			t.Errorf("%s does not tell what it is about", path)
		}
		for name, members := range file.Issues {
			for _, m := range members {
				if m.issue = name; !strings.Contains(name, ".json: ") { // else the issue of another file
					m.issue = filepath.Base(path) + ": " + name
				}
				all = append(all, m)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b member) int { return strings.Compare(a.issue, b.issue) })
	return all
}

func read(t testing.TB, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func (m *member) events(t testing.TB) []*event.Event {
	t.Helper()
	switch {
	case m.Capture != "":
		return captured(t, m.Capture)
	case m.Sentry != nil:
		return []*event.Event{normalise(t, "sentry", m.Sentry)}
	case m.Native != nil:
		return []*event.Event{normalise(t, "native", m.Native)}
	case m.OTLP != nil:
		return []*event.Event{normalise(t, "otlp", m.OTLP)}
	case m.Faro != nil:
		return []*event.Event{normalise(t, "faro", fmt.Appendf(nil, `{"exception":%s}`, m.Faro))}
	}
	return []*event.Event{normalise(t, "report", m.Report)}
}

func normalise(t testing.TB, proto string, raw []byte) *event.Event {
	t.Helper()
	e, err := protocol.Normalise(&pack.Record{Protocol: proto, Project: 1, Raw: raw})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// captured returns the events in a captured request, cut as the edge does.
func captured(t testing.TB, name string) (events []*event.Event) {
	t.Helper()
	var c struct {
		Request struct {
			Path string `json:"path"`
			Body []byte `json:"body_base64"`
		} `json:"request"`
	}
	read(t, filepath.Join("../../testdata/captures", name+".json"), &c)
	proto, raws, err := cut(name, c.Request.Path, c.Request.Body)
	if err != nil || len(raws) == 0 {
		t.Fatalf("%d events in %s, %v", len(raws), name, err)
	}
	for _, raw := range raws {
		events = append(events, normalise(t, proto, raw))
	}
	return events
}

func cut(name, path string, body []byte) (proto string, raws [][]byte, err error) {
	switch {
	case strings.HasSuffix(path, "/envelope/"):
		env, err := sentry.ParseEnvelope(body)
		for _, item := range env.Items {
			if item.Type == "event" {
				raws = append(raws, item.Payload)
			}
		}
		return "sentry", raws, err
	case strings.HasSuffix(path, "/store/"):
		raw, err := sentry.DecodeStore(body, 1<<20)
		return "sentry", [][]byte{raw}, err
	case strings.HasPrefix(name, "faro"):
		split, err := faro.Split(body)
		for _, s := range split.Errors {
			raws = append(raws, s.Raw)
		}
		return "faro", raws, err
	case strings.HasPrefix(name, "csp") || strings.HasPrefix(name, "reporting"):
		split, _, err := report.Split(body)
		for _, r := range split {
			raws = append(raws, r.Raw)
		}
		return "report", raws, err
	}
	raws, err = native.Split(body)
	return "native", raws, err
}

// TestGroupingIsRight holds the pairs that grouping puts into one issue against those that belong there.
func TestGroupingIsRight(t *testing.T) {
	t.Parallel()
	set := labelledSet(t)
	issues := map[string]bool{}
	for _, l := range set {
		issues[l.issue] = true
	}
	if len(set) < 1000 || len(issues) < 400 {
		t.Fatalf("only %d events of %d issues: where are the others?", len(set), len(issues))
	}
	precision, recall := pairs(t, set, func(e *event.Event) event.ID { return grouping.Of(e, nil) }, true)
	precision1, recall1 := pairs(t, set, func(e *event.Event) event.ID { return grouping.Earlier(e)[0] }, false)
	t.Logf("%d events of %d issues: precision %.4f, recall %.4f; version 1: %.4f, %.4f", len(set), len(issues), precision, recall, precision1, recall1)
	const gate = 0.98
	if precision < gate || recall < gate {
		t.Errorf("precision %.4f and recall %.4f, want %.2f each", precision, recall, gate)
	}
}

// pairs returns which share of the pairs found are right, and which share of the right ones are found. tell
// names each issue that is split and each two that are mixed.
func pairs(t *testing.T, set []labelled, of func(*event.Event) event.ID, tell bool) (precision, recall float64) {
	t.Helper()
	var both, found, right float64
	told := map[string]bool{}
	for i, a := range set {
		for _, b := range set[i+1:] {
			same, should := of(a.event) == of(b.event), a.issue == b.issue
			if same {
				found++
			}
			if should {
				right++
			}
			if same && should {
				both++
			}
			if key := a.issue + " | " + b.issue; tell && same != should && !told[key] {
				told[key] = true
				verb := "mixed"
				if should {
					verb = "split"
				}
				t.Logf("%s: %s\n\t%s\n\t%s", verb, key, partsOf(a.event), partsOf(b.event))
			}
		}
	}
	return both / found, both / right
}

func partsOf(e *event.Event) string {
	x := grouping.Explain(e, nil)
	text := x.Strategy
	for _, p := range x.Parts {
		text += " " + p.Name + "=" + p.Value
	}
	return text
}
