package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/store"
)

func TestASearchThatFindsLittleGoesOnWhereItHasEnded(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	newSite(t, s.db, "b")
	newSite(t, s.db, "c")
	s.exec(fill, s.project)
	s.exec(fillFingerprints)
	s.exec(`update events set type = 'Needle' where event_id in (select event_id from events where project_id = $1 order by received_at limit 1)`, s.project)
	for _, issue := range []event.ID{{}, fingerprintOf(t, s, "Needle")} {
		for _, tc := range []struct {
			kind string
			want int
		}{{"Needle", 1}, {"Nothing", 0}} {
			for _, stepwise := range []bool{false, true} {
				db := s.db
				if stepwise {
					db = s.db.StepByStep()
				}
				found, pages, searched := 0, 0, time.Now().Add(time.Hour*100)
				f := store.EventFilter{Project: s.project, Issue: issue, Type: tc.kind, To: time.Now().Add(72 * time.Hour)}
				for {
					page, next, err := db.Events(t.Context(), s.org, f)
					if err != nil {
						t.Fatal(err)
					}
					found, pages = found+len(page), pages+1
					if f.Cursor = next; next == "" {
						break
					}
					if to := store.SearchedTo(next); !to.Before(searched) || to.IsZero() {
						t.Fatalf("%s: it does not get on", tc.kind)
					}
					searched = store.SearchedTo(next)
				}
				if found != tc.want || stepwise && issue.IsZero() && pages < 3 || !stepwise && pages != 1 {
					t.Errorf("%s of %s, stepwise %v: %d on %d pages, want %d", tc.kind, issue, stepwise, found, pages, tc.want)
				}
			}
		}
	}
}

func fingerprintOf(t *testing.T, s shelf, kind string) (id event.ID) {
	t.Helper()
	events, _, err := s.db.Events(t.Context(), s.org, store.EventFilter{Project: s.project, Type: kind, To: time.Now().Add(72 * time.Hour)})
	if err != nil || len(events) != 1 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	return events[0].IssueID
}

func TestNeighboursAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var rows []store.Row
	for i := range 30 {
		// Three share each instant; types take turns.
		rows = append(rows, s.row(s.at.Add(time.Duration(i/3)*time.Second), func(e *event.Event) { e.Type = fmt.Sprint("Kind", i%2) }))
	}
	write(t, s.db, rows...)
	words := search.Query{Terms: []search.Term{{Field: search.Text, Op: search.Match, Value: "kind*"}}}
	for name, f := range map[string]store.EventFilter{
		"all": {}, "of an issue": {Issue: event.NamedID(s.project, "Kind1")}, "of a type": {Type: "Kind0"}, "of words": {Query: words}, "from": {From: s.at.Add(3 * time.Second)},
	} {
		f.Project, f.Limit = s.project, 100
		list, _, err := s.db.Events(t.Context(), s.org, f)
		if err != nil || len(list) < 10 {
			t.Fatalf("%s: %d events, %v", name, len(list), err)
		}
		for i, e := range list {
			previous, next, err := s.db.Neighbours(t.Context(), s.org, f, e.ID, e.Received)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if diff := cmp.Diff(at(list, i-1), previous) + cmp.Diff(at(list, i+1), next); diff != "" {
				t.Fatalf("%s: neighbours of %d:\n%s", name, i, diff)
			}
		}
	}
	other := newSite(t, s.db, "other")
	if _, _, err := s.db.Neighbours(t.Context(), other.org, store.EventFilter{Project: s.project}, rows[0].Event.ID, rows[0].Received); err == nil {
		t.Error("another organization is told neighbours")
	}
}

func at(list []store.EventRow, i int) *store.EventRow {
	if i < 0 || i >= len(list) {
		return nil
	}
	return &list[i]
}

func TestExportsHaveEverythingOnceAndGoOnFromAnyCursor(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	var rows []store.Row
	for i := range 2100 { // more than two pages
		rows = append(rows, s.row(s.at.Add(time.Duration(i/4)*time.Second), func(e *event.Event) { e.Type = fmt.Sprint("Kind", i) }))
	}
	for chunk := range slices.Chunk(rows, 700) {
		write(t, s.db, chunk...)
	}
	var ids []event.ID
	cursors := map[int]string{}
	for e, err := range s.db.EachEvent(t.Context(), s.org, store.EventFilter{Project: s.project}) {
		if err != nil {
			t.Fatal(err)
		}
		cursors[len(ids)] = e.Cursor
		ids = append(ids, e.Value.ID)
	}
	if n := len(slices.Compact(slices.Clone(ids))); n != 2100 {
		t.Errorf("%d events, %d different", len(ids), n)
	}
	for _, i := range []int{0, 999, 1000, 1500, 2099} {
		rest := 0
		for e, err := range s.db.EachEvent(t.Context(), s.org, store.EventFilter{Project: s.project, Cursor: cursors[i]}) {
			if rest++; err != nil || e.Value.ID != ids[i+rest] {
				t.Fatalf("behind %d: %v, %v", i, e.Value.ID, err)
			}
		}
		if rest != 2099-i {
			t.Errorf("behind %d: %d, want %d", i, rest, 2099-i)
		}
	}
	for _, f := range []store.IssueFilter{{Project: s.project}, {Sort: "events"}, {Sort: "users", Project: s.project}} {
		seen, last := map[event.ID]bool{}, ""
		for i, err := range s.db.EachIssue(t.Context(), s.org, f) {
			if err != nil {
				t.Fatal(err)
			}
			if seen[i.Value.ID] = true; len(seen) == 1800 {
				last = i.Cursor
			}
		}
		f.Cursor = last
		for i, err := range s.db.EachIssue(t.Context(), s.org, f) {
			if err != nil {
				t.Fatal(err)
			}
			delete(seen, i.Value.ID)
		}
		if len(seen) != 1800 {
			t.Errorf("%+v: %d issues before the cursor, want 1800", f, len(seen))
		}
	}
}
