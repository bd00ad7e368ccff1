package query

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
)

// drop writes an event that a filter dropped.
func (s *site) drop(reason, title string, rec pack.Record) {
	s.b.t.Helper()
	s.write(store.Row{
		Project: s.project, Received: rec.Received, Outcome: store.Noise, Reason: reason, Title: title, Record: rec.Append(nil),
		Event: &event.Event{ID: rec.ID, ProjectID: s.project, Day: rec.Day, Received: rec.Received},
	})
}

func TestTheLedgerOfDropsBalancesAndSamplesCanBeAllowed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if words, _ := o.see(o.at("/drops")); !strings.Contains(words, "Nothing was dropped") || !strings.Contains(words, "0 unaccounted") {
		t.Errorf("empty: %s", words)
	}
	o.store(o.record(event.Native, time.Now(), nativeError))
	hostile := o.record(event.Native, time.Now(), `{"type":"TypeError","message":"<script>alert(1)</script>"}`)
	o.drop("crawler", "TypeError: <script>alert(1)</script>", hostile)
	o.drop("crawler", "RangeError: two", o.record(event.Native, time.Now(), nativeError))
	for _, rang := range []string{"", "?range=24h", "?range=7d", "?range=30d"} {
		words, page := o.see(o.at("/drops" + rang))
		if !strings.Contains(words, "3 accepted") || !strings.Contains(words, "1 stored") || !strings.Contains(words, "2 filtered") || !strings.Contains(words, "0 unaccounted") {
			t.Errorf("%s: %s", rang, words)
		}
		if strings.Contains(page, "<script>alert") || !strings.Contains(words, "Crawlers 2") || !strings.Contains(words, "RangeError: two") {
			t.Errorf("%s: samples: %s", rang, words)
		}
	}
	if words, page := o.see(o.at("/drops/crawler/" + hostile.ID.String())); strings.Contains(page, "<script>alert") || !strings.Contains(words, "This event is not stored") {
		t.Errorf("one: %s", words)
	}
	for _, path := range []string{"/drops/crawler/" + event.NewID(time.Now()).String(), "/drops/harmless/" + hostile.ID.String(), "/drops/crawler/x"} {
		if w := o.page(o.at(path), o.admin); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := o.page(o.at("/drops?range=1y"), o.admin); w.Code != http.StatusBadRequest {
		t.Errorf("a range that is none: %d", w.Code)
	}

	o.do(o.at("/drops/allow"), url.Values{"reason": {"crawler"}})
	o.wrote("settings.change")
	if on, set := o.settings().Filters.Switches["crawler"]; on || !set {
		t.Error("crawlers are still dropped")
	}
	if words, _ := o.see(o.at("/drops")); !strings.Contains(words, "kept since it was switched off") {
		t.Errorf("the page after it: %s", words)
	}
	if w := o.post(o.at("/drops/allow"), o.admin, url.Values{"reason": {"nobody"}}); w.Code != http.StatusBadRequest {
		t.Errorf("a filter that nobody has: %d", w.Code)
	}
	if w := o.post(o.at("/drops/allow"), o.wide, url.Values{"reason": {"crawler"}}); w.Code != http.StatusForbidden {
		t.Errorf("by who may only read: %d", w.Code)
	}

	// A reason that lost a count is seen.
	o.b.exec("update drops set quantity = quantity - 1")
	if words, _ := o.see(o.at("/drops")); strings.Contains(words, "0 unaccounted") {
		t.Error("the books do not agree, and nobody is told")
	}
}

func TestDeadLettersAreWorkedOnByTheirPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if words, _ := o.see(o.at("/dead-letters")); !strings.Contains(words, "No dead letters") {
		t.Errorf("empty: %s", words)
	}
	written, rejected := o.record(event.Native, time.Now(), nativeError), o.record(event.Native, time.Now(), `{"message":"<b>"}`)
	o.bury(o.q, "rejected", &written)
	o.bury(o.q, "corrupt", nil)
	o.bury(o.q, "rejected", &rejected)
	o.store(written)
	words, _ := o.see(o.at("/dead-letters"))
	for _, want := range []string{"3 events could not be written", "written since", "lost", "not written", "The database refused it."} {
		if !strings.Contains(words, want) {
			t.Errorf("the list lacks %q: %s", want, words)
		}
	}
	if words, page := o.see(o.at("/dead-letters/3")); !strings.Contains(words, "Try again") || strings.Contains(page, `"<b>"`) {
		t.Errorf("one: %s", words)
	}
	if words, _ := o.see(o.at("/dead-letters/2")); strings.Contains(words, "Try again") || !strings.Contains(words, "no retry can help") {
		t.Errorf("a lost one: %s", words)
	}
	if words, _ := o.see(o.at("/dead-letters/1")); !strings.Contains(words, "It was written since") {
		t.Errorf("a written one: %s", words)
	}
	if on := o.do(o.at("/dead-letters/retry"), url.Values{"sequence": {"3"}}); on != o.at("/dead-letters/3?said=retrying") {
		t.Errorf("sent on to %s", on)
	}
	if words, _ := o.see(o.at("/dead-letters/3?said=retrying")); !strings.Contains(words, "to be tried") {
		t.Errorf("asked for: %s", words)
	}
	o.do(o.at("/dead-letters/retry"), url.Values{"after": {"0"}})
	if waiting, err := o.q.Retrying(t.Context(), o.project); err != nil || len(waiting) != 1 || !waiting[3] {
		t.Errorf("waiting: %v, %v; want the only one that may be written", waiting, err)
	}
	for _, path := range []string{"/dead-letters/9", "/dead-letters/x"} {
		if w := o.page(o.at(path), o.admin); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := o.page(o.at("/dead-letters"), o.wide); w.Code != http.StatusForbidden {
		t.Errorf("by who may only read: %d", w.Code)
	}
}

func TestAMemberIsInvitedByALinkThatIsShownOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.post("/members/invite", o.admin, url.Values{"email": {"jane@shop.example"}, "role": {"member"}})
	link := regexp.MustCompile(`https?://[^<"]*/join/[0-9A-Za-z_-]+`).FindString(w.Body.String())
	if w.Code != http.StatusOK || link == "" {
		t.Fatalf("%d: %s", w.Code, textOf(w.Body.String()))
	}
	o.wrote("member.invite")
	words, page := o.see("/members")
	if !strings.Contains(words, "jane@shop.example") || strings.Contains(page, link) {
		t.Errorf("the page after it: %s", words)
	}
	o.refused("/members/invite", url.Values{"email": {"nobody"}, "role": {"member"}}, "email")
	o.refused("/members/invite", url.Values{"email": {"bob@shop.example"}, "role": {"king"}}, "role")
	o.refused("/members/invite", url.Values{"email": {"bob@shop.example"}, "role": {"owner"}}, "role") // a token is no owner
	o.do("/members/uninvite", url.Values{"email": {"jane@shop.example"}})
	if words, _ := o.see("/members"); strings.Contains(words, "jane@shop.example") {
		t.Errorf("taken back: %s", words)
	}
	for _, path := range []string{"/members/role", "/members/remove"} {
		if w := o.post(path, o.admin, url.Values{"user": {"99"}, "role": {"viewer"}}); path == "/members/role" && w.Code != http.StatusNotFound {
			t.Errorf("%s of nobody: %d", path, w.Code)
		}
	}
}

func TestMembersChangeTheirRolesAndGo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.b.exec(`with made as (insert into users (email, name) values ('ann@shop.example', 'Ann'), ('bob@shop.example', 'Bob') returning user_id, email)
		insert into members (organization_id, user_id, role) select $1, user_id, case email when 'ann@shop.example' then 'owner' else 'viewer' end from made`, o.org)
	members, err := o.b.db.Members(t.Context(), o.org)
	if err != nil || len(members) != 2 {
		t.Fatal(members, err)
	}
	id := map[string]string{}
	for _, m := range members {
		id[m.Name] = store.FormatID(m.ID)
	}
	o.do("/members/role", url.Values{"user": {id["Bob"]}, "role": {"admin"}})
	o.wrote("member.role")
	for _, role := range []string{"owner", "king"} {
		if w := o.post("/members/role", o.admin, url.Values{"user": {id["Bob"]}, "role": {role}}); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", role, w.Code)
		}
	}
	if w := o.post("/members/remove", o.admin, url.Values{"user": {id["Ann"]}}); w.Code != http.StatusForbidden {
		t.Errorf("an owner by an admin: %d", w.Code)
	}
	o.do("/members/remove", url.Values{"user": {id["Bob"]}})
	o.wrote("member.remove")
	if words, _ := o.see("/members"); strings.Contains(words, "Bob") || !strings.Contains(words, "Ann") {
		t.Errorf("the page after it: %s", words)
	}
}

func TestATokenIsShownOnceAndRevoked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.post("/tokens", o.admin, url.Values{"label": {"Grafana"}, "scope": {"read", "write"}, "project": {store.FormatID(o.project)}, "days": {"30"}})
	secret := regexp.MustCompile(`trv_[0-9a-f]{64}`).FindString(w.Body.String())
	if w.Code != http.StatusOK || secret == "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v: %s", w.Code, w.Header(), textOf(w.Body.String()))
	}
	o.wrote("token.create")
	object(t, o.b.get(o.path("/stats"), secret))
	words, page := o.see("/tokens")
	if !strings.Contains(words, "Grafana") || strings.Contains(page, secret) {
		t.Errorf("the page after it: %s", words)
	}
	for _, tc := range []struct {
		field string
		form  url.Values
	}{
		{"scope", url.Values{"label": {"none"}}},
		{"scope", url.Values{"label": {"odd"}, "scope": {"king"}}},
		{"days", url.Values{"scope": {"read"}, "days": {"99999"}}},
		{"days", url.Values{"scope": {"read"}, "days": {"soon"}}},
	} {
		o.refused("/tokens", tc.form, tc.field)
	}
	tokens, err := o.b.db.OwnTokens(t.Context(), o.org)
	if err != nil {
		t.Fatal(err)
	}
	made := tokens[len(tokens)-1]
	if made.Label != "Grafana" || made.ExpiresAt == nil || made.ProjectID != o.project {
		t.Errorf("stored: %+v", made)
	}
	o.do("/tokens/revoke", url.Values{"id": {made.ID.String()}})
	o.wrote("token.revoke")
	if words, _ := o.see("/tokens"); !strings.Contains(words, "revoked") {
		t.Errorf("revoked: %s", words)
	}
	// Nobody gives what they have not got, and who may see one project makes none for all.
	half := o.makeToken(0, store.ScopeAdmin)
	if w := o.post("/tokens", half, url.Values{"label": {"more"}, "scope": {"read"}}); w.Code != http.StatusBadRequest {
		t.Errorf("more than one's own: %d", w.Code)
	}
	narrow := o.makeToken(o.project, store.ScopeRead, store.ScopeAdmin)
	for _, path := range []string{"/tokens", "/audit", "/system", "/members"} {
		if w := o.page(path, narrow); w.Code != http.StatusForbidden {
			t.Errorf("%s by a token of one project: %d", path, w.Code)
		}
	}
	if w := o.post("/tokens", narrow, url.Values{"label": {"more"}, "scope": {"read"}}); w.Code != http.StatusForbidden {
		t.Errorf("a token for all by one of a project: %d", w.Code)
	}
}

func TestTheAuditIsFilteredAndPaged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if words, _ := o.see("/audit"); !strings.Contains(words, "Nothing to show") {
		t.Errorf("empty: %s", words)
	}
	for i := range 60 {
		off := i%2 == 0
		if _, err := o.b.db.SetOwnSettings(t.Context(), o.org, store.Actor{Kind: store.ActorToken, Name: "<i>ann"}, o.project, project.Settings{Attachments: &off}); err != nil {
			t.Fatal(err)
		}
	}
	o.do(o.at("/settings/keys"), url.Values{"label": {"one"}})
	words, page := o.see("/audit")
	next := regexp.MustCompile(`href="(/audit\?cursor=[^"]+)"`).FindStringSubmatch(page)
	if !strings.Contains(words, "key.create") || next == nil || strings.Contains(page, "<i>ann") {
		t.Fatalf("first page: %s", words)
	}
	if words, _ = o.see(next[1]); strings.Contains(words, "key.create") || !strings.Contains(words, "settings.change") {
		t.Errorf("second page: %s", words)
	}
	if words, _ = o.see("/audit?action=key"); strings.Contains(words, "settings.change") || !strings.Contains(words, "key.create") {
		t.Errorf("of keys: %s", words)
	}
	if words, _ = o.see("/audit?to=2020-01-01"); !strings.Contains(words, "Nothing to show") {
		t.Errorf("long ago: %s", words)
	}
	for _, query := range []string{"?from=yesterday", "?cursor=x", "?who=me"} {
		if w := o.page("/audit"+query, o.admin); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", query, w.Code)
		}
	}
}

func TestThePageOfTheSystemSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	env := service.Env{Health: service.NewHealth(), Metrics: queuetest.Env(t).Metrics}
	for _, role := range []string{"ingest", "worker", "query"} {
		own := env.Role(role).Health
		own.Check("queue", func() error { return nil })
		if err := o.q.AnswerHealth(own.Condition); err != nil {
			t.Fatal(err)
		}
	}
	queuetest.Eventually(t, "all to be well", func() bool {
		words, _ := o.see("/system")
		return strings.Contains(words, "Everything answers")
	})
	words, _ := o.see("/system")
	for _, want := range []string{"packs wait for a worker", "days ahead have partitions", "ready", "Biggest tables"} {
		if !strings.Contains(words, want) {
			t.Errorf("the page lacks %q: %s", want, words)
		}
	}
	o.b.exec("drop table events_" + event.DayOf(time.Now()).Time().AddDate(0, 0, 3).Format("20060102"))
	if words, _ := o.see("/system"); !strings.Contains(words, "have no partition") {
		t.Errorf("a partition is missing: %s", words)
	}
}
