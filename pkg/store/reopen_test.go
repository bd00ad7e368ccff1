package store_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// triaged is what became of an issue.
type triaged struct {
	Status      string
	Regressions int
	Decided     bool // some of what was decided is left
	Activity    []string
}

func readTriaged(t *testing.T, url string) (got triaged) {
	t.Helper()
	queryRow(t, url, `select status, regressions,
			coalesce(resolved_at::text, resolved_release, ignored_until::text, ignored_events::text, ignored_users::text) is not null,
			(select coalesce(array_agg(kind || ' ' || detail::text order by at), '{}') from trivet.activity where actor_kind = 'worker')
		from trivet.issues`, &got.Status, &got.Regressions, &got.Decided, &got.Activity)
	for i, a := range got.Activity { // without ids
		var kind string
		var detail map[string]any
		if _, err := fmt.Sscan(a, &kind); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(a[len(kind):]), &detail); err != nil {
			t.Fatal(err)
		}
		delete(detail, "event_id")
		delete(detail, "until")
		left, err := json.Marshal(detail)
		if err != nil {
			t.Fatal(err)
		}
		got.Activity[i] = kind + " " + string(left)
	}
	return got
}

func TestAResolvedIssueComesBackByTheEventsThatMay(t *testing.T) {
	t.Parallel()
	stays := triaged{Status: "resolved", Decided: true, Activity: []string{}}
	back := func(release string) triaged {
		return triaged{Status: "unresolved", Regressions: 1, Activity: []string{fmt.Sprintf(`regress {"release":%q}`, release)}}
	}
	for _, c := range []struct {
		name     string
		resolved string // SQL of resolved_release
		release  string // of the event
		before   bool   // it was received before it was resolved
		want     triaged
	}{
		{"any event reopens what was resolved without a release", "null", "shop@1", false, back("shop@1")},
		{"one without a release too", "null", "", false, back("")},
		{"one that was received before does not", "null", "shop@1", true, stays},
		{"a release that was seen before does not reopen what is resolved in the next", "''", "shop@1", false, stays},
		{"one that was not does", "''", "shop@9", false, back("shop@9")},
		{"no release is no next one", "''", "", false, stays},
		{"the release it was resolved in reopens it", "'shop@2'", "shop@2", false, back("shop@2")},
		{"one that was first seen after it too", "'shop@2'", "shop@3", false, back("shop@3")},
		{"one that was first seen before it does not", "'shop@2'", "shop@1", false, stays},
		{"nor does any while the release it was resolved in was not seen", "'shop@8'", "shop@3", false, stays},
		{"until that one is", "'shop@8'", "shop@8", false, back("shop@8")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db, url := open(t)
			start := now().Add(-time.Hour)
			event := func(release string, at time.Time) store.Row {
				r := row(1, 1, event.NewID(at), at)
				r.Event.Release = release
				return r
			}
			for i, release := range []string{"shop@1", "shop@2", "shop@3"} {
				write(t, db, event(release, start.Add(time.Duration(i)*time.Minute)))
			}
			execute(t, url, `update trivet.issues set status = 'resolved', resolved_at = now() - interval '10 minutes', resolved_release = `+c.resolved)
			at := now()
			if c.before {
				at = now().Add(-20 * time.Minute)
			}
			again := event(c.release, at)
			write(t, db, again)
			write(t, db, again) // in another pack: nothing new
			if diff := cmp.Diff(c.want, readTriaged(t, url)); diff != "" {
				t.Errorf("issue (-want +got):\n%s", diff)
			}
		})
	}
}

func TestARegressionIsOfTheFirstEventThatBroughtItBack(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	start := now().Add(-time.Hour)
	write(t, db, row(1, 1, event.NewID(start), start))
	execute(t, url, `update trivet.issues set status = 'resolved', resolved_at = now() - interval '10 minutes'`)
	var rows []store.Row
	for i := range 5 {
		at := now().Add(-time.Duration(i) * 4 * time.Minute) // now, 4, 8, 12 and 16 minutes ago
		rows = append(rows, row(1, 1, event.NewID(at), at))
	}
	result, err := db.Write(t.Context(), batch(event.NewID(now()), rows...))
	if err != nil || result.Reopened != 1 {
		t.Fatalf("got %+v, %v, want one reopened", result, err)
	}
	var regressed time.Time
	var id string
	queryRow(t, url, `select regressed_at, (select detail->>'event_id' from trivet.activity) from trivet.issues`, &regressed, &id)
	if want := rows[2]; !regressed.Equal(want.Received) || id != want.Event.ID.String() {
		t.Errorf("came back at %v by %s, want %v by %s", regressed, id, want.Received, want.Event.ID)
	}
}

func TestAnIgnoredIssueComesBackWhenEnoughHappened(t *testing.T) {
	t.Parallel()
	stays := triaged{Status: "ignored", Decided: true, Activity: []string{}}
	for _, c := range []struct {
		name, bounds string
		want         triaged
	}{
		{"never without a bound", "ignored_until = null", triaged{Status: "ignored", Activity: []string{}}},
		{"when it has as many events", "ignored_events = 3", triaged{Status: "unresolved", Activity: []string{`unresolve {"events":3,"reason":"events"}`}}},
		{"not before", "ignored_events = 4", stays},
		{"when it has met as many users", "ignored_users = 3", triaged{Status: "unresolved", Activity: []string{`unresolve {"reason":"users","users":3}`}}},
		{"and not before", "ignored_users = 4, ignored_events = 100", stays},
		{"when its time has come, by the janitor", "ignored_until = now() - interval '1 second'", triaged{Status: "unresolved", Activity: []string{`unresolve {"reason":"time"}`}}},
		{"not before that", "ignored_until = now() + interval '1 hour'", stays},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db, url := open(t)
			for user := range int64(3) {
				r := row(1, 1, event.NewID(now()), now())
				r.UserHash = &user
				if user == 2 {
					execute(t, url, `update trivet.issues set status = 'ignored', `+c.bounds)
				}
				write(t, db, r)
			}
			for range 2 {
				if _, err := db.ReopenInTime(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(c.want, readTriaged(t, url)); diff != "" {
				t.Errorf("issue (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAMergedIssueComesBackByItsOthersEvents(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	a, b := row(1, 1, event.NewID(now()), now()), row(1, 2, event.NewID(now()), now())
	write(t, db, a, b)
	execute(t, url, fmt.Sprintf(`update trivet.issue_fingerprints set issue_id = '%s'; update trivet.issues set merged_into = '%[1]s', status = 'resolved', resolved_at = now() where issue_id <> '%[1]s';
		update trivet.issues set status = 'resolved', resolved_at = now() - interval '1 second' where issue_id = '%[1]s'`, a.Fingerprint))
	at := now().Add(time.Second)
	again := &store.Batch{Packs: []store.Pack{{ID: event.NewID(at), Day: event.DayOf(at), Events: 1}}, Rows: []store.Row{row(1, 2, event.NewID(at), at)}}
	if _, err := db.Write(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if got := again.Rows[0].Issue; got != a.Fingerprint {
		t.Errorf("the event is of issue %s, want %s", got, a.Fingerprint)
	}
	var open, resolved int
	queryRow(t, url, fmt.Sprintf(`select count(*) filter (where issue_id = '%s' and status = 'unresolved' and regressions = 1), count(*) filter (where status = 'resolved') from trivet.issues`, a.Fingerprint), &open, &resolved)
	if open != 1 || resolved != 1 {
		t.Errorf("%d reopened and %d resolved, want the one that stands for both and the merged one", open, resolved)
	}
}
