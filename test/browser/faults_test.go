//go:build browser

package browser

import (
	"fmt"
	"testing"
)

// TestTrivetLosesAndDoublesNothing lets the edge fail in every way while a page throws, loads again and is
// open twice.
func TestTrivetLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		reload bool // the page loads again while each fault lasts
	}{
		{"while the page stays", false},
		{"over loads of the page", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t)
			front := newProxy(t, false)
			s := newSite(t, false, p.script(front.URL, ""))
			shop := open(t, s.URL)
			var titles []string
			throw := func(in *page, message string) {
				in.run(fmt.Sprintf("later(%q)", message))
				titles = append(titles, "TypeError: "+message)
			}
			throw(shop, "before")
			p.arrived(1)
			for _, f := range []fault{tooMany, away, reset, unheard} {
				front.set(f)
				throw(shop, "during "+string(f))
				throw(shop, "also during "+string(f))
				front.met(t, f, 1)
				if tc.reload {
					throw(shop, "just before loading again at "+string(f))
					shop.visit(s.URL)
					throw(shop, "after loading again at "+string(f))
				}
			}
			other := shop.tab(s.URL) // finds what the first left, and sends it too
			throw(other, "in another tab")
			front.met(t, unheard, 2)
			front.set(noFaults)
			throw(shop, "after")
			p.arrived(len(titles))
			eventually(t, "the pages to have nothing left", func() bool {
				var waiting int
				shop.value(&waiting, `Object.keys(localStorage).filter(name => name.startsWith("trv:")).length`)
				return waiting == 0
			})
			shop.leave()
			p.once(titles...)
		})
	}
}

// TestRetryAfterIsObeyed by every page of the site, also when it leaves.
func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	front := newProxy(t, false)
	front.retryAfter = "3600"
	s := newSite(t, false, p.script(front.URL, ""))
	front.set(tooMany)
	shop := open(t, s.URL)
	shop.run(`later("first")`)
	front.met(t, tooMany, 1)
	shop.run(`later("second")`)
	shop.visit(s.URL)
	shop.run(`later("third")`)
	shop.value(nil, `trivet.flush().then(() => null)`)
	var waiting int
	if shop.value(&waiting, `Object.keys(localStorage).filter(name => name.startsWith("trv:")).length`); waiting != 3 {
		t.Errorf("%d events wait, want 3", waiting)
	}
	// The hour has passed.
	front.set(noFaults)
	shop.value(nil, `{ for (const name of Object.keys(localStorage)) if (name.startsWith("trv-pause:")) localStorage[name] = Date.now() - 1; null }`)
	shop.visit(s.URL)
	p.arrived(3)
	shop.leave()
	p.once("TypeError: first", "TypeError: second", "TypeError: third")
	if n := front.count(tooMany); n != 1 {
		t.Errorf("%d requests in an hour without, want the 1 that was told of it", n)
	}
}

// TestSentrysSDKsDoubleNothing: they never send again what may have arrived, and Trivet makes no two of it.
func TestSentrysSDKsDoubleNothing(t *testing.T) {
	t.Parallel()
	for _, major := range []string{"7", "11"} {
		t.Run("@sentry/browser "+major, func(t *testing.T) {
			t.Parallel()
			p := newProject(t)
			front := newProxy(t, false)
			s := newSite(t, false, fmt.Sprintf(`<script>settings={dsn:%q}</script><script src="/clients/sentry%s.js"></script>`, p.dsn(front.URL), major))
			front.set(unheard)
			shop := open(t, s.URL)
			shop.run(`later("unheard")`)
			p.has("TypeError: unheard")
			front.set(noFaults)
			shop.run(`later("heard")`)
			p.has("TypeError: heard")
			shop.leave()
			p.once("TypeError: unheard", "TypeError: heard")
		})
	}
}
