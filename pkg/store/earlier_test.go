package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// regrouped makes a row of today's grouping, of which earlier ones would have made others.
func regrouped(n int, today string, earlier ...string) store.Row {
	at := now()
	r := row(1, n, event.NewID(at), at)
	r.Fingerprint, r.Version, r.UserHash = event.NamedID(1, today), 2, nil
	for _, name := range earlier {
		r.Earlier = append(r.Earlier, event.NamedID(1, name))
	}
	return r
}

func TestANewGroupingKeepsTheIssues(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	for i, name := range []string{"old a", "old b", "old b", "old c"} {
		r := regrouped(i, name)
		r.Version = 1
		write(t, db, r)
	}
	for _, rows := range [][]store.Row{
		{regrouped(1, "new a", "old a")},                                                          // the same events under another name
		{regrouped(2, "new b1", "old b"), regrouped(3, "new b2", "old b")},                        // what was one is two: it stays one issue
		{regrouped(4, "joined", "old c", "never"), regrouped(5, "joined", "old a")},               // what was two is one: new events go to one of them
		{regrouped(6, "joined")},                                                                  // known by now: nobody asks
		{regrouped(7, "fresh", "never"), regrouped(8, "newest", "between", "old b")},              // nothing earlier; two versions back
		{regrouped(9, "new a", "old b"), regrouped(10, "old c", "old a"), regrouped(11, "old a")}, // what is in the map stays where it is
	} {
		write(t, db, rows...)
	}
	want := map[string]string{
		"old a": "old a", "old b": "old b", "old c": "old c", "new a": "old a", "new b1": "old b", "new b2": "old b", "fresh": "fresh", "newest": "old b",
	}
	issueOf := map[string]event.ID{}
	for name := range want {
		issueOf[name] = issueOfFingerprint(t, url, name)
		if issueOf[name] != event.NamedID(1, want[name]) {
			t.Errorf("%s belongs to %s, want the issue of %s", name, issueOf[name], want[name])
		}
	}
	if joined := issueOfFingerprint(t, url, "joined"); joined != issueOf["old a"] && joined != issueOf["old c"] {
		t.Errorf("joined belongs to %s, want one of those it joins", joined)
	}
	s := readSums(t, url)
	s.balance(t)
	var issues, a, b int64
	queryRow(t, url, fmt.Sprintf(`select count(*), sum(events) filter (where issue_id = '%s'), sum(events) filter (where issue_id = '%s') from trivet.issues`,
		issueOf["old a"], issueOf["old b"]), &issues, &a, &b)
	if issues != 4 || b != 5 || a < 4 {
		t.Errorf("%d issues, %d and %d events, want 4, at least 4 and 5", issues, a, b)
	}
}

func issueOfFingerprint(t *testing.T, url, name string) (issue event.ID) {
	t.Helper()
	queryRow(t, url, fmt.Sprintf(`select coalesce((select issue_id from trivet.issue_fingerprints where fingerprint = '%s'), '00000000-0000-0000-0000-000000000000')`, event.NamedID(1, name)), (*[16]byte)(&issue))
	return issue
}

func TestWritersAtOnceAgreeOnTheIssueOfANewFingerprint(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	const fingerprints = 30
	for i := range fingerprints {
		write(t, db, regrouped(i, fmt.Sprint("old ", i)))
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			var rows []store.Row
			for i := range fingerprints {
				rows = append(rows, regrouped(i, fmt.Sprint("new ", i), fmt.Sprint("old ", i)))
			}
			slices.Reverse(rows)
			if _, err := db.Write(t.Context(), batch(event.NewID(now()), rows...)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	readSums(t, url).balance(t)
	var issues, events, least int
	queryRow(t, url, `select count(*), sum(events), min(events) from trivet.issues`, &issues, &events, &least)
	if diff := cmp.Diff([]int{fingerprints, 5 * fingerprints, 5}, []int{issues, events, least}); diff != "" {
		t.Errorf("issues, events and those of the least issue (-want +got):\n%s", diff)
	}
}
