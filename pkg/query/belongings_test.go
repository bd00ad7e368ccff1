package query

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

func (s *site) attach(id event.ID, of, name, contentType string, data []byte, received time.Time) {
	s.b.t.Helper()
	s.b.exec(`insert into attachments (attachment_id, project_id, event_id, received_at, day, size, name, content_type, data)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		[16]byte(id), s.project, of, received, event.DayOf(received).Time(), len(data), name, contentType, data)
}

func (s *site) say(id event.ID, of *string, message string, received time.Time) {
	s.b.t.Helper()
	s.b.exec(`insert into feedback (feedback_id, project_id, event_id, received_at, day, name, email, message, url)
		values ($1, $2, $3, $4, $5, 'A Visitor', 'v@example.org', $6, 'https://shop.example/')`,
		[16]byte(id), s.project, of, received, event.DayOf(received).Time(), message)
}

func TestAnEventIsShownWithWhatCameWithIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	now := time.Now().UTC()
	event1 := s.store(s.record(event.Native, now, nativeError))[0]
	lonely := s.store(s.record(event.Native, now, nativeError))[0]
	file := event.NewID(now)
	s.attach(file, event1, "log.txt", "text/plain", []byte("hello"), now)
	s.say(event.NewID(now), &event1, "it broke", now.Add(time.Second))

	full := object(t, b.get(s.path("/events/"+event1), s.token))
	files, feedback := full["attachments"].([]any), full["feedback"].([]any)
	if len(files) != 1 || len(feedback) != 1 {
		t.Fatalf("%d attachments, %d feedback", len(files), len(feedback))
	}
	if f := files[0].(map[string]any); f["id"] != file.String() || f["name"] != "log.txt" || f["size"] != 5.0 || f["content_type"] != "text/plain" || f["data"] != nil {
		t.Errorf("attachment: %v", f)
	}
	if f := feedback[0].(map[string]any); f["message"] != "it broke" || f["event_id"] != event1 {
		t.Errorf("feedback: %v", f)
	}
	full = object(t, b.get(s.path("/events/"+lonely), s.token))
	if len(full["attachments"].([]any)) != 0 || len(full["feedback"].([]any)) != 0 {
		t.Errorf("an event alone: %v, %v", full["attachments"], full["feedback"])
	}
	list := object(t, b.get(s.path("/events/"+event1+"/attachments"), s.token))["attachments"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["id"] != file.String() {
		t.Errorf("attachments: %v", list)
	}
	day := list[0].(map[string]any)["day"].(string)
	for _, path := range []string{"/attachments/" + file.String(), "/attachments/" + file.String() + "?day=" + day} {
		w := b.get(s.path(path), s.token)
		if w.Code != http.StatusOK || w.Body.String() != "hello" {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
		for name, want := range map[string]string{
			"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Disposition": `attachment; filename="log.txt"`,
			"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store", "Content-Length": "5",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", path, name, got, want)
			}
		}
	}
	for _, path := range []string{"/attachments/" + file.String(), "/events/" + event1 + "/attachments", "/feedback"} {
		refusal(t, b.get(s.path(path), other.token), http.StatusNotFound)
		refusal(t, b.get(s.path(path), other.wide), http.StatusNotFound)
	}
	refusal(t, b.get(s.path("/attachments/"+event1), s.token), http.StatusNotFound)
	refusal(t, b.get(s.path("/attachments/x"), s.token), http.StatusNotFound)
	refusal(t, b.get(s.path("/attachments/"+file.String()+"?day=2020-01-01"), s.token), http.StatusNotFound)
}

func TestFilesAreSavedUnderHarmlessNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"a name", "log.txt", `attachment; filename="log.txt"`},
		{"a path", "../../etc/passwd", `attachment; filename="passwd"`},
		{"a path of Windows", `C:\temp\a.png`, `attachment; filename="a.png"`},
		{"quotes and lines", "a\"; filename=\"b.exe\r\nX: y", `attachment; filename="a__ filename=_b.exe__X_ y"`},
		{"an accent", "é.txt", `attachment; filename="_.txt"; filename*=UTF-8''%C3%A9.txt`},
		{"an accent among signs", "é+'(1) =@.txt", `attachment; filename="_+'(1) =@.txt"; filename*=UTF-8''%C3%A9%2B%27%281%29%20%3D%40.txt`},
		{"text turned around", "a\u202egnp.exe", `attachment; filename="a_gnp.exe"`},
		{"a hidden file", ".htaccess", `attachment; filename="htaccess"`},
		{"dots", "..", `attachment; filename="attachment"`},
		{"nothing", "", `attachment; filename="attachment"`},
		{"bad UTF-8", "a\xff.txt", `attachment; filename="a_.txt"`},
		{"a long name", strings.Repeat("x", 300), `attachment; filename="` + strings.Repeat("x", 200) + `"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := disposition(tc.in); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestFeedbackIsListedInPages(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	now := time.Now().UTC()
	about := event.NewID(now).String()
	for i := range 5 {
		var of *string
		if i == 3 {
			of = &about
		}
		s.say(event.NewID(now), of, fmt.Sprint("message ", i), now.Add(-time.Duration(i)*time.Hour))
	}
	other.say(event.NewID(now), nil, "of somebody else", now)
	var all []string
	for next := ""; ; {
		page := object(t, b.get(s.path("/feedback?limit=2&cursor="+next), s.token))
		for _, f := range page["feedback"].([]any) {
			all = append(all, f.(map[string]any)["message"].(string))
		}
		if page["next"] == nil {
			break
		}
		next = page["next"].(string)
	}
	if got := strings.Join(all, ","); got != "message 0,message 1,message 2,message 3,message 4" {
		t.Errorf("got %s", got)
	}
	of := object(t, b.get(s.path("/feedback?fields=message,event_id&event="+about), s.token))["feedback"].([]any)
	if len(of) != 1 || keys(of[0]) != "event_id message" || of[0].(map[string]any)["message"] != "message 3" {
		t.Errorf("of one event: %v", of)
	}
	from := now.Add(-150 * time.Minute).Format(time.RFC3339)
	if late := object(t, b.get(s.path("/feedback?from="+from), s.token))["feedback"].([]any); len(late) != 3 {
		t.Errorf("from %s: %v", from, late)
	}
	refusal(t, b.get(s.path("/feedback?cursor=x"), s.token), http.StatusBadRequest)
	refusal(t, b.get(s.path("/feedback?event=x"), s.token), http.StatusBadRequest)
}
