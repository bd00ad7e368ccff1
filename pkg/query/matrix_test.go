package query

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// open are the routes for everybody. Whoever adds one says so here; a route that forgot what it needs fails the test.
var open = []string{
	"GET /api/v1/health", "POST /api/v1/logs", "OPTIONS /api/v1/logs", "GET /openapi.json", "GET /docs", "GET /docs/:file", "GET /static/:file",
	"GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /setup/:secret", "POST /setup/:secret", "GET /join/:secret", "POST /join/:secret",
	"GET /password/:secret", "POST /password/:secret",
}

// A square is a route as the matrix asks for it.
type square struct {
	method, path             string
	need                     access.Permission
	page, stream, whole, log bool
}

func (c square) String() string    { return c.method + " " + c.path }
func (c square) ofProject() bool   { return strings.Contains(c.path, ":project") }
func (c square) ofPerson() bool    { return strings.HasPrefix(c.path, "/account") }
func (c square) has(p string) bool { return strings.Contains(c.path, ":"+p) }

// squares are all routes there are, of programs and of people.
func squares(t *testing.T, a *API) (all []square) {
	t.Helper()
	needs := map[string]access.Permission{}
	streams := map[string]bool{}
	for _, r := range a.pages.Routes() {
		needs[r.Method+" "+r.Path], streams[r.Method+" "+r.Path] = r.Need, r.Stream
	}
	for _, o := range a.operations {
		c := square{method: o.method, path: o.path, need: o.need, page: o.page, stream: o.stream, whole: o.whole, log: o.logs}
		if o.page {
			c.need, c.stream = needs[c.String()], streams[c.String()]
		}
		if (c.need == access.Anybody) != slices.Contains(open, c.String()) {
			t.Errorf("%s needs %q: is it for everybody?", c, c.need)
		}
		all = append(all, c)
	}
	if len(all) != len(a.Routes()) {
		t.Errorf("%d of %d routes are looked at", len(all), len(a.Routes()))
	}
	return all
}

// An asker is somebody who tries all routes.
type asker struct {
	name    string
	header  http.Header
	org     int64
	project int64 // the only one; 0 for all
	person  bool
	may     func(access.Permission) bool
}

// person signs somebody in as a member of an organization.
func (b *bench) person(org int64, role access.Role) asker {
	b.t.Helper()
	name := fmt.Sprint(role, "-", org)
	_, link, err := b.db.Invite(b.t.Context(), org, store.Actor{Kind: store.ActorOperator}, name+"@example.org", string(role))
	if err != nil {
		b.t.Fatal(err)
	}
	u, err := b.db.Join(b.t.Context(), link, store.NewUser{Name: name, PasswordHash: "none"})
	if err != nil {
		b.t.Fatal(err)
	}
	secret := fmt.Sprintf("%043d", u.ID)
	if err := b.db.BeginSignIn(b.t.Context(), sha256.Sum256([]byte(secret)), u.ID, "", ""); err != nil {
		b.t.Fatal(err)
	}
	return asker{name, http.Header{"Cookie": {"trivet=" + secret}}, org, 0, true, role.Allows}
}

// program makes a token.
func (s *site) program(name string, project int64, scopes ...string) asker {
	may := func(need access.Permission) bool { return slices.Contains(scopes, string(need)) }
	return asker{name, http.Header{"Authorization": {"Bearer " + s.makeToken(project, scopes...)}}, s.org, project, false, may}
}

// try sends a request. A stream is over with the first that it says.
func (b *bench) try(c square, path string, who asker) *httptest.ResponseRecorder {
	b.t.Helper()
	body, media := "{}", "application/json"
	if c.page {
		body, media = "", "application/x-www-form-urlencoded"
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute) // that it ends at all
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, c.method, path, strings.NewReader(body))
	for name, values := range who.header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", media)
	w := httptest.NewRecorder()
	if c.stream {
		b.api.ServeHTTP(&firstWord{w, cancel}, r)
	} else {
		b.api.ServeHTTP(w, r)
	}
	if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
		b.t.Errorf("%s by %s: %d", c, who.name, w.Code)
	}
	if ctx.Err() != nil && !c.stream {
		b.t.Errorf("%s by %s has no end", c, who.name)
	}
	return w
}

// firstWord hangs up when an answer begins.
type firstWord struct {
	*httptest.ResponseRecorder
	hangUp func()
}

func (f *firstWord) WriteHeader(status int) {
	f.ResponseRecorder.WriteHeader(status)
	f.hangUp()
}

func (f *firstWord) Write(p []byte) (int, error) {
	defer f.hangUp()
	return f.ResponseRecorder.Write(p)
}

// TestEveryRouteLetsInWhoMay asks for every route as everybody, for what is theirs, what is others' and what is not there.
func TestEveryRouteLetsInWhoMay(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, storetest.URL(t), "http://127.0.0.1:1", queuetest.Open(t))
	own, foreign := b.site("own"), b.site("foreign")
	second := own.addProject("second")
	ids, foreignIDs := b.things(own), b.things(foreign)
	all := []string{store.ScopeRead, store.ScopeWrite, store.ScopeAdmin}
	nobody := asker{name: "nobody"}
	askers := []asker{
		nobody, b.person(own.org, access.RoleViewer), b.person(own.org, access.RoleMember), b.person(own.org, access.RoleAdmin), b.person(own.org, access.RoleOwner),
		b.person(foreign.org, access.RoleOwner), foreign.program("a token of others", 0, all...), foreign.program("a token of others' project", foreign.project, all...),
		own.program("a token that reads", 0, store.ScopeRead), own.program("a token that writes", 0, store.ScopeWrite), own.program("a token of an admin", 0, store.ScopeAdmin),
		own.program("a token of the project", own.project, all...), own.program("a token that writes to the project", own.project, store.ScopeWrite),
		own.program("a token of another project", second, all...),
	}
	const missing = 999_999
	defer func() {
		if t.Failed() {
			t.Log(b.log)
		}
	}()
	for _, c := range squares(t, b.api) {
		if c.need == access.Anybody {
			if w := b.try(c, fill(c.path, own.project, ids), nobody); w.Code == http.StatusUnauthorized && c.path != "/api/v1/logs" {
				t.Errorf("%s by nobody: %d %s", c, w.Code, w.Body)
			}
			continue
		}
		for _, who := range askers {
			got := b.try(c, fill(c.path, own.project, ids), who)
			c.check(t, who, got, who.org == own.org && (who.project == 0 || who.project == own.project))
			if !c.ofProject() {
				continue
			}
			other, none := b.try(c, fill(c.path, foreign.project, foreignIDs), who), b.try(c, fill(c.path, missing, foreignIDs), who)
			c.check(t, who, other, who.org == foreign.org)
			c.check(t, who, none, false)
			if who.org == own.org && same(other) != same(none) {
				t.Errorf("%s by %s: what others have is not like nothing:\n%s\n%s", c, who.name, same(other), same(none))
			}
		}
		// Things of others under a project of one's own.
		if c.method == http.MethodGet && c.ofProject() && (c.has("event") || c.has("issue") || c.has("attachment")) && !c.stream {
			owner := askers[4]
			other, none := b.try(c, fill(c.path, own.project, foreignIDs), owner), b.try(c, fill(c.path, own.project, map[string]string{}), owner)
			if other.Code != none.Code || same(other) != same(none) {
				t.Errorf("%s of others' things: %d and %d\n%s\n%s", c, other.Code, none.Code, same(other), same(none))
			}
		}
	}
}

// check holds an answer against what the route needs. visible tells whether the asker sees the project.
func (c square) check(t *testing.T, who asker, w *httptest.ResponseRecorder, visible bool) {
	t.Helper()
	want, bound := 0, who.project != 0
	switch {
	case who.may == nil && c.page:
		want = http.StatusSeeOther
		if !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
			t.Errorf("%s by nobody leads to %s", c, w.Header().Get("Location"))
		}
	case who.may == nil:
		want = http.StatusUnauthorized
	case c.ofProject() && !visible:
		want = http.StatusNotFound
	case !who.may(c.need), c.whole && bound, c.log && !bound, c.ofPerson() && !who.person:
		want = http.StatusForbidden
	}
	if want != 0 {
		if w.Code != want {
			t.Errorf("%s by %s: %d, want %d: %.300s", c, who.name, w.Code, want, w.Body)
		}
		return
	}
	// They may: what comes depends on the route, but it is no refusal of who asks.
	switch {
	case w.Code == http.StatusUnauthorized:
		t.Errorf("%s by %s: %d %.300s", c, who.name, w.Code, w.Body)
	case w.Code == http.StatusForbidden && (!c.page || c.ofProject() || !bound): // pages of the organization are for who sees all of it
		t.Errorf("%s by %s: %d %.300s", c, who.name, w.Code, w.Body)
	case w.Code == http.StatusSeeOther && strings.HasPrefix(w.Header().Get("Location"), "/sign-in"):
		t.Errorf("%s by %s: sent to sign in", c, who.name)
	}
}

var projectOfPath = regexp.MustCompile(`projects(/|%2F)\d+`)

// same is an answer without what the asker said of the project.
func same(w *httptest.ResponseRecorder) string {
	return fmt.Sprint(w.Code, " ", projectOfPath.ReplaceAllString(w.Body.String(), "projects/N"))
}

// fill puts a project and ids into a path; what has no id here gets one of nothing.
func fill(path string, project int64, ids map[string]string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		name, ok := strings.CutPrefix(part, ":")
		switch {
		case ok && name == "project":
			parts[i] = fmt.Sprint(project)
		case ok && ids[name] != "":
			parts[i] = ids[name]
		case ok:
			parts[i] = event.ID{0xff}.String()
		}
	}
	return strings.Join(parts, "/")
}

// things makes something of each kind that paths name, which nobody misses.
func (b *bench) things(s *site) map[string]string {
	b.t.Helper()
	id := s.store(s.record(event.Native, time.Now(), nativeError))[0]
	issues := object(b.t, b.get(s.path("/issues"), s.token))["issues"].([]any)
	spare := b.person(s.org, access.RoleViewer)
	members, err := b.db.Members(b.t.Context(), s.org)
	if err != nil {
		b.t.Fatal(err)
	}
	b.exec("delete from trivet.sessions where user_id = $1", members[0].ID)
	b.exec("update users set email = 'spare-' || email where user_id = $1", members[0].ID)
	key, err := b.db.CreateKey(b.t.Context(), s.project, spare.name)
	if err != nil {
		b.t.Fatal(err)
	}
	token, _, err := b.db.CreateToken(b.t.Context(), store.Token{OrganizationID: s.org, Scopes: []string{store.ScopeRead}})
	if err != nil {
		b.t.Fatal(err)
	}
	return map[string]string{
		"event": id, "issue": issues[0].(map[string]any)["id"].(string), "key": key.PublicKey, "token": token.ID.String(),
		"user": store.FormatID(members[0].ID), "email": "nobody@example.org", "reason": "crawler", "sequence": "1", "release": "web@1",
	}
}
