//go:build browser

package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/sdk/js"
)

// script is the element that loads our script, with more attributes.
func (p *project) script(url, more string) string {
	return fmt.Sprintf(`<script src="%s/trivet.js" data-key=%q data-release="shop@1.4.2" data-environment="test" crossorigin %s></script>`, url, p.key, more)
}

func TestTrivetSendsWhateverGoesWrong(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	s := newSite(t, false, p.script(the.info.IngestURL, ""))
	page := open(t, s.URL+"?token=secret")
	page.run(`trivet.user = {id: "42"}; trivet.tags = {tenant: "acme"}`)
	page.run(`console.warn("about to fail", 7)`)
	page.click("#pay")
	page.value(nil, `fetch("/app.js?x=1").then(() => null)`)
	page.run(`later("thrown")`)
	page.run(`setTimeout(() => { throw "a text" })`)
	page.run(`reject(new RangeError("rejected"))`)
	page.run(`reject({code: 7, reason: "none"})`)
	page.run(`reject()`)
	page.run(`const chain = () => { try { fail("inner") } catch (cause) { trivet.capture(new Error("outer", {cause}), {tags: {step: "pay"}, level: "warning"}) } }; chain()`)
	page.run(`trivet.capture("told")`)
	page.run(`document.body.append(Object.assign(new Image(), {src: "/missing.png?v=1"}))`)
	page.run(`document.body.append(Object.assign(document.createElement("script"), {src: "/missing.js"}))`)
	titles := []string{
		"TypeError: thrown", "a text", "RangeError: rejected", `UnhandledRejection: {"code":7,"reason":"none"}`, "UnhandledRejection: undefined", "Error: outer", "told",
		"ResourceError: Failed to load img " + s.URL + "/missing.png", "ResourceError: Failed to load script " + s.URL + "/missing.js",
	}
	p.arrived(len(titles))
	page.leave()
	all := p.once(titles...)
	for _, e := range all {
		if e.Release != "shop@1.4.2" || e.Environment != "test" || !strings.HasPrefix(e.URL, s.URL) || !strings.HasPrefix(e.Browser, "Chrome") || e.User.ID != "42" || e.Tags["tenant"] != "acme" {
			t.Errorf("%s: %+v", e.title(), e)
		}
	}
	thrown := find(t, all, "TypeError: thrown")
	checkThrown(t, thrown, false)
	var crumbs []string
	for _, b := range thrown.Breadcrumbs {
		crumbs = append(crumbs, b.Category+" "+b.Message)
	}
	if got, want := strings.Join(crumbs, ", "), "console about to fail 7, click button#pay, fetch GET /app.js"; got != want {
		t.Errorf("breadcrumbs are %q, want %q", got, want)
	}
	outer := find(t, all, "Error: outer")
	if len(outer.Exceptions) != 2 || outer.Exceptions[0].Value != "inner" || len(outer.Exceptions[0].Frames) < 2 || outer.Tags["step"] != "pay" || outer.Level != "warning" || outer.Handled == nil || !*outer.Handled {
		t.Errorf("the error with a cause: %+v", outer)
	}
}

func TestTrivetTellsWhatAPolicyBlocked(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	tag := js.Newest().Tag(the.info.IngestURL, p.key)
	s := newSite(t, false, js.Loader+tag)
	// The policy that "trivet script" prints, beside the site's own.
	s.headers["Content-Security-Policy"] = fmt.Sprintf("default-src 'self'; script-src 'self' '%s' %s; connect-src %[2]s; require-trusted-types-for 'script'", js.LoaderHash, the.info.IngestURL)
	page := open(t, s.URL)
	page.value(nil, `{ const i = new Image(); i.src = "http://127.0.0.1:1/evil.png"; null }`)
	page.value(nil, `{ const i = new Image(); i.src = "http://127.0.0.1:1/evil.png?again"; null }`)
	p.arrived(1)
	page.leave()
	all := p.once("CSP violation: Blocked img-src from 127.0.0.1")
	if e := all[0]; e.Tags["report"] != "csp-violation" || e.Tags["directive"] != "img-src" || e.Tags["blocked"] != "127.0.0.1" {
		t.Errorf("%+v", e)
	}
}

func TestTrivetIsSilentWhereAPolicyForbidsItToSend(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	s := newSite(t, false, p.script(the.info.IngestURL, ""))
	s.headers["Content-Security-Policy"] = "connect-src 'self'"
	page := open(t, s.URL)
	page.run(`later("thrown")`)
	// The violation must not be sent as well, for that would be another.
	page.value(nil, `new Promise(done => addEventListener("securitypolicyviolation", () => setTimeout(done, 100, null)))`)
	var waiting int
	if page.value(&waiting, `Object.keys(localStorage).length`); waiting != 1 {
		t.Errorf("%d events wait, want 1", waiting)
	}
	delete(s.headers, "Content-Security-Policy")
	page.visit(s.URL)
	p.arrived(1)
	page.leave()
	p.once("TypeError: thrown")
}

func TestTheLoaderKeepsWhatGoesWrongBeforeTheScript(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	early := `<script src="/missing.js"></script><script>
		trivet.user = {id: "42"}; trivet.capture(new Error("captured early"), {tags: {step: "first"}});
		setTimeout(() => { throw new TypeError("thrown early") }); Promise.reject(new RangeError("rejected early"))</script>`
	s := newSite(t, false, js.Loader+early+p.script(the.info.IngestURL, "defer"))
	page := open(t, s.URL)
	page.run(`later("thrown late")`)
	p.arrived(5)
	page.leave()
	all := p.once("Error: captured early", "TypeError: thrown early", "RangeError: rejected early", "TypeError: thrown late", "ResourceError: Failed to load script "+s.URL+"/missing.js")
	if e := find(t, all, "Error: captured early"); e.Tags["step"] != "first" || e.User.ID != "42" {
		t.Errorf("%+v", e)
	}
}

func TestTheLastErrorOfAPageArrives(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	s := newSite(t, false, p.script(the.info.IngestURL, ""))
	page := open(t, s.URL)
	page.run(`addEventListener("pagehide", () => { later; trivet.capture(new Error("while leaving")) }, true)`)
	page.run(`later("just before")`)
	page.leave()
	p.once("Error: while leaving", "TypeError: just before")
}

func TestTheModuleIsTheScript(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	s := newSite(t, false, fmt.Sprintf(`<script>settings={key:%q,url:%q}</script><script src="/clients/module.js"></script>`, p.key, the.info.IngestURL))
	page := open(t, s.URL)
	page.run(`later("thrown")`)
	page.run(`try { fail("caught") } catch (e) { capture(e) }`)
	p.arrived(2)
	page.leave()
	checkThrown(t, find(t, p.once("TypeError: thrown", "TypeError: caught"), "TypeError: thrown"), false)
}

func TestTheScriptWorksInAWorker(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	s := newSite(t, false, "")
	s.worker = fmt.Sprintf(`self.trivet = {key: %q, url: %q}; importScripts(trivet.url + "/trivet.js");`, p.key, the.info.IngestURL) + app +
		`later("thrown by a worker"); reject(new RangeError("rejected in a worker")); trivet.capture(new Error("caught in a worker"))`
	page := open(t, s.URL)
	page.run(`new Worker("/worker.js").onerror = (e) => e.preventDefault()`)
	p.arrived(3)
	page.leave()
	for _, e := range p.once("TypeError: thrown by a worker", "RangeError: rejected in a worker", "Error: caught in a worker") {
		if e.URL != s.URL+"/worker.js" {
			t.Errorf("%s: URL is %s", e.title(), e.URL)
		}
	}
}

func TestAScriptThatIsLoadedTwiceWorksOnce(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	s := newSite(t, false, p.script(the.info.IngestURL, "")+p.script(the.info.IngestURL, "defer")+js.Newest().Tag(the.info.IngestURL, p.key))
	page := open(t, s.URL)
	page.run(`later("thrown"); trivet.capture(new Error("caught"))`)
	p.arrived(2)
	page.leave()
	p.once("TypeError: thrown", "Error: caught")
}

func TestRepetitionsAndFloodsAreCountedNotSent(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	s := newSite(t, false, p.script(the.info.IngestURL, ""))
	page := open(t, s.URL)
	page.run(`const again = () => { for (let i = 0; i < 20; i++) trivet.capture(one) }; const one = new Error("again"); again()`)
	page.run(`for (let i = 1; i < 80; i++) trivet.capture(new Error("error " + i))`)
	p.arrived(50)
	page.leave()
	titles := []string{"Error: again", "Error: error 79"}
	for i := 1; i < 50; i++ {
		titles = append(titles, fmt.Sprintf("Error: error %d", i))
	}
	all := p.once(titles...)
	if got := find(t, all, "Error: error 1").Extra["suppressed"]; got != 19.0 {
		t.Errorf("the event after the repetitions tells of %v, want 19", got)
	}
	if got := find(t, all, "Error: error 79").Extra["suppressed"]; got != 29.0 {
		t.Errorf("the last event tells of %v, want 29", got)
	}
}

// TestTrivetNeverHarmsThePage holds the script against pages that make everything difficult.
func TestTrivetNeverHarmsThePage(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	for _, tc := range []struct{ name, before string }{
		{"frozen prototypes", `[console, XMLHttpRequest.prototype, History.prototype, history, Object.prototype, Array.prototype, Promise.prototype].forEach(Object.freeze); Object.defineProperty(self, "fetch", {value: fetch, writable: false})`},
		{"no storage", `Object.defineProperty(self, "localStorage", {get() { throw new DOMException("denied", "SecurityError") }})`},
		{"a full storage", `try { for (let n = 1 << 22; n; n >>= 1) for (;;) localStorage["x" + Math.random()] = "y".repeat(n) } catch (e) {}`},
		{"a garbled storage", fmt.Sprintf(`for (const [i, v] of ["", "{", "null", "7", "[]", "{}", '{"id":1}'].entries()) localStorage["trv:%s:" + i] = v; localStorage["trv-pause:%[1]s"] = "soon"`, p.key)},
		{"a pause until next year", fmt.Sprintf(`localStorage["trv-pause:%s"] = Date.now() + 3e10`, p.key)},
		{"things that have no text", `addEventListener("load", () => { console.log(Object.create(null), Symbol("s")); trivet.tags = {big: 1n}; document.dispatchEvent(new Event("click")); dispatchEvent(new Event("error")) })`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, false, "<script>"+tc.before+"</script>"+p.script(the.info.IngestURL, ""))
			page := open(t, s.URL)
			page.run(`later(` + fmt.Sprintf("%q", tc.name) + `)`)
			p.has("TypeError: " + tc.name)
			var works string
			page.value(&works, `(async () => { const a = await fetch("/app.js"); console.log("still"); history.pushState(null, "", "/?x"); return a.status + location.search })()`)
			if works != "200?x" {
				t.Errorf("the page works no more: %q", works)
			}
			var heard bool
			page.value(&heard, `new Promise(done => { addEventListener("unhandledrejection", () => done(true)); fetch("http://127.0.0.1:1/") })`)
			if !heard {
				t.Error("a failed fetch is no unhandled rejection any more")
			}
			page.leave()
		})
	}
}

func TestARequestThatIsOpenedAgainIsToldOnceEachTime(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	s := newSite(t, false, p.script(the.info.IngestURL, ""))
	page := open(t, s.URL)
	page.value(nil, `(async () => {
		const poll = new XMLHttpRequest();
		for (const path of ["/app.js?1", "/app.js?2", "/app.js?3"]) await new Promise(done => { poll.open("GET", path); poll.onloadend = () => done(null); poll.send() });
	})()`)
	page.run(`later("thrown")`)
	p.arrived(1)
	page.leave()
	if crumbs := p.once("TypeError: thrown")[0].Breadcrumbs; len(crumbs) != 3 {
		t.Errorf("three requests are %d breadcrumbs: %+v", len(crumbs), crumbs)
	}
}

// TestNoElementChoosesWhereErrorsGo has an element by whose name scripts find it in place of themselves, as somebody
// can write it who may write HTML but no script.
func TestNoElementChoosesWhereErrorsGo(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	elsewhere := newProxy(t, false)
	s := newSite(t, false, fmt.Sprintf(`<img name="currentScript" src="%s/x.png" data-key=%q data-url=%[1]q>`, elsewhere.URL, p.key)+p.script(the.info.IngestURL, ""))
	page := open(t, s.URL)
	page.run(`later("thrown")`)
	page.value(nil, `new Promise(done => setTimeout(done, 1000, null))`) // twice as long as events gather
	page.leave()
	if n := elsewhere.count(noFaults); n != 0 {
		t.Errorf("%d requests went elsewhere", n)
	}
}
