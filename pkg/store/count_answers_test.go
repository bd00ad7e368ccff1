package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/words"
)

// seenWords are the words of fingerprints, spelled out.
const seenWords = `(select w.project_id, w.kind, w.word, i.fingerprint from trivet.issue_words i cross join lateral unnest(i.words) u (number)
	join trivet.words w on w.project_id = i.project_id and w.word_id = u.number) w`

// dayUsers are the users of days, each once.
const dayUsers = `(select distinct u.project_id, u.day, h.user_hash from trivet.project_users u cross join lateral unnest(u.hashes) h (user_hash)) u`

func TestWordsOfAnEventAreWrittenOnce(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	one := func(crumb string) store.Row {
		r := row(1, 1, event.NewID(now()), now())
		r.Event.Frames = []event.Frame{{Function: "pay", Filename: "https://shop.example/js/checkout-3f9a0c1d.js"}}
		r.Event.Breadcrumbs = []event.Breadcrumb{{Category: "fetch", Message: crumb}}
		r.Event.Tags = event.Tags{{Key: "variant", Value: "B"}}
		return r
	}
	for _, crumb := range []string{"POST /cart", "POST /cart", "GET /menu"} {
		write(t, db, one(crumb))
	}
	got := map[words.Kind]string{}
	var all []string
	queryRow(t, url, `select array_agg(kind || ' ' || word order by kind, word), null from `+seenWords, &all, new(any))
	for _, w := range all {
		var kind words.Kind
		if _, err := fmt.Sscan(w, &kind); err != nil {
			t.Fatal(err)
		}
		got[kind] += w[1:]
	}
	want := map[words.Kind]string{
		words.Text: " app app.js error js typeerror", words.Stack: " checkout checkout.js js pay",
		words.Crumb: " cart fetch get menu post", words.Release: " shop@1", words.Tag: " variant=B",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
	var text string
	queryRow(t, url, `select text, null from trivet.issue_texts`, &text, new(any))
	if text != "typeerror: error 1\napp.js" {
		t.Errorf("text %q", text)
	}
	readSums(t, url).balance(t)
}

func TestWordsOfAFingerprintAreBounded(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	for i := range 12 {
		r := row(1, 1, event.NewID(now()), now())
		for n := range 100 {
			r.Event.Breadcrumbs = append(r.Event.Breadcrumbs, event.Breadcrumb{Message: fmt.Sprintf("w%c%c%c", 'a'+i, 'a'+n/26, 'a'+n%26)})
		}
		write(t, db, r)
	}
	var crumbs, texts int
	queryRow(t, url, `select count(*) filter (where kind = 3), count(*) filter (where kind = 1) from `+seenWords, &crumbs, &texts)
	if crumbs != 300 || texts == 0 {
		t.Errorf("%d words of breadcrumbs, %d of texts, want 300 and some", crumbs, texts)
	}
}

func TestAnotherWorkerKnowsTheBoundOfWords(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	for i := range 5 {
		r := row(1, 1, event.NewID(now()), now())
		for n := range 100 {
			r.Event.Breadcrumbs = append(r.Event.Breadcrumbs, event.Breadcrumb{Message: fmt.Sprintf("w%c%c%c", 'a'+i, 'a'+n/26, 'a'+n%26)})
		}
		write(t, reopened(t, url), r)
	}
	write(t, db, row(1, 2, event.NewID(now()), now()))
	var crumbs int
	queryRow(t, url, `select count(*), null from `+seenWords+` where kind = 3`, &crumbs, new(any))
	if crumbs != 300 {
		t.Errorf("%d words of breadcrumbs, want 300", crumbs)
	}
}

func TestTagsAreWrittenWithTheEvent(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	var many event.Tags
	for i := range 40 {
		many = append(many, event.Tag{Key: fmt.Sprintf("k%02d", i), Value: "v"})
	}
	long := strings.Repeat("ä", 150)
	for i, tags := range []event.Tags{nil, {{Key: "a", Value: "1"}, {Key: "b", Value: ""}}, many, {{Key: "long", Value: long}}} {
		r := row(1, i, event.NewID(now()), now())
		r.Event.Tags = tags
		write(t, db, r)
	}
	for i, want := range [][]string{nil, {"a=1", "b="}, nil, {"long=" + long[:194]}} {
		var got []string
		queryRow(t, url, fmt.Sprintf(`select tags, null from trivet.events where message = 'error %d'`, i), &got, new(any))
		if i == 2 {
			if len(got) != 30 || got[29] != "k29=v" {
				t.Errorf("tags %v, want the first 30", got)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tags of event %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestReleasesAreKeptFromTheirFirstEventOn(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	start := now()
	for _, minute := range []int{5, 7, 3, 9, 1} {
		at := start.Add(-time.Duration(minute) * time.Minute)
		write(t, db, row(1, 1, event.NewID(at), at))
		write(t, reopened(t, url), row(1, 1, event.NewID(at), at.Add(time.Second)))
	}
	readSums(t, url).balance(t)
	execute(t, url, `insert into trivet.releases (project_id, release, first_seen) select 1, 'old' || n, now() from generate_series(1, 9998) n`)
	var rows []store.Row
	for i := range 5 {
		r := row(1, 1, event.NewID(start), start)
		r.Event.Release = fmt.Sprint("new ", i)
		rows = append(rows, r)
	}
	write(t, db, rows...)
	write(t, db, rows[0])
	var releases int
	queryRow(t, url, `select count(*), null from trivet.releases`, &releases, new(any))
	if releases != 10_000 {
		t.Errorf("%d releases, want no more than 10,000", releases)
	}
}

// fieldCounts reads the counts of a field, and how many rows hold them.
func fieldCounts(t *testing.T, url string, field int) (counts map[string]int64, rows int) {
	t.Helper()
	var texts []string
	var ns []int64
	queryRow(t, url, fmt.Sprintf(`select coalesce(array_agg(text), '{}'), coalesce(array_agg(n), '{}') from (
		select u.text, sum(u.n)::bigint as n from trivet.field_counts c cross join lateral unnest(c.fields, c.texts, c.counts) as u (field, text, n)
		where u.field = %d group by 1) s`, field), &texts, &ns)
	queryRow(t, url, `select count(*), null from trivet.field_counts`, &rows, new(any))
	counts = map[string]int64{}
	for i := range texts {
		counts[texts[i]] = ns[i]
	}
	return counts, rows
}

func TestCountsOfFieldsAreSummedUpAndStayTheSame(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	write(t, db, row(1, 1, event.NewID(now()), now()))
	const release = 2
	for i := range 4 {
		var rows []store.Row
		for n := range 70 {
			for range 1 + n%2 {
				r := row(1, 1, event.NewID(now()), now().Truncate(time.Hour))
				r.Event.Release = fmt.Sprintf("r%d", 70*i+n)
				rows = append(rows, r)
			}
		}
		write(t, db, rows...)
	}
	before, _ := fieldCounts(t, url, release)
	if n, err := db.SumFieldCounts(t.Context()); err != nil || n < 1 || n > 2 {
		t.Fatalf("summed up %d hours, %v, want this one and perhaps the last", n, err)
	}
	if n, err := db.SumFieldCounts(t.Context()); err != nil || n != 0 {
		t.Errorf("summed up %d hours again, %v", n, err)
	}
	after, rows := fieldCounts(t, url, release)
	if rows > 2 {
		t.Errorf("%d rows, want one an hour", rows)
	}
	if len(before) != 281 || after["*"] == 0 || len(after) > 202 || after["r279"] != 2 {
		t.Errorf("%d values before, then %d with %d others, want 281, 200 and some; the frequent ones stay", len(before), len(after), after["*"])
	}
	readSums(t, url).balance(t)
}

func TestBatchesAppendWhileCountsAreSummedUp(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	var writers, summer sync.WaitGroup
	done := make(chan struct{})
	summer.Go(func() {
		for {
			if _, err := db.SumFieldCounts(t.Context()); err != nil {
				t.Log(err)
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	for w := range 3 {
		writers.Go(func() {
			for i := range 30 {
				b := batch(event.NewID(now()), row(1, w, event.NewID(now()), now()), row(2, i, event.NewID(now()), now()))
				for t.Context().Err() == nil { // a lock may be late on a busy machine: as a worker does, again
					_, err := db.Write(t.Context(), b)
					if err == nil {
						break
					}
					t.Log(err)
					b.Careful = true
				}
			}
		})
	}
	writers.Wait()
	close(done)
	summer.Wait()
	readSums(t, url).balance(t)
	if levels, _ := fieldCounts(t, url, 1); levels["error"] != 180 {
		t.Errorf("%v, want 180 errors", levels)
	}
}

func TestUsersOfADayAreSummedUpAndStayTheSame(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	yesterday := now().AddDate(0, 0, -1)
	for i, at := range []time.Time{yesterday, yesterday, now(), yesterday} {
		for _, user := range []string{"a", "b", fmt.Sprint(i)} {
			r := row(1, 1, event.NewID(at), at)
			r.UserHash = event.UserHash(1, user)
			write(t, reopened(t, url), r)
		}
		if i == 1 {
			continue
		}
		if n, err := db.SumDayUsers(t.Context(), event.DayOf(now())); err != nil || n != 1 {
			t.Errorf("summed up %d days, %v", n, err)
		}
		readSums(t, url).balance(t)
	}
	var summed, loose []int
	queryRow(t, url, `select array_agg(users order by users) filter (where users is not null), array_agg(cardinality(hashes)) filter (where users is null) from trivet.project_users`, &summed, &loose)
	if !slices.Equal(summed, []int{5}) || len(loose) != 3 {
		t.Errorf("users of a day that is over %v, rows of today %v", summed, loose)
	}
}

func TestWhatReadersAskForExpires(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "a")
	old, recent := now().AddDate(0, 0, -8), now()
	r := row(s.project, 1, event.NewID(old), old)
	r.Event.Frames = []event.Frame{{Function: "old"}}
	write(t, db, r)
	r = row(s.project, 2, event.NewID(recent), recent)
	r.Event.Frames = []event.Frame{{Function: "fresh"}}
	write(t, db, r)
	read := func() (left []string) {
		t.Helper()
		queryRow(t, url, `select array_agg(x order by x), null from (
			select 'stack ' || word from `+seenWords+` where kind = 2 union all
			select 'users ' || count(*) from `+dayUsers+` union all
			select 'counts ' || count(*) from trivet.field_counts union all
			select 'releases ' || count(*) from trivet.releases union all
			select 'texts ' || count(*) from trivet.issue_texts) as x (x)`, &left, new(any))
		return left
	}
	today := event.DayOf(now())
	if _, err := db.ExpireRows(t.Context(), store.Retention{Events: today - 10}, today); err != nil {
		t.Fatal(err)
	}
	if left := read(); !slices.Contains(left, "stack old") {
		t.Errorf("too early: %v", left)
	}
	if _, err := db.ExpireRows(t.Context(), store.Retention{Events: today - 5}, today); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"counts 1", "releases 1", "stack fresh", "texts 2", "users 1"}, read()); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

func TestWhatWasLostIsWrittenAgainByWhoRemembersIt(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	for range 2 {
		write(t, db, row(1, 1, event.NewID(now()), now()), row(1, 2, event.NewID(now()), now()))
		readSums(t, url).balance(t)
		execute(t, url, `truncate trivet.events, trivet.blocks, trivet.packs, trivet.issues, trivet.issue_fingerprints, trivet.issue_hours, trivet.issue_users,
			trivet.project_minutes, trivet.words, trivet.issue_words, trivet.issue_texts, trivet.releases, trivet.project_users, trivet.field_counts`)
	}
}

func TestTheSchemaNumbersWordsAsTheWorkerDoes(t *testing.T) {
	t.Parallel()
	_, url := open(t)
	for _, w := range []words.Word{{Kind: words.Text, Text: "cart"}, {Kind: words.Tag, Text: "größe='1'\\"}, {Kind: words.URL, Text: strings.Repeat("日", 66)}} {
		var number int64
		queryRow(t, url, fmt.Sprintf(`select trivet.word_number(7, %d, $w$%s$w$), null`, w.Kind, w.Text), &number, new(any))
		if want := words.Number(7, w); number != want {
			t.Errorf("%v is %d, want %d", w, number, want)
		}
	}
}
