package faults

import (
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/standalone"
)

// TestNothingAcknowledgedIsLostWhenStandaloneDies kills everything at once, as a power cut of the only
// machine, and starts it again on the same folder.
func TestNothingAcknowledgedIsLostWhenStandaloneDies(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, random: random(t), history: newHistory()}
	dir := t.TempDir()
	p, info := r.standalone(dir)
	first := info
	r.targets = []target{{info.ProjectID, info.PublicKey}}
	load := r.load(info.IngestURL, r.traffic(0).endless(), 16, 250, false)
	for range 3 {
		accepts(r, "standalone to accept")
		hold(t, time.Duration(r.random.Int64N(int64(3*time.Second))))
		p.kill()
		r.kills++
		p, info = r.standalone(dir)
		load.move(info.IngestURL)
	}
	accepts(r, "standalone to accept after the last kill")
	load.stop()
	if info.ProjectID != first.ProjectID || info.PublicKey != first.PublicKey || info.Token != first.Token {
		t.Errorf("a restart made another project, key or token: %+v, want those of %+v", info, first)
	}
	r.database = info.DatabaseURL
	r.connect(info.NATSURL)
	r.drained()
	r.verify()
	r.readable(api{info.QueryURL, info.Token, info.ProjectID})
	p.terminate()
}

// standalone starts one and returns when it is ready, with what it says of itself.
func (r *rig) standalone(dir string) (*process, standalone.Info) {
	r.t.Helper()
	p := start(r.t, "standalone", "trivet", []string{"STANDALONE_DIR=" + dir}, "standalone")
	r.processes = append(r.processes, p)
	eventually(r.t, liveness, "standalone to be ready", func() bool {
		if p.ended() {
			r.t.Fatal("standalone ended before it was ready")
		}
		ready, checks := p.readiness()
		return ready && checks["ingest.directory"] != "" && checks["worker.database"] != "" && checks["query.database"] != ""
	})
	info, err := standalone.ReadInfo(dir)
	if err != nil {
		r.t.Fatal(err)
	}
	return p, info
}
