//go:build browser

package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// bundle makes one script of each client with its settings, as a site's build does.
func bundle(ctx context.Context, to string) error {
	for _, b := range []struct{ name, entry, alias string }{
		{"sentry7", "clients/sentry.js", "sentry=sentry7"},
		{"sentry8", "clients/sentry.js", "sentry=sentry8"},
		{"sentry9", "clients/sentry.js", "sentry=sentry9"},
		{"sentry10", "clients/sentry.js", "sentry=sentry10"},
		{"sentry11", "clients/sentry.js", "sentry=sentry11"},
		{"faro", "clients/faro.js", ""},
		{"module", "clients/module.js", "@trivetlabs/trivet=../../sdk/js/src/trivet.js"},
	} {
		args := []string{
			"tool", "-modfile=../../tools/go.mod", "esbuild", b.entry, "--bundle", "--format=iife", "--log-level=warning",
			"--outfile=" + filepath.Join(to, b.name+".js"),
		}
		if b.alias != "" {
			args = append(args, "--alias:"+b.alias)
		}
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(clients(), "node_modules"))
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("bundle %s: %w\n%s", b.name, err, out)
		}
	}
	return nil
}

// app is the code of the site: every test throws with it.
const app = `
function fail(message) { throw new TypeError(message); }
function later(message) { setTimeout(function laterFails() { fail(message); }, 0); }
function reject(reason) { Promise.reject(reason); }
`

// A site serves pages from an origin of its own.
type site struct {
	*httptest.Server
	head    string            // of each page
	worker  string            // code of /worker.js
	headers map[string]string // of each page
}

// newSite starts one with pages whose head holds the elements given.
func newSite(t *testing.T, tls bool, head string) *site {
	t.Helper()
	s := &site{head: head, headers: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range s.headers {
			w.Header().Set(name, value)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><html><head><title>Shop</title>%s<script src=\"/app.js\"></script></head><body><button id=\"pay\">Pay</button></body></html>", s.head)
	})
	mux.HandleFunc("/app.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, app)
	})
	mux.HandleFunc("/worker.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, s.worker)
	})
	mux.Handle("/clients/", http.StripPrefix("/clients/", http.FileServer(http.Dir(the.bundles))))
	s.Server = httptest.NewUnstartedServer(mux)
	if tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}
