package query

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// bury makes a record of the site a dead letter.
func (s *site) bury(q *queue.Queue, reason string, rec *pack.Record) {
	s.b.t.Helper()
	d := queue.DeadLetter{Project: s.project, Pack: event.NewID(time.Now()), Reason: reason, Error: "refused"}
	if rec != nil {
		d.EventID, d.Record = rec.ID, rec.Append(nil)
	}
	if err := q.Bury(s.b.t.Context(), d); err != nil {
		s.b.t.Fatal(err)
	}
}

func (b *bench) post(path, token string) int {
	b.t.Helper()
	return b.do(http.MethodPost, path, http.Header{"Authorization": {"Bearer " + token}}, nil).Code
}

func TestDeadLettersAreListedShownAndTriedAgain(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	b := newBenchOf(t, storetest.URL(t), "http://127.0.0.1:1", q)
	s, other := b.site("acme"), b.site("other")
	admin := s.makeToken(0, store.ScopeAdmin)
	record := func() *pack.Record {
		r := s.record(event.Native, time.Now(), nativeError)
		return &r
	}
	written := record()
	s.bury(q, "rejected", written)
	other.bury(q, "rejected", written)
	s.bury(q, "corrupt", nil)
	s.bury(q, "invalid", record())
	s.store(*written)

	list := object(t, b.get(s.path("/dead-letters?limit=2"), admin))
	letters := list["dead_letters"].([]any)
	first := letters[0].(map[string]any)
	if len(letters) != 2 || list["next"] != "3" || first["event_id"] != written.ID.String() || first["written"] != true || letters[1].(map[string]any)["written"] != false {
		t.Fatalf("first page: %v", list)
	}
	if _, told := first["record"]; told {
		t.Error("a list holds the bytes")
	}
	list = object(t, b.get(s.path("/dead-letters?limit=2&cursor=3"), admin))
	if letters = list["dead_letters"].([]any); len(letters) != 1 || list["next"] != nil || letters[0].(map[string]any)["sequence"] != 4.0 {
		t.Fatalf("second page: %v", list)
	}

	one := object(t, b.get(s.path("/dead-letters/4"), admin))
	if raw := one["record"].(map[string]any)["raw"].(map[string]any); raw["type"] != "TypeError" || one["retrying"] != false {
		t.Errorf("one: %v", one)
	}
	if one = object(t, b.get(s.path("/dead-letters/3"), admin)); one["record"] != nil {
		t.Errorf("a corrupt pack has no record, but %v", one["record"])
	}

	if code := b.post(s.path("/dead-letters/1/retry"), admin); code != http.StatusAccepted {
		t.Errorf("retry of one: %d", code)
	}
	if one = object(t, b.get(s.path("/dead-letters/1"), admin)); one["retrying"] != true {
		t.Errorf("asked for, but %v", one)
	}
	if code := b.post(s.path("/dead-letters/retry"), admin); code != http.StatusAccepted {
		t.Errorf("retry of all: %d", code)
	}
	waiting, err := q.Retrying(t.Context(), s.project)
	if err != nil || len(waiting) != 2 || !waiting[1] || !waiting[4] {
		t.Errorf("waiting: %v, %v; want what was asked for, and of all those that are not written and may be", waiting, err)
	}
}

func TestDeadLettersAreForAdminsOfTheirProject(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	b := newBenchOf(t, storetest.URL(t), "http://127.0.0.1:1", q)
	s, other := b.site("acme"), b.site("other")
	rec := s.record(event.Native, time.Now(), nativeError)
	s.bury(q, "rejected", &rec)
	admin, foreign := s.makeToken(0, store.ScopeAdmin), other.makeToken(0, store.ScopeAdmin)
	for _, path := range []string{"", "/1"} {
		refusal(t, b.get(s.path("/dead-letters"+path), s.token), http.StatusForbidden)
		refusal(t, b.get(s.path("/dead-letters"+path), foreign), http.StatusNotFound)
	}
	for _, path := range []string{"/1/retry", "/retry"} {
		if code := b.post(s.path("/dead-letters"+path), foreign); code != http.StatusNotFound {
			t.Errorf("%s by another organization: %d", path, code)
		}
	}
	// By its sequence, a letter of another project is not there either.
	refusal(t, b.get(fmt.Sprintf("/api/v1/projects/%d/dead-letters/1", other.project), foreign), http.StatusNotFound)
	for _, path := range []string{"/x", "/0", "/-1", "/99", "/18446744073709551616"} {
		refusal(t, b.get(s.path("/dead-letters"+path), admin), http.StatusNotFound)
	}
	for _, query := range []string{"?limit=51", "?limit=0", "?cursor=x", "?after=1"} {
		refusal(t, b.get(s.path("/dead-letters"+query), admin), http.StatusBadRequest)
	}
	if waiting, err := q.Retrying(t.Context(), s.project); err != nil || len(waiting) != 0 {
		t.Errorf("waiting: %v, %v", waiting, err)
	}
}
