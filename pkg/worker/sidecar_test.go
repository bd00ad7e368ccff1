package worker

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

// beside makes a record of project 1 that is no event.
func beside(kind pack.Kind, raw string) pack.Record {
	r := record(raw)
	r.Kind = kind
	return r
}

func attached(of pack.Record, name, data string) pack.Record {
	r := beside(pack.Attachment, data)
	r.Of, r.Day, r.Name, r.Type = of.ID, of.Day, name, "text/plain"
	r.ID = event.NamedID(1, "attachment/"+of.ID.String()+"/"+name)
	return r
}

func session(sid string, began bool, status string) pack.Record {
	return beside(pack.Session, fmt.Sprintf(`{"sid":"%s","init":%t,"started":"%s","status":"%s","errors":0,"attrs":{"release":"shop@1","environment":"production"}}`,
		sid, began, time.Now().UTC().Format(time.RFC3339Nano), status))
}

// look reads numbers by the owner.
func (b *bench) look(t *testing.T, statement string) (numbers []int64) {
	t.Helper()
	b.query(t, "select array["+statement+"]::bigint[]", &numbers)
	return numbers
}

// sidecars are files and their bytes, texts, sessions, errored, crashed, drops of clients, of edges and of settings.
const sidecars = `(select count(*) from trivet.attachments), (select coalesce(sum(size), 0) from trivet.attachments), (select count(*) from trivet.feedback),
	(select coalesce(sum(sessions), 0) from trivet.release_hours), (select coalesce(sum(errored), 0) from trivet.release_hours),
	(select coalesce(sum(crashed), 0) from trivet.release_hours), (select coalesce(sum(quantity), 0) from trivet.drops where source = 'client'),
	(select coalesce(sum(quantity), 0) from trivet.drops where source = 'edge'), (select coalesce(sum(quantity), 0) from trivet.drops where source = 'filter')`

func (b *bench) wantSidecars(t *testing.T, when string, want ...int64) {
	t.Helper()
	if got := b.look(t, sidecars); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: files, bytes, texts, sessions, errored, crashed, drops by client, edge, setting: got %v, want %v", when, got, want)
	}
}

func TestWhatComesBesideEventsIsKept(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	e := typeError(1)
	form := beside(pack.Feedback, `{"name":"Ada","email":"ada@example.com","comments":"a\u0000b"}`)
	form.Of = e.ID
	b.publish(t, e, attached(e, "state.json", `{"a":1}`), attached(e, "bytes.bin", "\x00\xff"), form,
		beside(pack.Feedback, `{"event_id":"`+e.ID.String()+`","comments":"It broke."}`),
		session("s1", true, "ok"), session("s2", true, "exited"))
	b.publish(t, session("s1", false, "crashed"), session("s1", false, "unhandled"), session("s2", false, "errored"), session("", true, "abnormal"),
		beside(pack.Session, `{"aggregates":[{"started":"2026-11-21T17:13:00.000Z","exited":5,"errored":2,"crashed":1}],"attrs":{"release":"api@2"}}`),
		beside(pack.ClientReport, `{"discarded_events":[{"reason":"before_send","category":"error","quantity":2},{"reason":"`+strings.Repeat("x", 500)+`","category":"made up","quantity":3}]}`),
		beside(pack.EdgeReport, `{"discarded_events":[{"reason":"project_rate","category":"error","quantity":4},{"reason":"No Code!","category":"error","quantity":1}]}`))
	b.start(t)
	b.drained(t)
	want := []int64{2, 9, 2, 11, 6, 2, 5, 5, 0}
	b.wantSidecars(t, "written", want...)
	b.wantCounts(t, [6]int64{1, 1, 1, 1, 0, 0})
	if got := b.look(t, `(select count(*) from trivet.feedback where event_id = '`+e.ID.String()+`'), (select count(*) from trivet.drops where reason = 'other'),
		(select sum(events) from trivet.packs), (select count(*) from trivet.release_hours where release = 'api@2' and sessions = 8 and errored = 3 and crashed = 1)`); fmt.Sprint(got) != "[2 2 1 1]" {
		t.Errorf("texts about the event, drops of an unknown reason, events in packs, hours of the server: %v", got)
	}
	if err := b.q.ReplayFrom(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	b.drained(t)
	b.wantSidecars(t, "after a replay", want...)
}

func TestWhatCantBeKeptHarmsNobody(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	e, old := typeError(1), session("s9", true, "ok")
	old.Received, old.Day = old.Received.AddDate(0, 0, -91), old.Day-91
	orphan := attached(e, "a", "b")
	orphan.Of = event.ID{}
	b.publish(t, e, beside(pack.Session, `[]`), beside(pack.Feedback, `{"comments":""}`), beside(pack.ClientReport, `7`), orphan, old,
		beside(pack.Session, `{"sid":"s1","init":true,"status":"ok"}`), // of no release
		beside(pack.Session, `{"sid":"s1","init":false,"status":"crashed"}`))
	b.start(t)
	b.drained(t)
	b.wantSidecars(t, "written", 0, 0, 0, 0, 0, 0, 0, 0, 1)
	b.wantCounts(t, [6]int64{1, 1, 1, 1, 0, 0})
	if state, err := b.q.State(t.Context(), queue.DeadLetters); err != nil || state.Messages != 0 {
		t.Errorf("%d dead letters, %v, want none", state.Messages, err)
	}
}

func TestAKindOfANewerEdgeWaitsForANewerWorker(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.publish(t, typeError(1), beside("replay", `{}`))
	b.publish(t, typeError(2))
	b.start(t)
	queuetest.Eventually(t, "the other pack to be written", func() bool { return b.counts(t)[0] == 1 })
	queuetest.Eventually(t, "the worker to be unready", func() bool {
		ready, checks := b.env.Health.Report()
		return !ready && strings.Contains(checks["packs"], pack.ErrNewer.Error())
	})
	b.wantCounts(t, [6]int64{1, 1, 1, 1, 0, 0})
}

func TestAReplayOfOneProjectWritesItsSidecarsOnly(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	other := session("s2", true, "crashed")
	other.Project = 2
	e := typeError(1)
	b.publish(t, e, attached(e, "a", "b"), session("s1", true, "crashed"), other)
	b.cfg.Project = 1
	if done, err := b.Replay(t.Context(), 1, 1, func(Replayed) {}); err != nil || done.Stored != 1 {
		t.Fatalf("%+v, %v, want the event stored", done, err)
	}
	// What only counts waits for the live workers, whose turn is still to come.
	b.wantSidecars(t, "after the replay", 1, 1, 0, 0, 1, 1, 0, 0, 0)
	b.cfg.Project = 0
	b.start(t)
	b.drained(t)
	b.wantSidecars(t, "after the live workers", 1, 1, 0, 2, 2, 2, 0, 0, 0)
	b.wantCounts(t, [6]int64{1, 1, 1, 1, 0, 0})
}
