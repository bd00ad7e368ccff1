//go:build browser

package browser

import "testing"

// A stop is one page of a tour: where it was asked for and where that led, and what it did that no page should.
type stop struct {
	URL, At string
	Status  int
	Caught  []string
}

// tour loads pages one after the other, as many as there are. own tells that they are ours to the last element.
func (p *page) tour(urls []string, own bool) (stops []stop) {
	p.t.Helper()
	const most = 20 // of one command, so that others get a turn
	for len(urls) > 0 {
		n := min(most, len(urls))
		var some []stop
		the.browser.do(p.t, &some, map[string]any{"do": "tour", "page": p.id, "urls": urls[:n], "own": own})
		stops, urls = append(stops, some...), urls[n:]
		p.t.Logf("%d pages left", len(urls))
	}
	return stops
}

// innocent fails the test if a page that is watched did or holds what no page should.
func (p *page) innocent() {
	p.t.Helper()
	var caught []string
	the.browser.do(p.t, &caught, map[string]any{"do": "caught", "page": p.id})
	for _, what := range caught {
		p.t.Error(what)
	}
}

// until waits for an expression to become true in the page.
func (p *page) until(code string) {
	p.t.Helper()
	eventually(p.t, code, func() (done bool) {
		p.value(&done, "Boolean("+code+")")
		return done
	})
}

func (p *page) fill(selector, text string) {
	p.t.Helper()
	the.browser.do(p.t, nil, map[string]any{"do": "fill", "page": p.id, "selector": selector, "text": text})
}

func (p *page) press(key string) {
	p.t.Helper()
	the.browser.do(p.t, nil, map[string]any{"do": "press", "page": p.id, "key": key})
}

func (p *page) shut() {
	p.t.Helper()
	the.browser.do(p.t, nil, map[string]any{"do": "shut", "page": p.id})
}

// What a page of the wrong kind would do is caught: a test that can't fail proves nothing.
func TestAPageThatBetraysItsVisitorIsCaught(t *testing.T) {
	t.Parallel()
	s := newSite(t, false, `<img src=x onerror="pwn(1)"><script src="//pwn.invalid/x.js"></script><a href="javascript:pwn(2)">x</a><x-pwn></x-pwn>`)
	p := &page{t: t}
	the.browser.do(t, &p.id, map[string]any{"do": "watched", "url": s.URL})
	var caught []string
	the.browser.do(t, &caught, map[string]any{"do": "caught", "page": p.id})
	if len(caught) < 5 {
		t.Errorf("only %q", caught)
	}
	p.leave()
}
