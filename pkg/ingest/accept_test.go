package ingest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

func TestARecordTellsAllTheEdgeKnows(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	now := time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.UTC)
	e.deps.Now = func() time.Time { return now }
	const id = "0123456789abcdef0123456789abcdef"
	first := `{"event_id":"ffffffffffffffffffffffffffffffff","timestamp":"2026-11-20T23:59:00Z","message":"é\u0000"}`
	second := `{"event_id":"` + strings.ToUpper(id) + `0","timestamp":1}`
	body := `{"event_id":"01234567-89AB-cdef-0123-456789abcdef","sent_at":"2026-11-21T11:59:59.5Z","sdk":{"name":"sdk","version":"1"}}` + "\n" +
		`{"type":"event"}` + "\n" + first + "\n" + `{"type":"session"}` + "\n{}\n" + fmt.Sprintf(`{"type":"event","length":%d}`, len(second)) + "\n" + second + "\n"
	w := call(t, e, http.MethodPost, "/api/7/envelope/?sentry_key="+goodKey+"&sentry_release=a%401&sentry_environment=b+c", body,
		"User-Agent", strings.Repeat("u", 600), "Origin", "https://a.example", "Referer", "https://a.example/", "Content-Type", "text/plain",
		"Sec-CH-UA", `"X";v="1"`, "Sec-CH-UA-Mobile", "?0", "Sec-CH-UA-Platform", `"Linux"`)
	if w.Code != 200 || w.Body.String() != `{"id":"`+id+`"}` {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	got := stored()
	if len(got) != 3 || got[0].Group.IsZero() || got[0].Group != got[1].Group || got[0].Group != got[2].Group {
		t.Fatalf("%d records, or not one group", len(got))
	}
	want := pack.Record{
		Project: 7, Received: now.Truncate(time.Microsecond), Protocol: "sentry", IP: "192.0.2.1", UA: strings.Repeat("u", 512), SDK: "sdk/1",
		SentAt: now.Truncate(time.Second).Add(-time.Second / 2), HTTP: pack.HTTP{
			Release: "a@1", Environment: "b c", ContentType: "text/plain", Origin: "https://a.example", Referer: "https://a.example/",
			Brands: `"X";v="1"`, Mobile: "?0", Platform: `"Linux"`,
		},
	}
	one, two := want, want
	one.ID, _ = event.ParseID(id)
	one.Day, one.Raw = event.DayOf(now)-1, []byte(first)
	two.ID, two.Day, two.Fallback, two.Raw = event.NamedID(7, strings.ToUpper(id)+"0"), event.DayOf(now), true, []byte(second)
	session := want
	session.Kind, session.Day, session.Raw, session.ID = pack.Session, event.DayOf(now), []byte("{}"), got[2].ID
	if diff := cmp.Diff([]pack.Record{one, two, session}, got, cmpopts.IgnoreFields(pack.Record{}, "Group", "Bytes")); diff != "" {
		t.Error(diff)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	const id, other = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
	env, native, logs := "/api/7/envelope?key="+goodKey, "/api/7/events?key="+goodKey, "/api/v1/logs?key="+goodKey
	for _, tc := range []struct {
		name, target, body string
		status             int
		want               string // "*" stands for a made id
		kept               int
	}{
		{"an event with an id", env, envelope(`{"event_id":"`+id+`"}`, "{}"), 200, `{"id":"` + id + `"}`, 1},
		{"the payload's id where the header has none", env, envelope(`{}`, `{"event_id":"`+id+`"}`), 200, `{"id":"` + id + `"}`, 1},
		{"no id at all", env, envelope(`{}`, `{}`), 200, `{"id":"*"}`, 1},
		{"an id that is none", env, envelope(`{"event_id":"mine"}`, `{}`), 200, `{"id":"` + event.NamedID(7, "mine").String() + `"}`, 1},
		{"the nil id, which is none", env, envelope(`{"event_id":"00000000-0000-0000-0000-000000000000"}`, `{}`), 200, `{"id":"*"}`, 1},
		{"the nil id of a native event", native, `{"id":"00000000000000000000000000000000"}`, 200, `{"id":"*"}`, 1},
		{"a transaction", env, "{\"event_id\":\"" + id + "\"}\n{\"type\":\"transaction\"}\n{}", 200, `{"id":"` + id + `"}`, 0},
		{"a transaction called an event", env, envelope(`{"event_id":"`+id+`"}`, `{"type":"transaction"}`), 200, `{"id":"` + id + `"}`, 0},
		{"a client report", env, "{}\n{\"type\":\"client_report\"}\n{}", 200, `{}`, 1},
		{"an item nobody knows", env, "{}\n{\"type\":\"from the future\"}\nnot JSON", 200, `{}`, 0},
		{"no items", env, "{}", 200, `{}`, 0},
		{"an attachment of any bytes", env, "{}\n{\"type\":\"attachment\",\"length\":3}\n\x00\n\xff\n{\"type\":\"event\"}\n{}", 200, `{"id":"*"}`, 2},
		{"words old clients write for numbers", env, envelope(`{}`, `{"a":NaN}`), 200, `{"id":"*"}`, 1},
		{"a store event", "/api/7/store?key=" + goodKey, `{"event_id":"` + id + `"}`, 200, `{"id":"` + id + `"}`, 1},
		{"a store event in base64", "/api/7/store?key=" + goodKey, base64.StdEncoding.EncodeToString([]byte(`{"event_id":"` + id + `"}`)), 200, `{"id":"` + id + `"}`, 1},
		{"one native event", native, `{"id":"` + id + `"}`, 200, `{"id":"` + id + `"}`, 1},
		{"native events in an array", native, `[{"id":"` + id + `"},{"id":"` + other + `"}]`, 200, `{"ids":["` + id + `","` + other + `"]}`, 2},
		{"native events in lines", native, "{\"id\":\"" + id + "\"}\n{\"id\":\"" + other + "\"}\n", 200, `{"ids":["` + id + `","` + other + `"]}`, 2},
		{"a log", logs, `{"content":"a\nb","meta":{"k":[1]}}`, 201, `{"id":"*","content":"a\nb","meta":{"k":[1]}}`, 1},
		{"a log without meta", logs, ` {"content":"a"} `, 201, `{"id":"*","content":"a","meta":null}`, 1},
		{"a log with NUL", logs, `{"content":"a\u0000","meta":{"k":"\ud800"}}`, 201, `{"id":"*","content":"a` + "\uFFFD" + `","meta":{"k":"` + "\uFFFD" + `"}}`, 1},
	} {
		w := call(t, e, http.MethodPost, tc.target, tc.body)
		var got struct{ ID string }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != tc.status {
			t.Errorf("%s: %d %s: %v", tc.name, w.Code, w.Body, err)
			continue
		}
		if want := strings.ReplaceAll(tc.want, "*", got.ID); w.Body.String() != want {
			t.Errorf("%s: got %s, want %s", tc.name, w.Body, want)
		}
		if kept := stored(); len(kept) != tc.kept || got.ID != "" && tc.kept > 0 && kept[0].ID.String() != got.ID {
			t.Errorf("%s: kept %d records", tc.name, len(kept))
		}
	}
}

func TestLogsAreRefusedAsMittensDoes(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	for _, body := range []string{`{}`, `{"content":null}`, `{"content":""}`, `{"content":7}`, `hello`, ``, `[]`, `{"content":"x","meta":[]}`} {
		w := call(t, e, http.MethodPost, "/api/v1/logs", body, "Authorization", goodKey)
		var got struct {
			Message string
			Errors  map[string]string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 400 {
			t.Errorf("%q: %d %s: %v", body, w.Code, w.Body, err)
			continue
		}
		if got.Message != "Input payload validation failed" || len(got.Errors) == 0 {
			t.Errorf("%q: %s", body, w.Body)
		}
		if strings.HasPrefix(body, `{"content":"",`) && got.Errors["content"] != "Provide a non-empty string" {
			t.Errorf("%q: %s", body, w.Body)
		}
	}
	w := call(t, e, http.MethodPost, "/api/v1/logs", `{"content":"`+string(noise(maxEvent))+`"}`, "Authorization", goodKey)
	if w.Code != 413 || !strings.Contains(w.Body.String(), `"errors":{}`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// A capture is what a real client sent.
type capture struct {
	Request struct {
		Method, Target string
		Headers        [][2]string
		Body           []byte `json:"body_base64"`
	}
}

// TestWhatRealClientsSendIsTaken posts all of it byte for byte; only the key of Faro's, which has another form, is
// replaced by the one that the rest was made with.
func TestWhatRealClientsSendIsTaken(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/captures/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	const key = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
	e, stored := openReal(t, config())
	e.deps.Directory.(directory)[project.KeyName(key)] = project.Entry{ProjectID: 1}
	for _, file := range files {
		c := captured(t, file)
		target, want := strings.Replace(c.Request.Target, "/beacon", "/api/1/events", 1), http.StatusOK
		if c.Request.Method == http.MethodGet {
			target = strings.Replace(target, "/events", "/pixel.gif", 1)
		}
		var headers []string
		for _, h := range c.Request.Headers {
			if !strings.EqualFold(h[0], "x-api-key") {
				headers = append(headers, h[0], h[1])
			}
		}
		switch {
		case c.Request.Method == http.MethodOptions:
			want = http.StatusNoContent
		case strings.HasPrefix(target, "/collect"):
			headers, want = append(headers, "X-Api-Key", key), http.StatusAccepted
		case strings.Contains(target, "/security/"), strings.Contains(target, "/reports/"):
			want = http.StatusNoContent
		}
		w := call(t, e, c.Request.Method, target, string(c.Request.Body), headers...)
		if w.Code != want || w.Header().Get("X-Sentry-Error") != "" {
			t.Errorf("%s: %d %s %v", filepath.Base(file), w.Code, w.Body, w.Header())
		}
	}
	protocols, kept := map[string]int{}, stored()
	for _, r := range kept {
		protocols[r.Protocol+" "+string(r.Kind)]++
	}
	for _, some := range []string{"sentry ", "sentry attachment", "sentry feedback", "sentry session", "sentry client_report", "native ", "faro ", "report "} {
		if protocols[some] == 0 {
			t.Errorf("nothing kept of %q: %v", some, protocols)
		}
	}
}
