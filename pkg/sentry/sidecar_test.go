package sentry

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
)

const started = "2026-11-21T16:57:44.822Z"

func TestSessionsCountWhatBeganAndHowItEnded(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 16, 57, 44, 822_000_000, time.UTC)
	const attrs = `"attrs":{"release":"shop@1.4.2","environment":"production","ip_address":"{{auto}}"}`
	update := func(began, errored, crashed int) []Session {
		return []Session{{"da6cce8c2b054af4a9a555850071dda2", "shop@1.4.2", "production", at, began, errored, crashed}}
	}
	sid := `{"sid":"da6cce8c2b054af4a9a555850071dda2","started":"` + started + `",` + attrs
	for name, c := range map[string]struct {
		payload string
		want    []Session
	}{
		"the first update":                        {sid + `,"init":true,"status":"ok","errors":0}`, update(1, 0, 0)},
		"one that began and ended at once":        {sid + `,"init":true,"status":"exited","duration":54}`, update(1, 0, 0)},
		"a later one":                             {sid + `,"init":false,"status":"ok","errors":0}`, update(0, 0, 0)},
		"a handled error":                         {sid + `,"init":false,"status":"ok","errors":2}`, update(0, 1, 0)},
		"an uncaught error, to SDKs up to 10":     {sid + `,"init":false,"status":"crashed","errors":1}`, update(0, 1, 1)},
		"an uncaught error, to SDKs from 11 on":   {sid + `,"init":false,"status":"unhandled","errors":1}`, update(0, 1, 1)},
		"a crash counts as an error":              {sid + `,"status":"crashed"}`, update(0, 1, 1)},
		"an abnormal end is an error":             {sid + `,"status":"abnormal"}`, update(0, 1, 0)},
		"a status nobody knows":                   {sid + `,"init":true,"status":"happy"}`, update(1, 0, 0)},
		"wrong types read as missing":             {`{"sid":{},"init":"yes","errors":[],"status":7,"started":{},"attrs":[]}`, []Session{{}}},
		"buckets whose attributes stand behind":   {`{"aggregates":[{"started":"` + started + `","exited":3,"errored":2,"crashed":1}],` + attrs + `}`, []Session{{"", "shop@1.4.2", "production", at, 6, 3, 1}}},
		"buckets of every end":                    {`{` + attrs + `,"aggregates":[{"exited":1,"errored":10,"abnormal":100,"unhandled":1000,"crashed":10000},{"exited":0}]}`, []Session{{"", "shop@1.4.2", "production", time.Time{}, 11111, 11110, 11000}}},
		"numbers that nobody can have counted":    {`{` + attrs + `,"aggregates":[{"exited":1e300,"errored":-5,"crashed":"many"}]}`, []Session{{"", "shop@1.4.2", "production", time.Time{}, MaxQuantity, 0, 0}}},
		"a bucket that names a member many times": {`{` + attrs + `,"aggregates":[{` + strings.Repeat(`"crashed":1000000,`, 50) + `"exited":0}]}`, []Session{{"", "shop@1.4.2", "production", time.Time{}, MaxQuantity, MaxQuantity, MaxQuantity}}},
	} {
		got, err := Sessions([]byte(c.payload))
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	many, err := Sessions([]byte(`{"aggregates":[` + strings.Repeat(`{"exited":1},`, 5000) + `{"exited":1}]}`))
	if err != nil || len(many) != maxBuckets {
		t.Errorf("%d buckets, %v, want %d", len(many), err, maxBuckets)
	}
}

func TestClientReportsCountWhatIsKnown(t *testing.T) {
	t.Parallel()
	got, err := ClientReport([]byte(`{"timestamp":1795280269.803,"discarded_events":[
		{"reason":"before_send","category":"error","quantity":2}, {"reason":"no_parent_span","category":"span","quantity":1},
		{"reason":"<script>","category":"made up","quantity":1e99}, {"reason":"before_send","category":"error","quantity":0},
		{"reason":"before_send","category":"error","quantity":-4}, {"quantity":1}, 7]}`))
	want := []Discarded{{"before_send", "error", 2}, {"no_parent_span", "span", 1}, {"<script>", Other, MaxQuantity}, {"", Other, 1}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for reason, want := range map[string]string{"before_send": "before_send", "ratelimit_backoff": "ratelimit_backoff", "<script>": Other, "": Other} {
		if got := KnownReason(reason); got != want {
			t.Errorf("reason %q reads as %q, want %q", reason, got, want)
		}
	}
	for _, list := range [][]string{reasons, categories} {
		for _, name := range list {
			if known(list, name) != name {
				t.Errorf("%s is not found: its list is not sorted", name)
			}
		}
	}
	many, err := ClientReport([]byte(`{"discarded_events":[` + strings.Repeat(`{"quantity":1},`, 500) + `{"quantity":1}]}`))
	if err != nil || len(many) != maxDiscarded {
		t.Errorf("%d entries, %v, want %d", len(many), err, maxDiscarded)
	}
}

func TestFeedbackIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		payload string
		want    Feedback
	}{
		"a user report": {
			`{"event_id":"9460f47018a84957be5777be7818a104","name":"Ada","email":"ada@example.com","comments":"It broke when I paid."}`,
			Feedback{"9460f47018a84957be5777be7818a104", "Ada", "ada@example.com", "It broke when I paid.", ""},
		},
		"a feedback event": {
			`{"contexts":{"trace":{},"feedback":{"contact_email":"ada@example.com","name":"Ada","message":"It broke.","associated_event_id":"567c548e254b4d9faca330ab0febcc2a"}},
				"type":"feedback","request":{"url":"https://shop.example/cart"},"event_id":"70575f8e22bb4500808f899351c6853b"}`,
			Feedback{"567c548e254b4d9faca330ab0febcc2a", "Ada", "ada@example.com", "It broke.", "https://shop.example/cart"},
		},
		"a feedback event about no error": {
			`{"event_id":"70575f8e22bb4500808f899351c6853b","contexts":{"feedback":{"message":"Nice.","url":"https://shop.example/"}}}`,
			Feedback{"", "", "", "Nice.", "https://shop.example/"},
		},
		"text that no database takes": {
			`{"comments":"a\u0000b\ud800c","name":7,"email":{}}`, Feedback{"", "7", "", "a\uFFFDb\uFFFDc", ""},
		},
	} {
		got, err := ReadFeedback([]byte(c.payload))
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	for _, payload := range []string{`{}`, `{"comments":""}`, `{"contexts":{"feedback":{"name":"Ada"}}}`} {
		if _, err := ReadFeedback([]byte(payload)); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%s: %v, want %v", payload, err, event.ErrInvalid)
		}
	}
}

// FuzzSidecar reads anything as each of the things that come beside events.
func FuzzSidecar(f *testing.F) {
	for _, seed := range []string{
		`{"sid":"da6cce8c2b054af4a9a555850071dda2","init":true,"started":"` + started + `","status":"ok","errors":0,"attrs":{"release":"shop@1.4.2"}}`,
		`{"aggregates":[{"started":"2026-11-21T17:13:00.000Z","exited":0,"errored":1,"crashed":0}],"attrs":{"release":"a","environment":"b"}}`,
		`{"timestamp":1795280269.803,"discarded_events":[{"reason":"before_send","category":"error","quantity":2}]}`,
		`{"event_id":"9460f47018a84957be5777be7818a104","name":"Ada","email":"ada@example.com","comments":"It broke."}`,
		`{"contexts":{"feedback":{"contact_email":"ada@example.com","message":"It broke.","associated_event_id":"567c548e254b4d9faca330ab0febcc2a"}}}`,
		`[]`, `{"aggregates":{}}`, `nothing`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		sessions, err := Sessions(payload)
		for _, s := range sessions {
			if s.Crashed > s.Errored || s.Began > MaxQuantity || s.Errored > MaxQuantity || s.Crashed < 0 || s.Began < 0 {
				t.Errorf("counts that can't be: %+v", s)
			}
		}
		report, err2 := ClientReport(payload)
		for _, d := range report {
			if d.Quantity < 1 || d.Quantity > MaxQuantity {
				t.Errorf("a quantity that can't be: %+v", d)
			}
		}
		feedback, err3 := ReadFeedback(payload)
		if err3 == nil && feedback.Message == "" {
			t.Error("feedback without a message")
		}
		for _, err := range []error{err, err2, err3} {
			if err != nil && !errors.Is(err, event.ErrInvalid) {
				t.Errorf("%v is no %v", err, event.ErrInvalid)
			}
		}
	})
}
