package worker

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
)

// query asks the database itself, as its owner.
func (b *bench) query(t *testing.T, statement string, into ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if err := conn.QueryRow(t.Context(), statement).Scan(into...); err != nil {
		t.Fatal(err)
	}
}

// choose makes project 1 where it is missing and gives it settings.
func (b *bench) choose(t *testing.T, settings string) {
	t.Helper()
	var id int64
	b.query(t, `with o as (insert into trivet.organizations (organization_id, slug, name) values (1, 'a', 'A') on conflict do nothing)
		insert into trivet.projects (project_id, organization_id, slug, name, settings) values (1, 1, 'p', 'P', '`+settings+`')
		on conflict (project_id) do update set settings = excluded.settings, settings_at = clock_timestamp() returning project_id`, &id)
}

// thrown makes an event of a page with a message of its own.
func thrown(message string) pack.Record {
	r := record(fmt.Sprintf(`{"platform":"javascript","exception":{"values":[{"type":"Error","value":"%s"}]}}`, message))
	r.IP = "203.0.113.7"
	return r
}

func TestAFilteredEventIsCountedAndKeptAsASample(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.choose(t, `{"filters":{"messages":["*boring*"]}}`)
	boring := thrown("a boring thing")
	b.publish(t, thrown("a thing"), boring, thrown("another boring thing"))
	b.start(t)
	b.drained(t)
	b.wantCounts(t, [6]int64{1, 1, 1, 1, 0, 0})
	const statement = `(select sum(filtered) from trivet.project_minutes), (select sum(quantity) from trivet.drops where source = 'filter' and reason = 'ignored'),
		(select count(*) from trivet.filtered_samples), (select sum(events) from trivet.packs)`
	if got := b.look(t, statement); fmt.Sprint(got) != "[2 2 2 3]" {
		t.Errorf("filtered, dropped, samples, events in packs: got %v", got)
	}
	var sample []byte
	b.query(t, `select record from trivet.filtered_samples where event_id = '`+boring.ID.String()+`'`, &sample)
	if r, _, err := pack.Parse(sample); err != nil || string(r.Raw) != string(boring.Raw) {
		t.Errorf("the sample is %q, %v", sample, err)
	}
	// Somebody wants to see them after all, and replays what was dropped.
	b.choose(t, `{}`)
	if err := b.loadSettings(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.q.ReplayFrom(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	queuetest.Eventually(t, "the replay", func() bool { return b.counts(t)[0] == 3 })
	b.drained(t)
	b.wantCounts(t, [6]int64{3, 3, 3, 3, 0, 0})
	if got := b.look(t, statement); fmt.Sprint(got) != "[0 0 2 3]" {
		t.Errorf("after the replay: filtered, dropped, samples, events in packs: got %v", got)
	}
}

func TestAttachmentsThatNobodyWantsAreDropped(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.choose(t, `{"attachments":false}`)
	e := typeError(1)
	b.publish(t, e, attached(e, "a", "b"), attached(e, "c", "d"))
	b.start(t)
	b.drained(t)
	b.wantSidecars(t, "written", 0, 0, 0, 0, 0, 0, 0, 0, 2)
	if got := b.look(t, `(select sum(quantity) from trivet.drops where reason = 'attachments_off' and category = 'attachment'), (select sum(filtered) from trivet.project_minutes)`); fmt.Sprint(got) != "[2 0]" {
		t.Errorf("dropped attachments and filtered events: %v", got)
	}
}

func TestAnAddressThatTheEventDoesNotShowIsNotKept(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	shown, hidden := thrown("a"), record(`{"platform":"node","message":"b"}`)
	hidden.IP = "203.0.113.9"
	out := &work{}
	for _, r := range []pack.Record{shown, hidden} {
		parsed, _, err := pack.Parse(r.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		b.addRecord(out, store.NoPack, event.ID{}, &parsed)
	}
	for i, want := range []bool{true, false} {
		if r := out.batch.Rows[i]; r.Outcome != store.Insert || strings.Contains(string(r.Record), "203.0.113.") != want {
			t.Errorf("row %d: outcome %d, record %q, want its address kept %v", i, r.Outcome, r.Record, want)
		}
	}
}

func TestHashesOfADayAreTheSameToEveryWorker(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.choose(t, `{"scrub":{"ip":"hash"}}`)
	if err := b.loadSettings(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := thrown("a")
	day := event.DayOf(r.Received)
	if b.salts.has(day) {
		t.Fatal("there is a salt before anybody needs it")
	}
	frame := pack.NewCodec().Compress(nil, r.Append(nil))
	if _, _, err := b.decode(t.Context(), []queue.Delivery{{ID: event.NewID(r.Received), Body: frame, Attempts: 1}}); err != nil {
		t.Fatal(err)
	}
	stored, err := b.db.Salt(t.Context(), day)
	if err != nil || !b.salts.has(day) || string(b.salts.of(day)) != string(stored) {
		t.Errorf("the worker hashes by another salt than the one of all, %v", err)
	}
	if spare := b.salts.of(day + 1); len(spare) != 32 || string(spare) == string(stored) {
		t.Error("a day without a salt must be hashed by a secret of its own")
	}
}

func TestADeadLetterWithoutABodyIsNeverTriedAgain(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.start(t)
	r := typeError(1)
	withhold(&r)
	if err := b.q.Bury(t.Context(), queue.DeadLetter{Project: 1, EventID: r.ID, Pack: event.ID{1}, Reason: reasonUnscrubbed, Record: r.Append(nil)}); err != nil {
		t.Fatal(err)
	}
	if err := b.q.RetryDeadLetters(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	queuetest.Drained(t, b.q, queue.DeadLetters, queue.Replay)
	b.wantCounts(t, [6]int64{0, 0, 0, 0, 0, 0})
}
