//go:build browser

package browser

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	trivet "github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/pages"
	settings "github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
)

// A house is an organization in which every name that somebody gave is hostile, too.
type house struct {
	project
	org   int64
	owner store.Actor
	page  *page // of its owner, watched
	token string
}

const ownersPassword = "a battery, correct as a staple"

// newHouse makes one and signs its owner in, in a browser, by an invitation whose name is hostile as well.
func newHouse(t *testing.T) *house {
	t.Helper()
	ctx, stamp := t.Context(), time.Now().UnixNano()
	made, err := the.db.CreateOrganization(ctx, fmt.Sprintf("house-%d", stamp), hostile[0]+hostile[3])
	if err != nil {
		t.Fatal(err)
	}
	h := &house{org: made.ID}
	_, secret, err := the.db.Invite(ctx, h.org, store.Actor{Kind: store.ActorOperator}, fmt.Sprintf("owner-%d@house.example", stamp), "owner")
	if err != nil {
		t.Fatal(err)
	}
	h.page = &page{t: t}
	the.browser.do(t, &h.page.id, map[string]any{"do": "watched", "url": the.info.QueryURL + "/join/" + secret})
	h.page.fill("#name", hostile[3]+hostile[21])
	h.page.fill("#password", ownersPassword)
	h.page.click("main form button")
	h.page.until(`location.pathname === "/"`)
	members, err := the.db.Members(ctx, h.org)
	if err != nil || len(members) != 1 {
		t.Fatalf("%v, %v", members, err)
	}
	h.owner = store.Actor{Kind: store.ActorUser, ID: store.FormatID(members[0].ID), Name: members[0].Name}
	p, key, err := the.db.CreateOwnProject(ctx, h.org, h.owner, store.Project{Slug: "web", Name: hostile[1]})
	if err != nil {
		t.Fatal(err)
	}
	h.project = project{t, p.ID, key.PublicKey}
	if _, h.token, err = the.db.CreateToken(ctx, store.Token{OrganizationID: h.org, Scopes: []string{store.ScopeRead, store.ScopeAdmin}, Label: hostile[2]}); err != nil {
		t.Fatal(err)
	}
	h.furnish()
	return h
}

// furnish gives everything that can have a name a hostile one. A name that is refused is as good.
func (h *house) furnish() {
	t, ctx := h.t, h.t.Context()
	taken := map[string]int{}
	try := func(what string, err error) {
		if err == nil {
			taken[what]++
		}
	}
	for i, text := range hostile {
		_, err := the.db.CreateOwnKey(ctx, h.org, h.owner, h.id, text)
		try("keys", err)
		_, _, err = the.db.CreateOwnToken(ctx, h.org, h.owner, store.Token{Label: text, Scopes: []string{store.ScopeRead}})
		try("tokens", err)
		_, _, err = the.db.CreateOwnProject(ctx, h.org, h.owner, store.Project{Slug: fmt.Sprint("p", i), Name: text})
		try("projects", err)
		_, secret, err := the.db.Invite(ctx, h.org, h.owner, fmt.Sprintf("m%d-%d@house.example", i, h.org), "member")
		try("invitations", err)
		if i%2 == 0 {
			_, err = the.db.Join(ctx, secret, store.NewUser{Name: text, PasswordHash: "none"})
			try("members", err)
		}
	}
	chosen := settings.Settings{Filters: settings.Filters{Switches: map[string]bool{"localhost": false}, Messages: []string{"noise *"}}}
	for _, text := range hostile {
		if len(text) < 150 {
			chosen.Filters.Messages = append(chosen.Filters.Messages, "never "+text)
			chosen.Scrub.Fields = append(chosen.Scrub.Fields, text)
			chosen.Grouping.Rules = append(chosen.Grouping.Rules, settings.Rule{Type: "never", Message: text, File: text, Function: text, Fingerprint: []string{text}})
		}
	}
	chosen.Scrub.Off = true // or it would take some of it out
	set := func(s settings.Settings) error {
		_, err := the.db.SetOwnSettings(ctx, h.org, h.owner, h.id, s)
		return err
	}
	if err := set(chosen); err != nil {
		t.Logf("settings: %v", err)
		chosen.Scrub.Fields, chosen.Filters.Messages = nil, slices.DeleteFunc(chosen.Filters.Messages, func(s string) bool { return strings.ContainsAny(s, "\x00\x01\r\n\t") })
		chosen.Grouping.Rules = slices.DeleteFunc(chosen.Grouping.Rules, func(r settings.Rule) bool { return strings.ContainsAny(r.Message, "\x00\x01\r\n\t") })
		if err := set(chosen); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 6 {
		now := time.Now()
		rec := pack.Record{ID: trivet.NewID(now), Project: h.id, Day: trivet.DayOf(now), Received: now.UTC(), Protocol: hostile[i], UA: hostile[i+5], SDK: hostile[i+10], Raw: []byte(strings.Join(hostile, " "))}
		if err := the.queue.Bury(ctx, queue.DeadLetter{Project: h.id, EventID: rec.ID, Pack: trivet.NewID(now), Reason: "invalid", Error: hostile[i], Record: rec.Append(nil)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, what := range []string{"keys", "tokens", "projects", "invitations", "members"} {
		if taken[what] < len(hostile)/3 {
			t.Errorf("only %d %s were taken", taken[what], what)
		}
	}
	if _, err := provision.SyncDirectory(ctx, the.db, the.queue); err != nil {
		t.Fatal(err)
	}
}

// TestWhatStrangersWriteIsOnlyEverText puts a corpus of injections into every field of every protocol and every name
// that people give, and then looks at every page as the owner of all that, in a browser that would run it.
func TestWhatStrangersWriteIsOnlyEverText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	// The live pages are open while it comes.
	live := h.page.tab(h.url("/projects/:project/tail"))
	start := h.page.tab(h.url("/projects/:project/start"))
	for _, p := range []*page{live, start} {
		p.until(`document.querySelector("#live-state")?.textContent !== ""`)
	}
	var ids []string
	for k := range hostile {
		ids = append(ids, h.sendEnvelope(k, hostileEvent(k)))
	}
	want := len(ids) + h.sendOthers(t)
	var all []seenEvent
	eventually(t, "all events", func() bool {
		all = h.list()
		return len(all) >= want
	})
	// Nobody is told who has not followed for a while.
	eventually(t, "the live page to show some", func() (done bool) {
		h.sendEnvelope(want, hostileEvent(want))
		want++
		live.value(&done, `document.querySelectorAll("#tail tbody tr").length > 20`)
		return done
	})
	start.until(`document.querySelector("#start-state[data-arrived]")`)
	for _, p := range []*page{live, start} {
		p.innocent()
		p.shut()
	}

	issues := map[string]bool{}
	for _, e := range all {
		issues[e.IssueID] = true
	}
	if len(issues) < len(hostile) {
		t.Errorf("%d events made %d issues", len(all), len(issues))
	}
	talked := all[0].IssueID
	for _, text := range hostile {
		id, _ := trivet.ParseID(talked)
		_, _ = the.db.Comment(t.Context(), h.org, h.id, h.owner, id, text+" ") // one that is refused is as good
	}
	stops := h.everyPage(t, all, talked)
	for _, s := range h.page.tour(stops, true) {
		if s.Status >= 500 || s.Status == http.StatusNotFound && !strings.Contains(s.URL, "/nosuch") || !strings.HasPrefix(s.At, the.info.QueryURL) {
			t.Errorf("%s: %d at %s", s.URL, s.Status, s.At)
		}
		for _, what := range s.Caught {
			t.Errorf("%s: %s", s.URL, what)
		}
	}
	for _, s := range h.page.tour([]string{the.info.QueryURL + "/docs"}, false) {
		for _, what := range s.Caught {
			t.Errorf("%s: %s", s.URL, what)
		}
	}
	h.use(t)
	h.read(t, ids)
}

// url fills in the project.
func (h *house) url(path string) string {
	return the.info.QueryURL + strings.ReplaceAll(path, ":project", fmt.Sprint(h.id))
}

// A seenEvent is what leads to an trivet.
type seenEvent struct{ ID, Day, IssueID string }

// list returns all events of the house.
func (h *house) list() (all []seenEvent) {
	h.t.Helper()
	cursor := ""
	for {
		var list struct {
			Events []struct {
				ID, Day string
				IssueID string `json:"issue_id"`
			}
			Next string
		}
		getAs(h.t, h.token, h.url("/api/v1/projects/:project/events?limit=100&cursor=")+cursor, &list)
		for _, e := range list.Events {
			all = append(all, seenEvent{e.ID, e.Day, e.IssueID})
		}
		if cursor = list.Next; cursor == "" {
			return all
		}
	}
}

// everyPage returns the addresses of every page that there is, of every event and issue, and with something hostile in
// everything that the address can hold.
func (h *house) everyPage(t *testing.T, all []seenEvent, talked string) (urls []string) {
	t.Helper()
	p, err := pages.New(pages.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	// An event has more fields than there are payloads: a few hold each of them, in other places.
	looked := all[:min(8, len(all))]
	asked := url.Values{}
	var dropped struct{ Filtered []struct{ ID, Reason string } }
	eventually(t, "what was filtered", func() bool { // workers obey settings within seconds
		h.sendNoise(0)
		getAs(t, h.token, h.url("/api/v1/projects/:project/filtered"), &dropped)
		return len(dropped.Filtered) > 0
	})
	var dead struct {
		Letters []struct{ Sequence uint64 } `json:"dead_letters"`
	}
	getAs(t, h.token, h.url("/api/v1/projects/:project/dead-letters"), &dead)
	if len(dead.Letters) == 0 {
		t.Fatal("nothing was buried")
	}
	for _, route := range p.Routes() {
		if route.Method != http.MethodGet || strings.HasPrefix(route.Path, "/static/") {
			continue
		}
		path := route.Path
		switch path {
		case "/projects/:project/issues/:issue":
			for i, e := range looked {
				urls = append(urls, h.url("/projects/:project/issues/"+e.IssueID))
				if i < 1 {
					for _, tab := range []string{"latest&stack=text", "latest&frames=all", "events", "activity", "merged", "why"} {
						urls = append(urls, h.url("/projects/:project/issues/"+e.IssueID+"?tab="+tab))
					}
				}
			}
			path = strings.ReplaceAll(path, ":issue", talked) + "?tab=activity"
		case "/projects/:project/events/:event":
			for _, e := range looked {
				urls = append(urls, h.url("/projects/:project/events/"+e.ID+"?day="+e.Day))
			}
			path = strings.ReplaceAll(path, ":event", all[0].ID) + "?stack=text"
		case "/projects/:project/drops/:reason/:event":
			for _, d := range dropped.Filtered {
				urls = append(urls, h.url("/projects/:project/drops/"+d.Reason+"/"+d.ID))
			}
			continue
		case "/projects/:project/dead-letters/:sequence":
			for _, d := range dead.Letters {
				urls = append(urls, h.url(fmt.Sprint("/projects/:project/dead-letters/", d.Sequence)))
			}
			continue
		}
		path = strings.NewReplacer(":issue", talked, ":secret", "nosuch"+url.PathEscape(hostile[0])).Replace(path)
		if strings.Contains(strings.ReplaceAll(path, ":project", ""), "/:") {
			t.Fatalf("this test does not know how to fill in %s", path)
		}
		urls = append(urls, h.url(path))
		// Whatever a page does with its parameters: something hostile in each, two names a page's turn.
		turn := len(urls) % 7
		for i, name := range []string{"q", "said", "next", "tab", "range", "from", "by", "sort", "cursor", "with", "days", "key", "fields", hostile[3]} {
			asked.Set(name, hostile[(i*7+len(urls))%len(hostile)])
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			if i%7 == turn {
				urls = append(urls, h.url(path)+sep+url.Values{name: asked[name]}.Encode())
			}
		}
	}
	for i, text := range hostile {
		if i%8 != 0 {
			continue
		}
		urls = append(urls, h.url("/projects/:project/issues?q=")+url.QueryEscape(text), the.info.QueryURL+"/sign-in?next="+url.QueryEscape(text), the.info.QueryURL+"/nosuch/"+url.PathEscape(text))
	}
	return urls
}

// use does what scripts do on pages: the palette, proposals of a search, charts.
func (h *house) use(t *testing.T) {
	t.Helper()
	h.page.visit(h.url("/projects/:project/issues?tab=all"))
	h.page.press("Control+k")
	for _, text := range []string{"img", "pwn", "", "script"} {
		h.page.fill("dialog.palette input", text)
		h.page.until(`document.querySelectorAll("dialog.palette [role=option]").length`)
		h.page.innocent()
	}
	h.page.press("Escape")
	h.page.press("?")
	h.page.innocent()
}

// read checks what is no page: nothing but a page is one for a browser, whatever it holds.
func (h *house) read(t *testing.T, ids []string) {
	t.Helper()
	var files struct{ Attachments []struct{ ID string } }
	getAs(t, h.token, h.url("/api/v1/projects/:project/events/"+ids[0]+"/attachments"), &files)
	if len(files.Attachments) == 0 {
		t.Fatal("no attachment came")
	}
	for path, kind := range map[string]string{
		"/api/v1/projects/:project/events/" + ids[0]:                                   "application/json",
		"/api/v1/projects/:project/attachments/" + files.Attachments[0].ID:             "application/octet-stream",
		"/api/v1/projects/:project/events/export":                                      "application/x-ndjson",
		"/api/v1/projects/:project/issues/export?format=csv":                           "text/csv; charset=utf-8",
		"/api/v1/projects/:project/nosuch/" + url.PathEscape(hostile[0]):               "application/json",
		"/api/v1/projects/:project/events?q=" + url.QueryEscape(hostile[0]+`" OR a:b`): "application/json",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url(path), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+h.token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if got := resp.Header.Get("Content-Type"); err != nil || got != kind || resp.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v %q: %v", path, err, got, resp.Header)
		}
		if len(resp.Header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s sets a cookie", path)
		}
		if kind == "text/csv; charset=utf-8" && !strings.Contains(string(body), hostile[0][:8]) {
			t.Errorf("%s holds nothing of it", path)
		}
	}
}
