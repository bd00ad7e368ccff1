package ingest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// item is one item of an envelope, its length told.
func item(header, payload string) string {
	return fmt.Sprintf("{%s,\"length\":%d}\n%s\n", header, len(payload), payload)
}

const (
	envelopeURL = "/api/7/envelope?key=" + goodKey
	someID      = "0123456789abcdef0123456789abcdef"
	otherID     = "fedcba9876543210fedcba9876543210"
)

// kinds lists the kinds of records in their order, "event" for an event.
func kinds(records []pack.Record) string {
	var all []string
	for _, r := range records {
		kind := string(r.Kind)
		if r.Kind == pack.Event {
			kind = "event"
		}
		all = append(all, kind)
	}
	return strings.Join(all, " ")
}

func TestWhatComesBesideEventsIsKept(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	head := `{"event_id":"` + someID + `"}` + "\n"
	errorItem := item(`"type":"event"`, `{"message":"x"}`)
	shot := item(`"type":"attachment","filename":"a.txt","content_type":"text/plain"`, "\x00\nbytes\xff")
	session := item(`"type":"session"`, `{"sid":"x","init":true}`)
	for _, tc := range []struct{ name, body, reply, want string }{
		{"an attachment behind its event", head + errorItem + shot, `{"id":"` + someID + `"}`, "event attachment"},
		{"an attachment before its event", head + shot + errorItem, `{"id":"` + someID + `"}`, "event attachment"},
		{"an attachment that comes later", head + shot, `{"id":"` + someID + `"}`, "attachment"},
		{"an attachment of nothing", "{}\n" + shot, `{}`, ""},
		{"an attachment of a transaction", head + item(`"type":"transaction"`, "{}") + shot, `{"id":"` + someID + `"}`, ""},
		{"a screenshot of feedback", head + item(`"type":"feedback"`, `{"event_id":"`+someID+`"}`) + shot, `{"id":"` + someID + `"}`, "feedback attachment"},
		{"feedback", head + item(`"type":"feedback"`, `{"event_id":"`+someID+`"}`), `{"id":"` + someID + `"}`, "feedback"},
		{"feedback called an event", head + item(`"type":"event"`, `{"event_id":"`+someID+`","type":"feedback"}`), `{"id":"` + someID + `"}`, "feedback"},
		{"feedback beside an event", head + errorItem + item(`"type":"feedback"`, `{"event_id":"`+otherID+`"}`), `{"id":"` + someID + `"}`, "event feedback"},
		{"a user report", head + item(`"type":"user_report"`, `{"event_id":"`+someID+`","comments":"x"}`), `{"id":"` + someID + `"}`, "feedback"},
		{"a file beside a user report", head + shot + item(`"type":"user_report"`, `{"event_id":"`+someID+`","comments":"x"}`), `{"id":"` + someID + `"}`, "feedback attachment"},
		{"sessions of both kinds", "{}\n" + session + item(`"type":"sessions"`, `{"aggregates":[]}`), `{}`, "session session"},
		{"a client report beside an event", head + errorItem + item(`"type":"client_report"`, "{}"), `{"id":"` + someID + `"}`, "event client_report"},
		{"a session that is no JSON costs nothing else", head + errorItem + item(`"type":"session"`, "{") + session, `{"id":"` + someID + `"}`, "event session"},
		{"a session that is no object", head + errorItem + item(`"type":"session"`, "[]"), `{"id":"` + someID + `"}`, "event"},
		{"feedback that is no JSON", head + errorItem + item(`"type":"feedback"`, "x"), `{"id":"` + someID + `"}`, "event"},
		{"a session over its limit", head + errorItem + item(`"type":"session"`, `{"a":"`+strings.Repeat("x", maxSidecar)+`"}`), `{"id":"` + someID + `"}`, "event"},
		{"what a report of a policy says in an envelope", "{}\n" + item(`"type":"raw_security"`, "{}"), `{}`, ""},
	} {
		w := call(t, e, http.MethodPost, envelopeURL, tc.body)
		if w.Code != http.StatusOK || w.Body.String() != tc.reply {
			t.Errorf("%s: %d %s, want %s", tc.name, w.Code, w.Body, tc.reply)
		}
		if got := kinds(stored()); got != tc.want {
			t.Errorf("%s: kept %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestASidecarNamesItsEvent(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	now := time.Date(2026, 11, 21, 0, 0, 30, 0, time.UTC)
	e.deps.Now = func() time.Time { return now }
	body := `{"event_id":"` + someID + `"}` + "\n" + item(`"type":"attachment","filename":"`+strings.Repeat("n", 600)+`","content_type":"`+strings.Repeat("c", 600)+`"`, "bytes") +
		item(`"type":"event"`, `{"timestamp":"2026-11-20T23:59:59Z"}`) + item(`"type":"user_report"`, `{"event_id":"`+otherID+`"}`) +
		item(`"type":"feedback"`, `{"event_id":"`+otherID+`","timestamp":1795219199}`)
	var first []pack.Record
	for range 2 {
		if w := call(t, e, http.MethodPost, envelopeURL, body); w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		got := stored()
		if kinds(got) != "event feedback feedback attachment" {
			t.Fatal(kinds(got))
		}
		report, feedback, file := got[1], got[2], got[3]
		if file.Of != got[0].ID || file.Day != event.DayOf(now)-1 || file.Day != got[0].Day || len(file.Name) != maxField || len(file.Type) != maxField || string(file.Raw) != "bytes" {
			t.Errorf("attachment: %+v", file)
		}
		if report.Of.String() != otherID || report.Day != event.DayOf(now) || feedback.ID.String() != otherID || feedback.Day != event.DayOf(now)-1 {
			t.Errorf("feedback: %+v, %+v", report, feedback)
		}
		if first == nil {
			first = got
			now = now.Add(time.Minute)
			continue
		}
		for i := range got {
			if got[i].ID != first[i].ID {
				t.Errorf("record %d has another id when it is sent again", i)
			}
		}
	}
}

func TestSidecarsAreBounded(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	head, errorItem := `{"event_id":"`+someID+`"}`+"\n", item(`"type":"event"`, `{"message":"x"}`)
	large := item(`"type":"attachment","filename":"large"`, strings.Repeat("\x00", maxAttachments-1))
	small := item(`"type":"attachment","filename":"small"`, "12")
	for _, tc := range []struct {
		name, body string
		want       int
	}{
		{"attachments of 4 MiB together", head + errorItem + large + item(`"type":"attachment"`, "1"), 3},
		{"attachments over 4 MiB: what fits is kept", head + errorItem + large + small + item(`"type":"attachment"`, "1"), 3},
		{"150 sessions", head + errorItem + strings.Repeat(item(`"type":"session"`, "{}"), 150), 1 + maxSidecars},
		{"150 attachments", head + errorItem + strings.Repeat(small, 150), 1 + maxSidecars},
	} {
		w := call(t, e, http.MethodPost, envelopeURL, string(inAllEncodings(t, []byte(tc.body))["gzip"]), "Content-Encoding", "gzip")
		if got := len(stored()); w.Code != http.StatusOK || got != tc.want {
			t.Errorf("%s: %d %s, kept %d, want %d", tc.name, w.Code, w.Body, got, tc.want)
		}
	}
	if w := call(t, e, http.MethodPost, envelopeURL, head+small+item(`"type":"event"`, `{"a":"`+string(noise(maxEvent))+`"}`)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("an event over its limit: %d", w.Code)
	}
}

// TestFilesNeedNotBeCompressed: browsers send a screenshot as it is, and its event must not be lost by it.
func TestFilesNeedNotBeCompressed(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	head, errorItem := `{"event_id":"`+someID+`"}`+"\n", item(`"type":"event"`, `{"message":"x"}`)
	file := func(n int) string { return item(`"type":"attachment"`, string(noise(n))) }
	form := func(n int) string {
		const part = "--b\r\nContent-Disposition: form-data; name=\""
		return part + "message\"\r\n\r\nx\r\n" + part + "shot\"; filename=\"a.png\"\r\n\r\n" + string(noise(n)) + "\r\n--b--\r\n"
	}
	const eventsURL = "/t/" + goodKey
	for _, tc := range []struct {
		name, target, body string
		want, kept         int
	}{
		{"a file over 2 MiB", envelopeURL, head + errorItem + file(3<<20), 200, 2},
		{"a file over 4 MiB goes alone", envelopeURL, head + errorItem + file(5<<20), 200, 1},
		{"a file of a form", eventsURL, form(3 << 20), 200, 2},
		{"a file of a form over 4 MiB goes alone", eventsURL, form(5 << 20), 200, 1},
		{"over 8 MiB with its files", envelopeURL, head + errorItem + file(8<<20), 413, 0},
		{"over 2 MiB without them", envelopeURL, head + errorItem + file(3<<20) + item(`"type":"replay_video"`, string(noise(2<<20))), 413, 0},
		{"over 2 MiB, and no files", eventsURL, strings.Repeat(`{"message":"`+string(noise(1<<19))+"\"}\n", 5), 413, 0},
		{"over 2 MiB where no file can be", "/api/7/store?key=" + goodKey, `{"message":"` + string(noise(2<<20)) + `"}`, 413, 0},
	} {
		w := call(t, e, http.MethodPost, tc.target, tc.body, "Content-Type", "multipart/form-data; boundary=b")
		if got := len(stored()); w.Code != tc.want || got != tc.kept {
			t.Errorf("%s: %d %s, kept %d, want %d and %d", tc.name, w.Code, w.Body, got, tc.want, tc.kept)
		}
	}
	if held := e.bodies.inHand.Load(); held != 0 {
		t.Errorf("%d bytes still count as held", held)
	}
}
