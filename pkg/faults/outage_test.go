package faults

import (
	"os"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/queue"
)

// outage is how long Postgres stays away: FAULTS_OUTAGE, or long enough for a worker to try in vain a few
// times.
func outage(t testing.TB) time.Duration {
	t.Helper()
	text := os.Getenv("FAULTS_OUTAGE")
	if text == "" {
		return 20 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("FAULTS_OUTAGE: %v", err)
	}
	return d
}

// TestIngestGoesOnWhilePostgresIsAway stops the database under load, and then kills it: the stream is the
// buffer, and the worker goes on by itself.
func TestIngestGoesOnWhilePostgresIsAway(t *testing.T) {
	t.Parallel()
	away := outage(t)
	postgres := startPostgres(t)
	r := newRig(t, postgres.url(), queue.Limits{})
	_, base := r.ingest()
	worker := r.worker().ready()
	load := r.load(base, r.traffic(0).endless(), 8, 150, false)
	r.writes(worker)

	postgres.stop()
	r.kills++
	r.saysDatabase(worker)
	hold(t, away)
	postgres.start()
	worker.ready()
	r.writes(worker)

	postgres.kill()
	r.kills++
	r.saysDatabase(worker)
	hold(t, away/4)
	postgres.start()
	worker.ready()
	r.writes(worker)

	load.stop()
	r.drained()
	r.verify()
	// Not none: on a machine that does much else, a disk may take longer than an edge waits for it.
	if all, refused := r.history.requests(); refused*100 > all {
		t.Errorf("%d of %d requests were refused, and the queue was there all the time", refused, all)
	}

	// A worker that has nothing to write must tell the truth, too.
	postgres.stop()
	r.saysDatabase(worker)
	postgres.start()
	worker.ready()
	if worker.ended() {
		t.Errorf("the worker ended: %v", worker.cmd.ProcessState)
	}
}

// writes waits until the worker writes more than it had written.
func (r *rig) writes(w *process) {
	r.t.Helper()
	before := w.metric("worker_packs_total")
	eventually(r.t, 2*liveness, "the worker to write", func() bool { return w.metric("worker_packs_total") > before })
}

// saysDatabase waits until the worker is not ready and says why.
func (r *rig) saysDatabase(w *process) {
	r.t.Helper()
	eventually(r.t, liveness, "the worker to say that the database is away", func() bool {
		ready, checks := w.readiness()
		why := checks["worker.database"]
		return !ready && why != "" && why != "ok"
	})
}
