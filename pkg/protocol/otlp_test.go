package protocol

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
	"github.com/trivetlabs/trivet/pkg/otlp"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// TestOpenTelemetryReadsAsItsGoldens reads the bodies that OpenTelemetry's own exporters made of the same
// log records: in both encodings they are the same events.
func TestOpenTelemetryReadsAsItsGoldens(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../otlp/testdata/*.*")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no bodies: %v", err)
	}
	received := time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			extension := filepath.Ext(path)
			records, _, err := otlp.Split(body, extension == ".pb")
			if err != nil || len(records) == 0 {
				t.Fatalf("%d records, %v", len(records), err)
			}
			for i, r := range records {
				e, err := Normalise(&pack.Record{
					ID: event.NamedID(1, string(rune('a'+i))), Project: 1, Received: received, Day: event.DayOf(received),
					Protocol: "otlp", IP: "192.0.2.7", UA: "OTel-OTLP-Exporter-JavaScript/0.223.1", Raw: r.Raw,
				})
				if err != nil {
					t.Fatal(err)
				}
				eventtest.Check(t, e)
				name := fmt.Sprintf("%s-%d.json", strings.TrimSuffix(filepath.Base(path), extension), i+1)
				golden(t, filepath.Join("testdata", "golden", name), e)
				compareRecord(t, r.Raw, e)
			}
		})
	}
}

// compareRecord holds e against a straight reading of a log record's attributes.
func compareRecord(t *testing.T, raw []byte, e *event.Event) {
	t.Helper()
	var payload object
	if err := json.Unmarshal(raw, &payload); err != nil {
		t.Fatal(err)
	}
	resource, _ := payload["resource"].(object)
	record, _ := payload["logRecord"].(object)
	all := attributeTexts(resource["attributes"])
	for k, v := range attributeTexts(record["attributes"]) {
		all[k] = v
	}
	body, _ := record["body"].(object)
	if list, is := body["kvlistValue"].(object); is {
		for k, v := range attributeTexts(list["values"]) {
			all[k] = v
		}
	}
	got := map[string]string{
		"exception.type": e.Type, "exception.message": e.Message, "service.version": e.Release, "deployment.environment.name": e.Environment,
		"url.full": e.URL, "user.id": strings.TrimPrefix(e.User.Key(), "id:"),
	}
	want := map[string]string{}
	for k := range got {
		want[k] = all[k]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a straight reading differs:\n%s", diff)
	}
	stack := all["exception.stacktrace"]
	if n, frames := strings.Count(stack, "https://"), len(e.Thrown().Frames); n != frames {
		t.Errorf("%d frames, the stack has %d", frames, n)
	}
}

// attributeTexts returns the texts of a list of {key, value: {stringValue}}.
func attributeTexts(list any) map[string]string {
	all := map[string]string{}
	for _, a := range values(list) {
		value, _ := a["value"].(object)
		if s, is := value["stringValue"].(string); is {
			all[text(a["key"])] = s
		}
	}
	return all
}
