//go:build browser

package browser

import (
	"fmt"
	"strings"
	"testing"
)

// TestWhatBrowsersReportArrivesOnce has no script of any client: Chromium itself tells.
func TestWhatBrowsersReportArrivesOnce(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		headers func(endpoint string) map[string]string
		route   string
	}{
		{
			"report-uri",
			func(endpoint string) map[string]string {
				return map[string]string{"Content-Security-Policy": "img-src 'self'; report-uri " + endpoint}
			},
			"security",
		},
		{
			"report-to",
			func(endpoint string) map[string]string {
				return map[string]string{
					"Reporting-Endpoints":     fmt.Sprintf("trivet=%q", endpoint),
					"Content-Security-Policy": "img-src 'self'; report-to trivet",
				}
			},
			"reports",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t)
			front := newProxy(t, true) // the Reporting API wants HTTPS
			s := newSite(t, true, "")
			s.headers = tc.headers(fmt.Sprintf("%s/api/%d/%s/?sentry_key=%s", front.URL, p.id, tc.route, p.key))
			page := open(t, s.URL)
			page.value(nil, `{ const i = new Image(); i.src = "https://127.0.0.1:1/evil.png"; null }`)
			p.arrived(1)
			page.leave()
			e := p.once("CSP violation: Blocked img-src from https://127.0.0.1:1")[0]
			if e.Protocol != "report" || !strings.HasPrefix(e.URL, s.URL) || !strings.HasPrefix(e.Browser, "Chrome") || e.Tags["directive"] != "img-src" || e.Tags["blocked"] != "127.0.0.1" {
				t.Errorf("%+v", e)
			}
		})
	}
}
