//go:build browser

package browser

import (
	"fmt"
	"strings"
	"testing"
)

func TestEveryErrorOfFaroArrivesOnce(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	front := newProxy(t, false)
	s := newSite(t, false, fmt.Sprintf(`<script>settings={url:"%s/collect/%s",key:%[2]q}</script><script src="/clients/faro.js"></script>`, front.URL, p.key))
	page := open(t, s.URL)
	page.run(`later("thrown")`)
	page.run(`reject(new RangeError("rejected"))`)
	page.run(`try { fail("caught") } catch (e) { capture(e) }`)
	p.arrived(3)
	// Faro sends again what it had no answer to, under the same Idempotency-Key.
	front.set(unheard)
	page.run(`later("unheard")`)
	front.met(t, unheard, 1)
	front.set(noFaults)
	page.run(`later("heard")`)
	p.arrived(5)
	page.leave()
	all := p.once("TypeError: thrown", "RangeError: rejected", "TypeError: caught", "TypeError: unheard", "TypeError: heard")
	for _, e := range all {
		if e.Protocol != "faro" || e.Environment != "test" || !strings.HasPrefix(e.URL, s.URL) || !strings.HasPrefix(e.Browser, "Chrome") {
			t.Errorf("%s: %+v", e.title(), e)
		}
	}
}
