//go:build browser

package browser

import (
	"fmt"
	"strings"
	"testing"
)

// dsn is that of a project, behind a proxy or not.
func (p *project) dsn(url string) string {
	scheme, host, _ := strings.Cut(url, "://")
	return fmt.Sprintf("%s://%s@%s/%d", scheme, p.key, host, p.id)
}

func TestEveryErrorOfSentrysSDKsArrivesOnce(t *testing.T) {
	t.Parallel()
	for _, major := range []string{"7", "8", "9", "10", "11"} {
		t.Run("@sentry/browser "+major, func(t *testing.T) {
			t.Parallel()
			p := newProject(t)
			s := newSite(t, false, fmt.Sprintf(`<script>settings={dsn:%q}</script><script src="/clients/sentry%s.js"></script>`, p.dsn(the.info.IngestURL), major))
			page := open(t, s.URL)
			page.run(`later("thrown")`)
			page.run(`reject(new RangeError("rejected"))`)
			page.run(`try { fail("caught") } catch (e) { capture(e) }`)
			page.run(`report("told")`)
			p.arrived(4)
			page.leave()
			all := p.once("TypeError: thrown", "RangeError: rejected", "TypeError: caught", "told")
			for _, e := range all {
				if e.Release != "shop@1.4.2" || e.Environment != "test" || !strings.HasPrefix(e.URL, s.URL) || !strings.HasPrefix(e.Browser, "Chrome") || e.Protocol != "sentry" {
					t.Errorf("%s: %+v", e.title(), e)
				}
			}
			checkThrown(t, find(t, all, "TypeError: thrown"), false)
			if e := find(t, all, "TypeError: caught"); e.Handled == nil || !*e.Handled {
				t.Errorf("a caught error is not handled: %+v", e)
			}
		})
	}
}

// checkThrown checks an error of later() in app.
func checkThrown(t *testing.T, e event, handled bool) {
	t.Helper()
	if e.Handled == nil || *e.Handled != handled {
		t.Errorf("%s: handled is %v, want %t", e.title(), e.Handled, handled)
	}
	if len(e.Exceptions) == 0 {
		t.Fatalf("%s: no exception", e.title())
	}
	frames := e.Exceptions[len(e.Exceptions)-1].Frames
	if len(frames) < 2 || frames[len(frames)-1].Function != "fail" || frames[len(frames)-2].Function != "laterFails" || !strings.HasSuffix(frames[len(frames)-1].Filename, "/app.js") {
		t.Errorf("%s: frames %+v", e.title(), frames)
	}
}
