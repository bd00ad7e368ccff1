package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// A bench is a worker on a queue and a database of its own.
type bench struct {
	*Worker
	q    *queue.Queue
	env  service.Env
	url  string
	stop func()
}

func setUp(t *testing.T) *bench {
	t.Helper()
	b := &bench{q: queuetest.Open(t), env: queuetest.Env(t), url: storetest.URL(t)}
	db, err := store.Open(t.Context(), b.env, store.Config{URL: b.url, MaxConns: 6})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	b.Worker = New(b.env, Config{Consumer: queue.Workers, Pipelines: 2, BatchEvents: 100, RetentionDays: 90}, db, b.q)
	return b
}

// start lets both pipelines and those of the dead letters run until the test ends.
func (b *bench) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{}, 4)
	run := func(stream, consumer string, handle func(context.Context, []queue.Delivery) error) {
		_ = b.pipe(ctx, stream, consumer, handle)
		done <- struct{}{}
	}
	go run(queue.Events, queue.Workers, b.Write)
	go run(queue.Events, queue.Workers, b.Write)
	go run(queue.DeadLetters, queue.Replay, b.Retry)
	go run(queue.Retries, queue.Workers, b.Again)
	b.stop = func() {
		cancel()
		for range cap(done) {
			<-done
		}
	}
	t.Cleanup(b.stop)
}

// record makes a Sentry event of project 1.
func record(raw string) pack.Record {
	now := time.Now().UTC().Truncate(time.Microsecond)
	return pack.Record{ID: event.NewID(now), Project: 1, Day: event.DayOf(now), Received: now, Protocol: "sentry", Raw: []byte(raw)}
}

func typeError(n int) pack.Record {
	return record(fmt.Sprintf(`{"exception":{"values":[{"type":"TypeError","value":"x is undefined","stacktrace":{"frames":[
		{"function":"f%d","filename":"https://shop.example/app.js","lineno":1,"colno":2,"in_app":true}]}}]},"user":{"id":%d}}`, n%5, n))
}

func (b *bench) publish(t *testing.T, records ...pack.Record) {
	t.Helper()
	var body []byte
	for i := range records {
		body = records[i].Append(body)
	}
	b.publishFrame(t, pack.NewCodec().Compress(nil, body), len(records))
}

func (b *bench) publishFrame(t *testing.T, frame []byte, records int) {
	t.Helper()
	if err := b.q.Publish(t.Context(), queue.Pack{ID: event.NewID(time.Now()), Frame: frame, Records: records}); err != nil {
		t.Fatal(err)
	}
}

// drained waits until nothing is left to write.
func (b *bench) drained(t *testing.T) {
	t.Helper()
	queuetest.Drained(t, b.q, queue.Events, queue.Workers)
}

// counts are rows, issues' events, hours' events, minutes' events, dead, expired.
func (b *bench) counts(t *testing.T) (c [6]int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	err = conn.QueryRow(t.Context(), `select (select count(*) from trivet.events), (select coalesce(sum(events), 0) from trivet.issues),
		(select coalesce(sum(events), 0) from trivet.issue_hours), coalesce(sum(events), 0), coalesce(sum(dead_lettered), 0), coalesce(sum(expired), 0)
		from trivet.project_minutes`).Scan(&c[0], &c[1], &c[2], &c[3], &c[4], &c[5])
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *bench) wantCounts(t *testing.T, want [6]int64) {
	t.Helper()
	if got := b.counts(t); got != want {
		t.Errorf("rows, issues, hours, minutes, dead, expired: got %v, want %v", got, want)
	}
}

func TestPacksBecomeRowsAndAreAcknowledged(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	for i := range 30 {
		b.publish(t, typeError(i), typeError(i+1), typeError(i+2))
	}
	b.start(t)
	b.drained(t)
	b.wantCounts(t, [6]int64{90, 90, 90, 90, 0, 0})
	// Everything again, from the first pack.
	if err := b.q.ReplayFrom(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	b.drained(t)
	b.wantCounts(t, [6]int64{90, 90, 90, 90, 0, 0})
}

func TestOneBadEventHarmsNobody(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	poison := record(`[1, 2, 3]`)
	b.publish(t, typeError(1), poison, typeError(2))
	b.publishFrame(t, []byte("not zstd"), 1)
	b.start(t)
	b.drained(t)
	b.wantCounts(t, [6]int64{2, 2, 2, 2, 1, 0})
	letters, err := b.q.DeadLettersAfter(t.Context(), 0, 10)
	if err != nil || len(letters) != 2 {
		t.Fatalf("dead letters: %+v, %v, want 2", letters, err)
	}
	// Two pipelines may have had a pack each: either was first.
	slices.SortFunc(letters, func(a, b queue.DeadLetter) int { return -cmp.Compare(a.Project, b.Project) })
	if l := letters[0]; l.Project != 1 || l.EventID != poison.ID || l.Reason != reasonInvalid || !strings.Contains(string(l.Record), `[1, 2, 3]`) {
		t.Errorf("got %+v", l)
	}
	// Nobody can scrub what nobody can read: its bytes stay in the stream.
	if l := letters[1]; l.Project != 0 || l.Reason != reasonCorrupt || len(l.Record) != 0 || !strings.HasSuffix(l.Error, "body withheld, see EVENTS sequence 2") {
		t.Errorf("got %+v", l)
	}
	// A retry with the same code changes nothing and copies nothing.
	if err := b.q.RetryDeadLetters(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	queuetest.Drained(t, b.q, queue.DeadLetters, queue.Replay)
	if state, err := b.q.State(t.Context(), queue.DeadLetters); err != nil || state.Messages != 2 {
		t.Errorf("%d dead letters after the retry, %v, want 2", state.Messages, err)
	}
	b.wantCounts(t, [6]int64{2, 2, 2, 2, 1, 0})
}

func TestARecordNoEdgeWroteHoldsUpNothing(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	far, future, nameless := typeError(1), typeError(2), typeError(3)
	far.Day += 1000
	future.Received, future.Day = future.Received.AddDate(1, 0, 0), future.Day+365
	nameless.ID = event.ID{}
	b.publish(t, typeError(4), far, future, nameless, typeError(5))
	b.start(t)
	b.drained(t)
	b.wantCounts(t, [6]int64{2, 2, 2, 2, 3, 0})
}

func TestADeadLetterThatCanBeWrittenNowIs(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	r := typeError(1)
	b.publish(t, record(`[]`)) // stands for r: today's code writes what an older one could not
	b.start(t)
	b.drained(t)
	letter := queue.DeadLetter{Project: 1, EventID: r.ID, Pack: event.NewID(time.Now()), Reason: reasonInvalid, Record: r.Append(nil)}
	if err := b.q.Bury(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	if err := b.q.RetryDeadLetters(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	queuetest.Eventually(t, "the dead letter to be written", func() bool { return b.counts(t)[0] == 1 })
	b.wantCounts(t, [6]int64{1, 1, 1, 1, 0, 0})
}

func TestASingleDeadLetterIsTriedAgainAndNoOther(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	one, other := typeError(1), typeError(2)
	b.publish(t, record(`[]`), record(`[]`)) // stand for both
	b.start(t)
	b.drained(t)
	before, err := b.q.State(t.Context(), queue.DeadLetters)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []pack.Record{one, other} {
		letter := queue.DeadLetter{Project: 1, EventID: r.ID, Pack: event.NewID(time.Now()), Reason: reasonInvalid, Record: r.Append(nil)}
		if err := b.q.Bury(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	// That of a bad event, one that is not there, and twice the good one.
	for _, sequence := range []uint64{1, 99, before.Last + 1} {
		if err := b.q.Retry(t.Context(), 1, sequence); err != nil {
			t.Fatal(err)
		}
	}
	idle := func() bool {
		waiting, err := b.q.Retrying(t.Context(), 1)
		return err == nil && len(waiting) == 0
	}
	queuetest.Eventually(t, "all retries to be done", idle)
	b.wantCounts(t, [6]int64{1, 1, 1, 1, 1, 0}) // it moved from the dead letters to the events
	if err := b.q.Retry(t.Context(), 1, before.Last+1); err != nil {
		t.Fatal(err)
	}
	queuetest.Eventually(t, "the retry of what is written to be done", idle)
	b.wantCounts(t, [6]int64{1, 1, 1, 1, 1, 0})
}

func TestANewerPackWaitsForANewerWorker(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	newer := strings.Replace(string(func() []byte { r := typeError(1); return r.Append(nil) }()), `"v":1`, `"v":99`, 1)
	b.publishFrame(t, pack.NewCodec().Compress(nil, []byte(newer)), 1)
	b.publish(t, typeError(2))
	b.start(t)
	queuetest.Eventually(t, "the other pack to be written", func() bool { return b.counts(t)[0] == 1 })
	queuetest.Eventually(t, "the worker to be unready", func() bool {
		ready, checks := b.env.Health.Report()
		return !ready && strings.Contains(checks["packs"], pack.ErrNewer.Error())
	})
	source, err := b.q.Bind(t.Context(), queue.Events, queue.Workers)
	if err != nil {
		t.Fatal(err)
	}
	if backlog, err := source.Backlog(t.Context()); err != nil || backlog.AckPending != 1 {
		t.Errorf("backlog %+v, %v: the newer pack must stay unacknowledged", backlog, err)
	}
}

func TestWhatIsOlderThanTheRetentionExpires(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	old := typeError(1)
	old.Received, old.Day = old.Received.AddDate(0, 0, -91), old.Day-91
	b.publish(t, typeError(2), old)
	b.start(t)
	b.drained(t)
	b.wantCounts(t, [6]int64{1, 1, 1, 1, 0, 1})
}

func TestReplayFillsWhatIsMissing(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	for i := range 10 {
		b.publish(t, typeError(i))
	}
	b.start(t)
	b.drained(t)
	conn, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	// An accident that also took the counters, as a restored backup would.
	if _, err := conn.Exec(t.Context(), `truncate trivet.events, trivet.blocks, trivet.packs, trivet.issues, trivet.issue_fingerprints,
		trivet.issue_hours, trivet.issue_users, trivet.project_minutes,
		trivet.words, trivet.issue_words, trivet.issue_texts, trivet.releases, trivet.project_users, trivet.field_counts`); err != nil {
		t.Fatal(err)
	}
	done, err := b.Replay(t.Context(), 1, 10, func(Replayed) {})
	if err != nil || done.Packs != 10 || done.Stored != 10 {
		t.Errorf("got %+v, %v, want 10 packs and 10 events", done, err)
	}
	b.wantCounts(t, [6]int64{10, 10, 10, 10, 0, 0})
}

func TestAWrongConfigurationIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	good := Config{Pipelines: 1, BatchEvents: 1, RetentionDays: 90}
	for name, change := range map[string]func(*Config){
		"no pipelines":                          func(c *Config) { c.Pipelines = 0 },
		"no batch":                              func(c *Config) { c.BatchEvents = 0 },
		"retention under clamp":                 func(c *Config) { c.RetentionDays = 3 },
		"unknown fail point":                    func(c *Config) { c.FailPoint = "never" },
		"negative project":                      func(c *Config) { c.Project = -1 },
		"one project only for the live workers": func(c *Config) { c.Project, c.Consumer = 5, queue.Workers },
	} {
		c := good
		change(&c)
		if c.validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := good.validate(); err != nil {
		t.Error(err)
	}
	if err := Run(t.Context(), queuetest.Env(t), Config{}); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("Run took an empty configuration: %v", err)
	}
}
