package ingest

import (
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
)

func TestZZ(t *testing.T) {
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	for _, kind := range []map[string][]byte{{}, {}} {
		_ = kind
	}
	for kn, kind := range map[string]map[string][]byte{"bombs": bombsZ(t), "barely": barelyZ(t)} {
		for name, wire := range kind {
			var a, b runtime.MemStats
			runtime.ReadMemStats(&a)
			for range 10 {
				r := httptest.NewRequest("POST", "/api/7/envelope/?sentry_key="+goodKey, strings.NewReader(string(wire)))
				r.Header.Set("Content-Encoding", name)
				w := httptest.NewRecorder()
				e.ServeHTTP(w, r)
			}
			runtime.ReadMemStats(&b)
			t.Logf("%s %s: wire %d; %d KiB a request over the wire copy, %d GCs", kn, name, len(wire), (b.TotalAlloc-a.TotalAlloc)/10/1024-uint64(len(wire))/1024, b.NumGC-a.NumGC)
		}
	}
}
func bombsZ(t *testing.T) map[string][]byte  { return bombs(t) }
func barelyZ(t *testing.T) map[string][]byte { return barely(t) }
