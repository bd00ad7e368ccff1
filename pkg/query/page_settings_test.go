package query

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// An office is a site whose admin looks at pages, with a queue.
type office struct {
	*site
	q     *queue.Queue
	admin string // token
}

func newOffice(t *testing.T) *office {
	t.Helper()
	q := queuetest.Open(t)
	s := newBenchOf(t, storetest.URL(t), "http://127.0.0.1:1", q).site("acme")
	return &office{s, q, s.makeToken(0, store.ScopeRead, store.ScopeWrite, store.ScopeAdmin)}
}

// at is a path of a page of the project.
func (o *office) at(rest string) string { return fmt.Sprintf("/projects/%d%s", o.project, rest) }

// see returns the words of a good page and its markup.
func (o *office) see(path string) (words, page string) {
	o.b.t.Helper()
	w := o.page(path, o.admin)
	if w.Code != http.StatusOK {
		o.b.t.Fatalf("%s: %d: %s", path, w.Code, textOf(w.Body.String()))
	}
	return textOf(w.Body.String()), w.Body.String()
}

// do sends a form and expects to be sent on; it returns where to.
func (o *office) do(path string, form url.Values) (on string) {
	o.b.t.Helper()
	w := o.post(path, o.admin, form)
	if w.Code != http.StatusSeeOther {
		o.b.t.Fatalf("POST %s: %d: %s", path, w.Code, textOf(w.Body.String()))
	}
	return w.Header().Get("Location")
}

// refused sends a form that is wrong, and returns what the page says beside the field.
func (o *office) refused(path string, form url.Values, field string) string {
	o.b.t.Helper()
	w := o.post(path, o.admin, form)
	found := regexp.MustCompile(`id="wrong-` + field + `"[^>]*>([^<]*)<`).FindStringSubmatch(w.Body.String())
	if w.Code != http.StatusBadRequest || found == nil {
		o.b.t.Fatalf("POST %s: %d, and nothing at %s: %s", path, w.Code, field, textOf(w.Body.String()))
	}
	return html.UnescapeString(found[1])
}

// wrote checks that the latest entry of the audit is of an action.
func (o *office) wrote(action string) {
	o.b.t.Helper()
	entries, _, err := o.b.db.Audit(o.b.t.Context(), o.org, store.AuditFilter{Limit: 1})
	if err != nil || len(entries) != 1 || entries[0].Action != action || entries[0].Actor.Kind != store.ActorToken {
		o.b.t.Errorf("the audit ends with %+v, %v; want %s", entries, err, action)
	}
}

// settings reads what is stored.
func (o *office) settings() project.Settings {
	o.b.t.Helper()
	s, err := o.b.db.OwnSettings(o.b.t.Context(), o.org, o.project)
	if err != nil {
		o.b.t.Fatal(err)
	}
	return s
}

var loadedField = regexp.MustCompile(`name="loaded" value="([0-9a-f]+)"`)

// loaded is the name of the settings that a page's form was made of.
func (o *office) loaded(path string) string {
	o.b.t.Helper()
	_, page := o.see(path)
	return loadedField.FindStringSubmatch(page)[1]
}

func TestSettingsAreChangedByTheirPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)

	if on := o.do(o.at("/settings"), url.Values{"name": {"The shop"}, "slug": {"shop"}, "retention": {"30"}, "rate": {""}}); on != o.at("/settings?said=saved") {
		t.Errorf("sent on to %s", on)
	}
	o.wrote("project.change")
	words, page := o.see(o.at("/settings?said=saved"))
	if !strings.Contains(words, "Saved.") || !strings.Contains(page, `value="The shop"`) || !strings.Contains(page, `name="retention" value="30"`) {
		t.Errorf("the page after it: %s", words)
	}
	for _, tc := range []struct{ field, value, at string }{
		{"name", "", "name"}, {"slug", "No Slug", "slug"}, {"retention", "3", "retention"}, {"retention", "x", "retention"}, {"rate", "-1", "rate"},
	} {
		form := url.Values{"name": {"The shop"}, "slug": {"shop"}, "retention": {""}, "rate": {""}}
		form.Set(tc.field, tc.value)
		if said := o.refused(o.at("/settings"), form, tc.at); said == "" {
			t.Errorf("%s %q: nothing is said", tc.field, tc.value)
		}
	}
	o.addProject("taken")
	if said := o.refused(o.at("/settings"), url.Values{"name": {"x"}, "slug": {"taken"}}, "slug"); !strings.Contains(said, "taken") {
		t.Errorf("a short name that another has: %s", said)
	}

	o.do(o.at("/settings/origins"), url.Values{"origins": {"https://shop.example\r\n\r\n  https://*.shop.example \r\n"}})
	if p, err := o.b.db.OwnProject(t.Context(), o.org, o.project); err != nil || strings.Join(p.Origins, " ") != "https://shop.example https://*.shop.example" {
		t.Errorf("origins: %v, %v", p.Origins, err)
	}
	o.refused(o.at("/settings/origins"), url.Values{"origins": {"https://shop.example/path"}}, "origins")

	path := o.at("/settings/attachments")
	o.do(path, url.Values{"loaded": {o.loaded(path)}, "attachments": {"drop"}})
	o.wrote("settings.change")
	if s := o.settings(); s.Attachments == nil || *s.Attachments {
		t.Error("attachments are still kept")
	}
	o.do(path, url.Values{"loaded": {o.loaded(path)}, "attachments": {"keep"}})
	if s := o.settings(); s.Attachments != nil {
		t.Error("attachments are not as shipped")
	}
}

func TestFiltersAreSwitchedAndTriedByTheirPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := o.at("/settings/filters")
	form := func(do, messages string) url.Values {
		return url.Values{"loaded": {o.loaded(path)}, "do": {do}, "messages": {messages}, "switch_crawler": {"off"}, "switch_localhost": {"on"}, "switch_harmless": {"shipped"}}
	}
	o.do(path, form("save", "TimeoutError: *\r\n*quota*"))
	o.wrote("settings.change")
	f := o.settings().Filters
	if on, set := f.Switches["crawler"]; !set || on || !f.Switches["localhost"] || len(f.Switches) != 2 || strings.Join(f.Messages, "|") != "TimeoutError: *|*quota*" {
		t.Errorf("stored: %+v", f)
	}
	if said := o.refused(path, form("save", "fine\n*"), "messages"); !strings.HasPrefix(said, "No. 2: ") {
		t.Errorf("a message that is everything: %s", said)
	}

	for range 3 {
		o.store(o.record(event.Native, time.Now(), nativeError))
	}
	w := o.post(path, o.admin, form("try", "*undefined\nnothing like it"))
	if words := textOf(w.Body.String()); w.Code != http.StatusOK || !strings.Contains(words, "3 of the last 3 events would have been dropped") || !strings.Contains(words, "TypeError: x is undefined") {
		t.Errorf("tried: %d %s", w.Code, words)
	}
	if strings.Contains(strings.Join(o.settings().Filters.Messages, "|"), "undefined") {
		t.Error("what was tried is stored")
	}

	// Who opened the page before somebody else's change does not undo it.
	stale := form("save", "mine")
	o.do(path, form("save", "theirs"))
	w = o.post(path, o.admin, stale)
	if words := textOf(w.Body.String()); w.Code != http.StatusBadRequest || !strings.Contains(words, "Somebody else has changed") || !strings.Contains(words, "theirs") {
		t.Errorf("stale: %d %s", w.Code, words)
	}
	if got := strings.Join(o.settings().Filters.Messages, "|"); got != "theirs" {
		t.Errorf("stored: %s", got)
	}
}

func TestScrubbingIsTriedWithoutStoringAnything(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := o.at("/settings/scrubbing")
	form := url.Values{
		"loaded": {o.loaded(path)}, "do": {"try"}, "ip": {"never"}, "email": {"truncate"}, "fields": {"iban"}, "safe": {""},
		"sample": {`{"user":{"ip_address":"203.0.113.77"},"iban":"DE89","token":"abcdefghijklmnop","mail":"jane@shop.example"}`},
	}
	w := o.post(path, o.admin, form)
	page := html.UnescapeString(w.Body.String())
	_, result, _ := strings.Cut(page, `class="left">`)
	result, _, _ = strings.Cut(result, "</pre>")
	if w.Code != http.StatusOK || strings.Contains(result, "203.0.113") || strings.Contains(result, "DE89") || strings.Contains(result, "abcdefgh") || strings.Contains(result, "jane") || !strings.Contains(result, "shop.example") {
		t.Errorf("tried: %d %s", w.Code, result)
	}
	if s := o.settings().Scrub; s.IP != "" || len(s.Fields) != 0 {
		t.Errorf("stored: %+v", s)
	}
	form.Set("sample", `{"no json`)
	if said := o.refused(path, form, "sample"); !strings.Contains(said, "JSON") {
		t.Error(said)
	}
	form.Set("ip", "forget")
	o.refused(path, form, "ip")
	form.Set("ip", "hash")
	form.Set("do", "save")
	o.do(path, form)
	if s := o.settings().Scrub; s.IP != project.Hash || s.Email != project.Truncate || len(s.Fields) != 1 {
		t.Errorf("stored: %+v", s)
	}
}

func TestGroupingRulesAreEditedAsRowsAndTried(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := o.at("/settings/grouping")
	form := func(do string) url.Values {
		return url.Values{
			"loaded": {o.loaded(path)}, "do": {do}, "number": {"2", "1", "3"}, "type": {"TypeError", "RangeError", ""}, "message": {"*undefined*", "", ""},
			"file": {"", "", ""}, "function": {"", "", ""}, "fingerprint": {`"a, b", {{ default }}`, "range", ""},
		}
	}
	for range 2 {
		o.store(o.record(event.Native, time.Now(), nativeError))
	}
	w := o.post(path, o.admin, form("try"))
	if words := textOf(w.Body.String()); w.Code != http.StatusOK || !strings.Contains(words, "2 of the last 2 events would have got another fingerprint") {
		t.Errorf("tried: %d %s", w.Code, words)
	}
	if len(o.settings().Grouping.Rules) != 0 {
		t.Error("what was tried is stored")
	}
	o.do(path, form("save"))
	rules := o.settings().Grouping.Rules
	if len(rules) != 2 || rules[0].Type != "RangeError" || rules[1].Message != "*undefined*" || strings.Join(rules[1].Fingerprint, "|") != "a, b|{{ default }}" {
		t.Fatalf("stored: %+v", rules)
	}
	if _, page := o.see(path); !strings.Contains(html.UnescapeString(page), `value=""a, b",{{ default }}"`) {
		t.Error("a part with a comma does not come back as it was typed")
	}
	wrong := form("save")
	wrong["fingerprint"] = []string{"x", "", ""}
	if said := o.refused(path, wrong, "rules"); !strings.HasPrefix(said, "No. 1: ") {
		t.Errorf("a rule without a fingerprint: %s", said)
	}
	wrong = form("save")
	wrong["type"] = []string{"one"}
	o.post(path, o.admin, wrong) // rows of different lengths: refused, never a panic
}
