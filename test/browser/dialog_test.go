//go:build browser

package browser

import (
	"fmt"
	"testing"
)

// TestTheReportDialogWorksUnderAStrictPolicy lets a visitor answer the dialog of Sentry's SDK, on a page whose policy
// allows no style and no script but those of files.
func TestTheReportDialogWorksUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	s := newSite(t, false, fmt.Sprintf(`<script nonce="n">settings={dsn:%q}</script><script src="/clients/sentry11.js"></script>`, p.dsn(the.info.IngestURL)))
	s.headers["Content-Security-Policy"] = fmt.Sprintf("default-src 'none'; script-src 'self' 'nonce-n' %s; connect-src %[1]s", the.info.IngestURL)
	page := open(t, s.URL)
	// An element by whose name a script finds it in place of itself must not get the answers.
	var shown string
	page.value(&shown, `new Promise(done => {
		const image = Object.assign(new Image(), {name: "currentScript", src: "/elsewhere"});
		document.body.append(image);
		ask({eventId: "0123456789abcdef0123456789abcdef"});
		[...document.querySelectorAll("script[src*=error-page]")].pop().onload = () => { image.remove(); done(String(document.querySelector("#trivet-dialog"))) };
	})`)
	if shown != "null" {
		t.Errorf("%s is shown for another element", shown)
	}
	page.value(nil, `ask({eventId: capture(new Error("lost")), user: {name: "Ada", email: "ada@shop.example"}, title: "</script><b>Oh"})`)
	page.value(nil, `new Promise(done => { const look = () => document.querySelector("#trivet-dialog[open]") ? done(null) : setTimeout(look, 20); look() })`)
	page.value(&shown, `[document.querySelector("#trivet-dialog-title").textContent, document.querySelector("#trivet-dialog-name").value, document.activeElement.name].join()`)
	if shown != "</script><b>Oh,Ada,comments" {
		t.Errorf("the dialog shows %q", shown)
	}
	page.value(nil, `document.querySelector("#trivet-dialog-comments").value = "I paid & it broke", document.querySelector("#trivet-dialog button[type=submit]").click()`)
	var list struct {
		Feedback []struct{ Name, Email, Message string }
	}
	eventually(t, "the feedback", func() bool {
		get(t, fmt.Sprintf("%s/api/v1/projects/%d/feedback", the.info.QueryURL, p.id), &list)
		return len(list.Feedback) > 0
	})
	page.leave()
	p.once("Error: lost")
	if f := list.Feedback[0]; len(list.Feedback) != 1 || f.Name != "Ada" || f.Email != "ada@shop.example" || f.Message != "I paid & it broke" {
		t.Errorf("%+v", list.Feedback)
	}
}
