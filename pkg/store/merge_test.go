package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

var tester = store.Actor{Kind: store.ActorToken, ID: "t", Name: "tests"}

// kind is an event of one fingerprint by one user.
func (s site) kind(n int, user int64, received time.Time) store.Row {
	r := s.row(received, func(e *event.Event) { e.Type = fmt.Sprint("Kind", n) })
	r.UserHash = &user
	return r
}

func (s site) kindID(n int) event.ID { return event.NamedID(s.project, fmt.Sprint("Kind", n)) }

// wrong counts the issues whose counts or seen times are not those of their fingerprints' events.
const wrong = `with truth as (
		select f.project_id, f.issue_id, count(*) as events, count(distinct e.user_hash) as users, min(e.received_at) as first_seen, max(e.received_at) as last_seen
		from trivet.issue_fingerprints f join trivet.events e using (project_id, fingerprint) group by 1, 2
	) select (select count(*) from trivet.issues i full join truth t using (project_id, issue_id)
			where i.merged_into is null and (i.events, i.users, i.first_seen, i.last_seen) is distinct from (t.events, t.users, t.first_seen, t.last_seen)),
		(select count(*) from trivet.issues i join truth t using (project_id, issue_id) where i.merged_into is not null),
		(select count(*) from trivet.issue_fingerprints f join trivet.issues i using (project_id, issue_id)
			where (f.merged_from is not null) <> (f.merged_from in (select m.issue_id from trivet.issues m where m.merged_into = i.issue_id)))`

func checkCounts(t *testing.T, url, when string) {
	t.Helper()
	var counts, merged, maps int
	queryRow(t, url, wrong, &counts, &merged, &maps)
	if counts+merged+maps > 0 {
		t.Fatalf("%s: %d issues count wrongly, %d that are merged have events, %d fingerprints don't know where they came from", when, counts, merged, maps)
	}
}

func TestMergingAndUnmergingKeepEveryCountExact(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "acme")
	random := rand.New(rand.NewPCG(3, 4)) // a seed that fails must fail again
	const kinds, users = 12, 9
	at := now().Add(-30 * time.Hour)
	some := func() {
		var rows []store.Row
		for range 1 + random.IntN(12) {
			rows = append(rows, s.kind(random.IntN(kinds), random.Int64N(users), at.Add(time.Duration(random.IntN(30*3600))*time.Second)))
		}
		write(t, db, rows...)
	}
	for i := range kinds {
		write(t, db, s.kind(i, int64(i%users), at))
	}
	alone := map[event.ID]bool{}
	for i := range kinds {
		alone[s.kindID(i)] = true
	}
	merges, unmerges := 0, 0
	for step := range 60 {
		if a, b := s.kindID(random.IntN(kinds)), s.kindID(random.IntN(kinds)); random.IntN(2) == 0 {
			_, err := db.MergeIssues(t.Context(), s.org, s.project, tester, a, []event.ID{b})
			switch {
			case a == b:
				if !errors.Is(err, store.ErrInvalid) {
					t.Fatalf("into itself: %v", err)
				}
			case !alone[a] || !alone[b]:
				if !errors.Is(err, store.ErrNotFound) {
					t.Fatalf("one that is merged: %v", err)
				}
			case err != nil:
				t.Fatal(err)
			default:
				alone[b] = false
				merges++
			}
		} else {
			_, err := db.UnmergeIssue(t.Context(), s.org, s.project, tester, b)
			switch {
			case alone[b]:
				if !errors.Is(err, store.ErrInvalid) {
					t.Fatalf("one that is not merged: %v", err)
				}
			case err != nil:
				t.Fatal(err)
			default:
				alone[b] = true
				unmerges++
			}
		}
		checkCounts(t, url, fmt.Sprint("step ", step))
		if step%3 == 0 {
			some()
			checkCounts(t, url, fmt.Sprint("events after step ", step))
		}
	}
	if merges < 5 || unmerges < 5 {
		t.Errorf("only %d merges and %d unmerges", merges, unmerges)
	}
}

// TestMergingWhileWorkersWrite lets people merge and unmerge while writers add events of the same users to the same
// fingerprints: nothing waits for ever, and every count is exact.
func TestMergingWhileWorkersWrite(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "acme")
	at := now().Add(-time.Hour)
	const kinds = 6
	for i := range kinds {
		write(t, db, s.kind(i, 0, at))
	}
	var group sync.WaitGroup
	for w := range 3 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(5, uint64(w)))
			for range 30 {
				var rows []store.Row
				for range 20 {
					rows = append(rows, s.kind(random.IntN(kinds), random.Int64N(40), at.Add(time.Duration(random.IntN(3000))*time.Second)))
				}
				if _, err := db.Write(t.Context(), batch(event.NewID(at), rows...)); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	for w := range 2 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(6, uint64(w)))
			for range 20 {
				a, b := s.kindID(random.IntN(kinds)), s.kindID(random.IntN(kinds))
				_, err := db.MergeIssues(t.Context(), s.org, s.project, tester, a, []event.ID{b})
				if err == nil {
					_, err = db.ChangeIssues(t.Context(), s.org, s.project, tester, []event.ID{a}, store.Change{Status: "resolved"})
				}
				if err != nil && !errors.Is(err, store.ErrInvalid) && !errors.Is(err, store.ErrNotFound) {
					t.Errorf("merge: %v", err)
				}
				if _, err := db.UnmergeIssue(t.Context(), s.org, s.project, tester, s.kindID(random.IntN(kinds))); err != nil && !errors.Is(err, store.ErrInvalid) {
					t.Errorf("unmerge: %v", err)
				}
			}
		})
	}
	group.Wait()
	checkCounts(t, url, "at the end")
}

func TestAChainOfMergesComesApartAgain(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "acme")
	at := now().Add(-time.Hour)
	var before []store.Issue
	for i := range 3 {
		r := s.kind(i, int64(i), at.Add(-time.Duration(i)*time.Minute))
		r.Event.Release = fmt.Sprint("web@", i)
		write(t, db, r)
		one, err := db.Issue(t.Context(), s.org, s.project, s.kindID(i))
		if err != nil {
			t.Fatal(err)
		}
		before = append(before, one)
	}
	merge := func(into, from int) store.Issue {
		t.Helper()
		got, err := db.MergeIssues(t.Context(), s.org, s.project, tester, s.kindID(into), []event.ID{s.kindID(from)})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := merge(1, 2); got.Events != 2 || got.Users != 2 || got.Title != before[2].Title || got.FirstRelease != "web@2" || got.LastRelease != "web@1" {
		t.Errorf("two together: %+v", got)
	}
	if got := merge(0, 1); got.Events != 3 || got.Users != 3 || got.Title != before[2].Title || got.LastRelease != "web@0" || !got.FirstSeen.Equal(before[2].FirstSeen) {
		t.Errorf("three together: %+v", got)
	}
	inside, err := db.MergedIssues(t.Context(), s.org, s.project, s.kindID(0))
	if err != nil || len(inside) != 2 || inside[0].MergedInto == nil || *inside[0].MergedInto != s.kindID(0) || inside[0].Events != 1 || inside[1].Users != 1 {
		t.Errorf("inside: %+v, %v", inside, err)
	}
	if all, _, err := db.Events(t.Context(), s.org, store.EventFilter{Project: s.project, Issue: s.kindID(0)}); err != nil || len(all) != 3 {
		t.Errorf("%d events, %v", len(all), err)
	}
	for _, i := range []int{1, 2} {
		if _, err := db.UnmergeIssue(t.Context(), s.org, s.project, tester, s.kindID(i)); err != nil {
			t.Fatal(err)
		}
		checkCounts(t, url, fmt.Sprint("without ", i))
	}
	for i := range 3 {
		after, err := db.Issue(t.Context(), s.org, s.project, s.kindID(i))
		if diff := cmp.Diff(before[i], after); err != nil || diff != "" {
			t.Errorf("issue %d is not what it was: %s, %v", i, diff, err)
		}
	}
	said, _, err := db.Activities(t.Context(), s.org, s.project, s.kindID(0), 0, "")
	if err != nil || len(said) != 3 || said[0].Kind != "unmerge" || said[2].Kind != "merge" {
		t.Errorf("activity: %+v, %v", said, err)
	}
}

func TestMergesThatCannotBe(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	write(t, db, s.kind(1, 1, now()), s.kind(2, 1, now()), s.kind(3, 1, now()))
	write(t, db, other.kind(1, 1, now()))
	merge := func(org, project int64, into event.ID, issues ...event.ID) error {
		_, err := db.MergeIssues(t.Context(), org, project, tester, into, issues)
		return err
	}
	unmerge := func(org, project int64, issue event.ID) error {
		_, err := db.UnmergeIssue(t.Context(), org, project, tester, issue)
		return err
	}
	if err := merge(s.org, s.project, s.kindID(1), s.kindID(2)); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ got, want error }{
		"into itself":                  {merge(s.org, s.project, s.kindID(1), s.kindID(3), s.kindID(1)), store.ErrInvalid},
		"nothing":                      {merge(s.org, s.project, s.kindID(1)), store.ErrInvalid},
		"too many":                     {merge(s.org, s.project, s.kindID(1), manyIDs(101)...), store.ErrInvalid},
		"into one that is merged":      {merge(s.org, s.project, s.kindID(2), s.kindID(3)), store.ErrNotFound},
		"one that is merged":           {merge(s.org, s.project, s.kindID(3), s.kindID(2)), store.ErrNotFound},
		"one that is not there":        {merge(s.org, s.project, s.kindID(1), s.kindID(9)), store.ErrNotFound},
		"into one that is not there":   {merge(s.org, s.project, s.kindID(9), s.kindID(3)), store.ErrNotFound},
		"across projects":              {merge(s.org, s.project, s.kindID(1), other.kindID(1)), store.ErrNotFound},
		"another's":                    {merge(other.org, s.project, s.kindID(1), s.kindID(3)), store.ErrNotFound},
		"unmerged though alone":        {unmerge(s.org, s.project, s.kindID(3)), store.ErrInvalid},
		"unmerged though not there":    {unmerge(s.org, s.project, s.kindID(9)), store.ErrNotFound},
		"unmerged by somebody else":    {unmerge(other.org, s.project, s.kindID(2)), store.ErrNotFound},
		"unmerged in another's stead":  {unmerge(other.org, other.project, s.kindID(2)), store.ErrNotFound},
		"one that is merged, resolved": {change(t, db, s, store.Change{Status: "resolved"}, s.kindID(2)), store.ErrNotFound},
	} {
		if !errors.Is(tc.got, tc.want) {
			t.Errorf("%s: got %v, want %v", name, tc.got, tc.want)
		}
	}
}

func change(t *testing.T, db *store.Store, s site, c store.Change, issues ...event.ID) error {
	t.Helper()
	_, err := db.ChangeIssues(t.Context(), s.org, s.project, tester, issues, c)
	return err
}

func manyIDs(n int) (ids []event.ID) {
	for range n {
		ids = append(ids, event.NewID(now()))
	}
	return ids
}

func TestAMergeWaitsForWritersAndNotForEver(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "acme")
	write(t, db, s.kind(1, 1, now()), s.kind(2, 1, now()))
	release := holdWriting(t, url)
	_, err := db.MergeIssues(t.Context(), s.org, s.project, tester, s.kindID(1), []event.ID{s.kindID(2)})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("while somebody writes: %v, want ErrUnavailable", err)
	}
	release()
	if _, err := db.MergeIssues(t.Context(), s.org, s.project, tester, s.kindID(1), []event.ID{s.kindID(2)}); err != nil {
		t.Error(err)
	}
}
