package faults

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"testing"

	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/postgres"
)

// A natsServer is a NATS in a process of its own, which comes back on the same address and folder.
type natsServer struct {
	t       testing.TB
	dir     string
	addr    string
	process *process
}

func startNATS(t testing.TB) *natsServer {
	t.Helper()
	n := &natsServer{t: t, dir: t.TempDir(), addr: fixedAddress(t)}
	n.start()
	return n
}

// fixedAddress finds a free port below those that systems give to outgoing connections: one of them would
// take the address while its server is away.
func fixedAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 15000+rand.IntN(15000))
		if l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr); err == nil {
			_ = l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

func (n *natsServer) url() string { return "nats://" + n.addr }

// start returns when it takes connections.
func (n *natsServer) start() {
	n.t.Helper()
	n.process = start(n.t, "nats", "", []string{roleEnv + "=nats", "FAULTS_DIR=" + n.dir, "FAULTS_ADDR=" + n.addr})
	eventually(n.t, liveness, "NATS to listen", func() bool {
		if n.process.ended() {
			n.t.Fatal("NATS ended")
		}
		conn, err := (&net.Dialer{}).DialContext(n.t.Context(), "tcp", n.addr)
		if err != nil {
			return false
		}
		_ = conn.Close()
		return true
	})
}

// stop ends it as an operator would.
func (n *natsServer) stop() {
	_ = n.process.stdin.Close()
	eventually(n.t, liveness, "NATS to stop", n.process.ended)
}

// A database is a Postgres of one test, with fsync, which comes back on the same socket and folder.
type database struct {
	t      testing.TB
	config postgres.Config
	server *postgres.Server
}

func startPostgres(t testing.TB) *database {
	t.Helper()
	box, err := tools()
	if err != nil {
		t.Fatal(err)
	}
	socket, err := os.MkdirTemp("/tmp", "faults-pg") //nolint:usetesting // the paths of sockets must be short
	if err != nil {
		t.Fatal(err)
	}
	box.tell("made", socket)
	d := &database{t: t, config: postgres.Config{Dir: t.TempDir(), Socket: socket, Log: zerolog.Nop()}}
	d.start()
	t.Cleanup(func() {
		d.server.Close()
		_ = os.RemoveAll(socket)
	})
	if err := d.server.CreateDatabase(t.Context(), "trivet"); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *database) start() {
	d.t.Helper()
	var err error
	if d.server, err = postgres.Start(d.t.Context(), d.config); err != nil {
		d.t.Fatal(err)
	}
}

func (d *database) url() string { return d.server.URL("trivet") }

// stop ends it as an operator would, kill as a power cut.
func (d *database) stop() { d.server.Close() }
func (d *database) kill() { d.server.Kill() }
