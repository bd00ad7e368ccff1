package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// A rig is a Trivet of one test: a queue, a database, projects to send to, and whatever processes the test
// starts.
type rig struct {
	t         testing.TB
	random    *rand.Rand // of the test's own choices
	nats      *natsServer
	database  string
	db        *store.Store
	q         *queue.Queue
	targets   []target
	history   *history
	processes []*process
	kills     int
}

// A target is a project with its key.
type target struct {
	project int64
	key     string
}

// newRig provisions a queue of its own and a database. Without a URL the database is one of a server that
// all tests share.
func newRig(t testing.TB, database string, limits queue.Limits) *rig {
	t.Helper()
	r := &rig{t: t, random: random(t), nats: startNATS(t), database: database, history: newHistory()}
	if database == "" {
		r.database = storetest.URL(t)
	}
	r.connect(r.nats.url())
	if limits.MaxBytes == 0 {
		limits.MaxBytes = 256 << 20
	}
	ctx, cancel := context.WithTimeout(t.Context(), liveness)
	defer cancel()
	config := provision.Config{Store: store.Config{URL: r.database}, Stream: limits}
	if err := provision.Run(ctx, zerolog.Nop(), config, r.db, r.q); err != nil {
		t.Fatal(err)
	}
	organization, err := r.db.CreateOrganization(ctx, "faults", "")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		p, err := r.db.CreateProject(ctx, store.Project{OrganizationID: organization.ID, Slug: fmt.Sprint("site-", i)})
		if err != nil {
			t.Fatal(err)
		}
		key, err := r.db.CreateKey(ctx, p.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		r.targets = append(r.targets, target{p.ID, key.PublicKey})
	}
	if _, err := provision.SyncDirectory(ctx, r.db, r.q); err != nil {
		t.Fatal(err)
	}
	return r
}

// connect opens the test's own connections to database and queue.
func (r *rig) connect(nats string) {
	r.t.Helper()
	var err error
	if r.db, err = store.Open(r.t.Context(), queuetest.Env(r.t), store.Config{URL: r.database}); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(r.db.Close)
	if r.q, err = queue.Open(r.t.Context(), queuetest.Env(r.t), queue.Config{URL: nats}); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(r.q.Close)
}

// random returns the choices of a test, which FAULTS_SEED repeats.
func random(t testing.TB) *rand.Rand {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("FAULTS_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	t.Logf("FAULTS_SEED=%d repeats the choices of this test", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// ingest starts an edge and returns it with its URL once it is ready.
func (r *rig) ingest() (p *process, url string) {
	r.t.Helper()
	p = start(r.t, "ingest", "ingest", []string{"NATS_URL=" + r.nats.url()})
	r.processes = append(r.processes, p)
	p.ready()
	return p, "http://" + p.said("listening", "ingest", "addr")
}

// worker starts one, which need not be ready yet. Small batches make many transactions to die in.
func (r *rig) worker(env ...string) *process {
	r.t.Helper()
	env = append([]string{"NATS_URL=" + r.nats.url(), "DATABASE_URL=" + r.database, "WORKER_BATCH_EVENTS=200"}, env...)
	p := start(r.t, "worker", "worker", env)
	r.processes = append(r.processes, p)
	return p
}

// backlog is what workers have still to acknowledge: packs nobody has seen, and packs that came to somebody.
func (r *rig) backlog() (pending uint64, unacknowledged int, err error) {
	ctx, cancel := context.WithTimeout(r.t.Context(), 5*time.Second)
	defer cancel()
	source, err := r.q.Bind(ctx, queue.Events, queue.Workers)
	if err != nil {
		return 0, 0, err
	}
	state, err := r.q.State(ctx, queue.Events)
	if err != nil {
		return 0, 0, err
	}
	backlog, err := source.Backlog(ctx)
	if backlog.Pending == 0 && backlog.AckPending == 0 && backlog.AckFloor < state.Last {
		backlog.Pending = state.Last - backlog.AckFloor // the server has not counted them yet
	}
	return backlog.Pending, backlog.AckPending, err
}

// drainTime leaves the packs of a killed worker the time to come back, which is queue.AckWait, and again.
const drainTime = 3 * queue.AckWait

// drained waits until every pack is acknowledged.
func (r *rig) drained() {
	r.t.Helper()
	eventually(r.t, drainTime, "the backlog to drain", func() bool {
		pending, unacknowledged, err := r.backlog()
		return err == nil && pending == 0 && unacknowledged == 0
	})
}

// unsaid fails the test when a process has logged what none may: a deadlock or a panic.
func (r *rig) unsaid() {
	r.t.Helper()
	for _, p := range r.processes {
		b, err := os.ReadFile(p.log)
		if err != nil {
			r.t.Error(err)
		}
		for line := range strings.SplitSeq(string(b), "\n") {
			for _, word := range []string{"40P01", "panic", "goroutine "} {
				if strings.Contains(line, word) {
					r.t.Errorf("%s logged %s", p.name, line)
				}
			}
		}
	}
}

// verify compares the tables with what the senders remember, and says what was found.
func (r *rig) verify() *tables {
	r.t.Helper()
	found, err := readTables(r.t.Context(), r.database)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, p := range check(r.history, found) {
		r.t.Errorf("%s: %s", p.kind, p.detail)
	}
	r.unsaid()
	r.t.Logf("%s; stored %d events in %d issues; packs held %d; kills %d", r.history, len(found.rows), len(found.issues), found.packed, r.kills)
	return found
}
