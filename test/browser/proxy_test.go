//go:build browser

package browser

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// A fault is what a proxy does to a request instead of passing it on.
type fault string

const (
	tooMany  fault = "429"     // with a Retry-After
	away     fault = "503"     // as a balancer without a server answers
	reset    fault = "reset"   // the connection, before anything was passed on
	unheard  fault = "unheard" // passed on, and the answer thrown away with the connection
	noFaults fault = ""
)

// A proxy stands between the clients and ingest.
type proxy struct {
	*httptest.Server
	to         *httputil.ReverseProxy
	retryAfter string // seconds, of a 429

	mu     sync.Mutex
	fault  fault
	counts map[fault]int // requests with events met by each
}

func newProxy(t *testing.T, tls bool) *proxy {
	t.Helper()
	target, err := url.Parse(the.info.IngestURL)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{retryAfter: "1", counts: map[fault]int{}, to: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}}
	p.Server = httptest.NewUnstartedServer(p)
	if tls {
		p.StartTLS()
	} else {
		p.Start()
	}
	t.Cleanup(p.Close)
	return p
}

// set changes what happens from now on.
func (p *proxy) set(f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

// met waits until a fault has met a number of requests.
func (p *proxy) met(t *testing.T, f fault, n int) {
	t.Helper()
	eventually(t, "requests to meet the fault "+string(f), func() bool { return p.count(f) >= n })
}

// count tells how many requests a fault has met.
func (p *proxy) count(f fault) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[f]
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		p.to.ServeHTTP(w, r)
		return
	}
	p.mu.Lock()
	f := p.fault
	p.counts[f]++
	p.mu.Unlock()
	switch f {
	case tooMany, away:
		w.Header().Set("Access-Control-Allow-Origin", "*")
		status := http.StatusServiceUnavailable
		if f == tooMany {
			w.Header().Set("Access-Control-Expose-Headers", "Retry-After")
			w.Header().Set("Retry-After", p.retryAfter)
			status = http.StatusTooManyRequests
		}
		w.WriteHeader(status)
	case reset:
		hangUp(w)
	case unheard:
		p.to.ServeHTTP(httptest.NewRecorder(), r)
		hangUp(w)
	default:
		p.to.ServeHTTP(w, r)
	}
}

// hangUp resets the connection.
func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return // it is gone already
	}
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	_ = conn.Close()
}
