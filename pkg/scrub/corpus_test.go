package scrub

import (
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
)

var (
	update  = flag.Bool("update", false, "rewrite the golden file")
	further = flag.String("captures", "", "a folder of further captures")
)

// captured returns the records of every capture, by its name: each JSON item of an envelope, each JSON body, each form
// and query as the JSON object it stands for.
func captured(t testing.TB) map[string][]pack.Record {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/captures/*.json")
	if err != nil || len(paths) < 70 {
		t.Fatalf("%d captures, %v", len(paths), err)
	}
	if *further != "" {
		more, err := filepath.Glob(filepath.Join(*further, "*.json"))
		if err != nil || len(more) == 0 {
			t.Fatalf("no captures in %s, %v", *further, err)
		}
		paths = append(paths, more...)
	}
	all := map[string][]pack.Record{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Request struct {
				Query   map[string]string `json:"query"`
				Headers [][2]string       `json:"headers"`
				Body    []byte            `json:"body_base64"`
				Decoded string            `json:"decoded_utf8"`
			} `json:"request"`
		}
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		received := time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)
		rec := pack.Record{ID: event.ID{1}, Project: 1, Received: received, Day: event.DayOf(received), Protocol: "sentry", IP: "192.0.2.7"}
		for _, h := range c.Request.Headers {
			switch strings.ToLower(h[0]) {
			case "user-agent":
				rec.UA = h[1]
			case "referer":
				rec.HTTP.Referer = h[1]
			case "origin":
				rec.HTTP.Origin = h[1]
			}
		}
		body := string(c.Request.Body)
		if c.Request.Decoded != "" {
			body = c.Request.Decoded
		}
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		before := ""
		for _, raw := range jsonTexts(body, c.Request.Query) {
			rec.Raw, rec.Kind = []byte(raw), pack.Event
			if strings.Contains(before, `"type":"session"`) || strings.Contains(before, `"type":"sessions"`) {
				rec.Kind = pack.Session
			}
			all[name] = append(all[name], rec)
			before = raw
		}
	}
	return all
}

// jsonTexts returns a body that is JSON, its lines that are, or the object that a form stands for.
func jsonTexts(body string, query map[string]string) (texts []string) {
	if jsonx.Check([]byte(body)) == nil {
		return []string{body}
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.HasPrefix(line, "{") && jsonx.Check([]byte(line)) == nil {
			texts = append(texts, line)
		}
	}
	if texts == nil {
		form, err := url.ParseQuery(body)
		if err != nil || body == "" {
			form = url.Values{}
			for k, v := range query {
				form.Set(k, v)
			}
		}
		fields := map[string]string{}
		for k := range form {
			fields[k] = form.Get(k)
		}
		text, _ := json.Marshal(fields)
		texts = append(texts, string(text))
	}
	return texts
}
