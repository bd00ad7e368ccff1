package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// noise makes a row that a filter dropped.
func noise(project int64, n int, id event.ID, received time.Time, reason string) store.Row {
	r := row(project, n, id, received)
	r.Outcome, r.Reason = store.Noise, reason
	return r
}

// session makes a sidecar of one update.
func session(id event.ID, at time.Time, began, errored, crashed int) store.Sidecar {
	return store.Sidecar{Project: 1, Received: at, Session: &store.SessionRow{
		ID: id, Day: event.DayOf(at), Started: at, Release: "shop@1", Environment: "production", Began: began, Errored: errored, Crashed: crashed,
	}}
}

func attached(id event.ID, at time.Time, data string) store.Sidecar {
	return store.Sidecar{Project: 1, Received: at, Attachment: &store.AttachmentRow{
		ID: id, EventID: event.ID{1}, Day: event.DayOf(at), Name: "state.json", Type: "application/json", Data: []byte(data),
	}}
}

func wrote(id event.ID, at time.Time, message string) store.Sidecar {
	return store.Sidecar{Project: 1, Received: at, Feedback: &store.FeedbackRow{ID: id, EventID: event.ID{1}, Day: event.DayOf(at), Name: "Ada", Message: message}}
}

func dropped(at time.Time, source, reason string, quantity int64) store.Sidecar {
	return store.Sidecar{Project: 1, Received: at, Drop: &store.DropRow{Source: source, Reason: reason, Category: store.CategoryError, Quantity: quantity}}
}

// beside makes one pack of sidecars and rows.
func beside(id event.ID, sidecars []store.Sidecar, rows ...store.Row) *store.Batch {
	b := batch(id, rows...)
	b.Sidecars = sidecars
	return b
}

// sidecarSums are what sidecars leave in the tables.
type sidecarSums struct {
	Attachments, Bytes, Feedback, Sessions, Errored, Crashed, Marks, ByClient, ByEdge int64
}

func readSidecars(t *testing.T, url string) (s sidecarSums) {
	t.Helper()
	queryRow(t, url, `select (select count(*) from trivet.attachments), (select coalesce(sum(size), 0) from trivet.attachments where size = length(data)),
		(select count(*) from trivet.feedback), (select coalesce(sum(sessions), 0) from trivet.release_hours),
		(select coalesce(sum(errored), 0) from trivet.release_hours), (select coalesce(sum(crashed), 0) from trivet.release_hours),
		(select count(*) from trivet.session_marks), (select coalesce(sum(quantity), 0) from trivet.drops where source = 'client'),
		(select coalesce(sum(quantity), 0) from trivet.drops where source = 'edge')`,
		&s.Attachments, &s.Bytes, &s.Feedback, &s.Sessions, &s.Errored, &s.Crashed, &s.Marks, &s.ByClient, &s.ByEdge)
	return s
}

func TestWhatComesBesideEventsCountsOnce(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	at := now()
	first, file, text := event.NewID(at), event.ID{7}, event.ID{8}
	sidecars := []store.Sidecar{
		session(event.ID{1}, at, 1, 0, 0),
		session(event.ID{1}, at, 0, 1, 0), // an error, and then a crash
		session(event.ID{1}, at, 0, 1, 1),
		session(event.ID{2}, at, 1, 0, 0),
		session(event.ID{}, at, 10, 4, 3), // a bucket
		attached(file, at, "abc"),
		attached(file, at, "abc"),
		wrote(text, at, "It broke."),
		dropped(at, store.DroppedByClient, "before_send", 2),
		dropped(at, store.DroppedByClient, "before_send", 3),
		dropped(at, store.DroppedByEdge, "project_rate", 7),
	}
	want := sidecarSums{Attachments: 1, Bytes: 3, Feedback: 1, Sessions: 12, Errored: 5, Crashed: 4, Marks: 2, ByClient: 5, ByEdge: 7}
	for range 3 { // delivered again
		if _, err := db.Write(t.Context(), beside(first, sidecars, row(1, 1, event.ID{9}, at))); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, readSidecars(t, url)); diff != "" {
			t.Fatalf("after a pack delivered again (-want +got):\n%s", diff)
		}
	}
	// The client sends some of it again in another request.
	again := []store.Sidecar{session(event.ID{1}, at, 0, 1, 1), session(event.ID{2}, at, 0, 1, 0), attached(file, at, "abc"), wrote(text, at, "It broke.")}
	if _, err := db.Write(t.Context(), beside(event.NewID(at), again)); err != nil {
		t.Fatal(err)
	}
	want.Errored, want.Marks = want.Errored+1, want.Marks+1
	if diff := cmp.Diff(want, readSidecars(t, url)); diff != "" {
		t.Errorf("after more updates (-want +got):\n%s", diff)
	}
	readSums(t, url).balance(t)
}

func TestWhatHasNoTimeCountsOnceAcrossMidnight(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	before := event.DayOf(time.Now()).Time().Add(-time.Second)
	for _, at := range []time.Time{before, before.Add(time.Minute), before} {
		if _, err := db.Write(t.Context(), beside(event.NewID(at), []store.Sidecar{attached(event.ID{7}, at, "abc"), wrote(event.ID{8}, at, "It broke.")})); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sidecarSums{Attachments: 1, Bytes: 3, Feedback: 1}, readSidecars(t, url)); diff != "" {
			t.Fatalf("sent again after midnight (-want +got):\n%s", diff)
		}
	}
}

func TestASessionCountsForTheHourItBegan(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	began := event.DayOf(time.Now()).Time().Add(-30 * time.Minute) // 23:30
	begin, end := session(event.ID{1}, began, 1, 0, 0), session(event.ID{1}, began, 0, 1, 1)
	end.Received = began.Add(2 * time.Hour)
	for _, a := range []store.Sidecar{end, begin} { // in any order
		if _, err := db.Write(t.Context(), beside(event.NewID(began), []store.Sidecar{a})); err != nil {
			t.Fatal(err)
		}
	}
	var hours int
	var hour time.Time
	queryRow(t, url, `select count(*), max(hour) from trivet.release_hours where sessions = 1 and errored = 1 and crashed = 1`, &hours, &hour)
	if hours != 1 || !hour.Equal(began.Truncate(time.Hour)) {
		t.Errorf("%d hours, the last %v, want one that began at 23:00", hours, hour)
	}
}

// TestReleasesThatAnybodyCanNameAreBounded: an hour tells apart 200, and counts the sessions of all.
func TestReleasesThatAnybodyCanNameAreBounded(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	at := now()
	told := func(release string, n byte, began, errored int) store.Sidecar {
		s := session(event.ID{n, release[0]}, at, began, errored, 0)
		s.Session.Release = release
		return s
	}
	for i := range 3 {
		known := told("shop@1", byte(i+1), 1, 1) // keeps its name
		var hostile []store.Sidecar
		for n := range 150 {
			hostile = append(hostile, told(fmt.Sprintf("x%d-%d", i, n), byte(n+1), 1, i%2))
		}
		if _, err := db.Write(t.Context(), beside(event.NewID(at), append(hostile, known))); err != nil {
			t.Fatal(err)
		}
	}
	// Its session goes on where it began.
	if _, err := db.Write(t.Context(), beside(event.NewID(at), []store.Sidecar{told("x2-149", 1, 0, 1)})); err != nil {
		t.Fatal(err)
	}
	var rows, sessions, known, others int
	queryRow(t, url, `select count(*), sum(sessions), sum(sessions) filter (where release = 'shop@1'), sum(sessions) filter (where release = '')
		from trivet.release_hours`, &rows, &sessions, &known, &others)
	if rows != 201 || sessions != 453 || known != 3 || others != 453-3-199 {
		t.Errorf("%d rows, %d sessions, %d of the known release, %d of the others, want 201, 453, 3 and %d", rows, sessions, known, others, 453-3-199)
	}
}

func TestNoiseIsCountedByReasonAndTheNewestStaysToBeSeen(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	at := now()
	for i := range 4 {
		var rows []store.Row
		for n := range 30 {
			rows = append(rows, noise(1, n, event.NewID(at), at.Add(time.Duration(30*i+n)*time.Millisecond), "crawler"))
		}
		rows = append(rows, noise(1, 1, event.NewID(at), at, "extension"), noise(2, 1, event.NewID(at), at, "crawler"), row(1, 1, event.NewID(at), at))
		id := event.NewID(at)
		for range 2 { // delivered again
			got, err := db.Write(t.Context(), batch(id, rows...))
			if err != nil || got.Filtered != 32 {
				t.Fatalf("%+v, %v, want 32 filtered", got, err)
			}
		}
	}
	s := readSums(t, url)
	s.balance(t)
	if s.Rows != 4 || s.Filtered != 4*32 {
		t.Errorf("got %+v, want 4 rows and 128 filtered", s)
	}
	var crawlers, others, readable int
	var oldest time.Time
	queryRow(t, url, `select count(*) filter (where project_id = 1 and reason = 'crawler'), count(*) filter (where project_id = 2 or reason = 'extension'),
		count(*) filter (where title = 'TypeError: x is undefined' or title like 'TypeError: error %' and length(record) > 50),
		min(received_at) filter (where project_id = 1 and reason = 'crawler') from trivet.filtered_samples`, &crawlers, &others, &readable, &oldest)
	if crawlers != 50 || others != 8 || readable != 58 || !oldest.Equal(at.Add(70*time.Millisecond)) {
		t.Errorf("%d and %d samples, %d readable, the oldest of %v, want 50 and 8, all readable, of %v", crawlers, others, readable, oldest, at.Add(70*time.Millisecond))
	}
}

func TestNoiseThatIsWantedAfterAllMovesInTheLedger(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	at := now()
	id := event.NewID(at)
	var noisy []store.Row
	for n := range 6 {
		noisy = append(noisy, noise(1, n, event.NewID(at), at, []string{"crawler", "extension", "localhost"}[n%3]))
	}
	dead, stored := row(1, 9, event.NewID(at), at), row(1, 10, event.NewID(at), at)
	dead.Outcome = store.Dead
	if _, err := db.Write(t.Context(), batch(id, append(noisy, dead, stored)...)); err != nil {
		t.Fatal(err)
	}
	// The filters are off and the code is mended: a replay of the pack.
	for i := range noisy {
		noisy[i].Outcome = store.Insert
	}
	dead.Outcome = store.Insert
	for _, wanted := range [][]store.Row{noisy[:3], noisy[:3], append(noisy, dead, stored)} {
		if _, err := db.Write(t.Context(), batch(id, wanted...)); err != nil {
			t.Fatal(err)
		}
		readSums(t, url).balance(t)
	}
	if s := readSums(t, url); s.Rows != 8 || s.Filtered != 0 || s.Dead != 0 || s.Drops != 0 {
		t.Errorf("got %+v, want 8 rows and nothing else", s)
	}
	// The filters are on again: what is stored stays, and counts as it did.
	for i := range noisy {
		noisy[i].Outcome = store.Noise
	}
	if _, err := db.Write(t.Context(), batch(id, append(noisy, dead, stored)...)); err != nil {
		t.Fatal(err)
	}
	if s := readSums(t, url); s.Rows != 8 || s.Filtered != 0 {
		t.Errorf("got %+v after another replay, want 8 rows and nothing else", s)
	}
}

func TestAReplayAheadOfTheWorkersCountsNoiseOnce(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	at := now()
	id := event.NewID(at)
	sidecars := []store.Sidecar{session(event.ID{1}, at, 1, 0, 0), session(event.ID{1}, at, 0, 1, 1), session(event.ID{}, at, 5, 0, 0), dropped(at, store.DroppedByClient, "before_send", 2)}
	for i, look := range []bool{true, false, true, false} {
		b := beside(id, sidecars, noise(1, 1, event.ID{1}, at, "crawler"))
		b.Packs[0].Look, b.Careful = look, true
		if _, err := db.Write(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if s := readSums(t, url); i > 0 {
			s.balance(t)
		}
	}
	want := sidecarSums{Sessions: 6, Errored: 1, Crashed: 1, Marks: 2, ByClient: 2}
	if diff := cmp.Diff(want, readSidecars(t, url)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s := readSums(t, url); s.Filtered != 1 {
		t.Errorf("got %+v, want one filtered", s)
	}
}

func TestWhatPostgresRefusesBesideEventsIsFound(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	at := now()
	sidecars := []store.Sidecar{
		session(event.ID{1}, at, 1, 1, 0), attached(event.ID{1}, at, "a"), wrote(event.ID{1}, at, "no\x00text"), wrote(event.ID{2}, at, "text"),
		dropped(at, "nobody", "before_send", 1), dropped(at, store.DroppedByClient, "no\xffUTF-8", 1),
	}
	bad := noise(1, 1, event.ID{3}, at, "crawler")
	bad.Title = "no\x00text"
	b := beside(event.NewID(at), sidecars, row(1, 1, event.ID{4}, at), bad)
	if _, err := db.Write(t.Context(), b); !errors.Is(err, store.ErrRejected) {
		t.Fatalf("got %v, want ErrRejected", err)
	}
	rows, others, err := db.Bad(t.Context(), b)
	if err != nil || fmt.Sprint(rows, others) != "[1] [2 4 5]" {
		t.Errorf("bad: %v, %v, %v, want [1] and [2 4 5]", rows, others, err)
	}
	if s, a := readSums(t, url), readSidecars(t, url); s != (sums{}) || a != (sidecarSums{}) {
		t.Errorf("the search left something: %+v %+v", s, a)
	}
}
