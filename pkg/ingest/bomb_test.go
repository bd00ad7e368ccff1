package ingest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/service"
)

// childEnv makes this test binary an edge and nothing else, so that its memory can be looked at from
// outside.
const childEnv = "INGEST_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	env := service.Env{Log: zerolog.Nop(), Metrics: prometheus.NewRegistry(), Health: service.NewHealth()}
	e, err := New(env, config(), Deps{Directory: knownKeys(), Publisher: publish(takeAll)})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(e)
	fmt.Println(server.URL)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent has seen enough
	server.Close()
	e.Close()
}

// startChild returns the URL of an edge in a process of its own, and its process id.
func startChild(t *testing.T) (url string, pid int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0]) // this very binary
	child.Env = append(os.Environ(), childEnv+"=1")
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = child.Wait()
	})
	url, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(url), child.Process.Pid
}

// memory reads a line of a process's status, in bytes.
func memory(t *testing.T, pid int, name string) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("no /proc to measure memory with")
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return kb << 10
		}
	}
	t.Fatalf("no %s in %s", name, status)
	return 0
}

// bombs are bodies that inflate to far more than they are, as many bytes of each as the wire takes.
func bombs(t *testing.T) map[string][]byte {
	t.Helper()
	zeros := make([]byte, bombText)
	all := map[string][]byte{}
	for name, wire := range inAllEncodings(t, zeros) {
		switch name {
		case "gzip", "zstd": // members and frames may follow each other
			all[name] = bytes.Repeat(wire, maxWire/len(wire))
		case "deflate", "Deflate", "br", "BR":
			all[name] = wire
		}
	}
	return all
}

// barely are bodies of 7 MiB of text that is no JSON, with a wire as large as it may be.
func barely(t *testing.T) map[string][]byte {
	t.Helper()
	text := append(append([]byte{'\n'}, noise(19<<16)...), make([]byte, 5<<20)...)
	all := map[string][]byte{}
	for name, wire := range inAllEncodings(t, text) {
		if name != "" && name != "identity" && name != "UTF-8" {
			all[name] = wire
		}
	}
	return all
}

func TestBombsCostNoMemory(t *testing.T) {
	t.Parallel()
	url, pid := startChild(t)
	post := func(name string, wire []byte) int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/7/envelope/?sentry_key="+goodKey, bytes.NewReader(wire))
		if err != nil {
			t.Error(err)
			return 0
		}
		request.Header.Set("Content-Encoding", name)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return http.StatusRequestEntityTooLarge // answered and closed while we were still sending
		}
		defer response.Body.Close()
		checkOpen(t, "", response.StatusCode, response.Header)
		return response.StatusCode
	}
	post("", []byte("{}\n")) // what a first request needs is no growth
	before := memory(t, pid, "VmRSS")
	for _, kind := range []struct {
		name    string
		bodies  map[string][]byte
		senders int
		want    int
	}{{"bombs", bombs(t), 4, http.StatusRequestEntityTooLarge}, {"barely", barely(t), 2, http.StatusBadRequest}} {
		for name, wire := range kind.bodies {
			var senders sync.WaitGroup
			for range kind.senders {
				senders.Go(func() {
					for range bombRounds {
						if got := post(name, wire); got != kind.want && got != http.StatusServiceUnavailable {
							t.Errorf("%s in %s (%d bytes): %d, want %d", kind.name, name, len(wire), got, kind.want)
						}
					}
				})
			}
			senders.Wait()
		}
		t.Logf("%s: grew by %d KiB at most, from %d", kind.name, (memory(t, pid, "VmHWM")-before)>>10, before>>10)
	}
	if grown := memory(t, pid, "VmHWM") - before; grown > mayGrow {
		t.Errorf("grew by %d MiB", grown>>20)
	}
}
