package query

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/store"
)

func TestAnotherOrganizationIsToldNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	id := s.log("a secret of acme")
	issue := object(t, b.get(s.path("/events"), s.token))["events"].([]any)[0].(map[string]any)["issue_id"].(string)
	paths := []string{"/events", "/events?issue=" + issue, "/events/" + id, "/issues", "/issues/" + issue, "/stats"}
	for _, path := range paths {
		if w := b.get(s.path(path), s.wide); w.Code != http.StatusOK {
			t.Errorf("%s: its owner got %d", path, w.Code)
		}
		for _, token := range []string{other.token, other.wide} {
			w := b.get(s.path(path), token)
			refusal(t, w, http.StatusNotFound)
			missing := b.get(strings.Replace(s.path(path), fmt.Sprintf("projects/%d", s.project), "projects/999999", 1), token)
			if diff := cmp.Diff(missing.Body.String(), w.Body.String()); diff != "" {
				t.Errorf("%s: another's project is not like one that isn't there: %s", path, diff)
			}
		}
	}
	refusal(t, b.get(other.path("/events/"+id), other.token), http.StatusNotFound)
	refusal(t, b.get(other.path("/issues/"+issue), other.token), http.StatusNotFound)
	refusal(t, b.get("/api/v1/logs/"+id, other.token), http.StatusNotFound)
	if w := b.get("/api/v1/logs", other.token); strings.TrimSpace(w.Body.String()) != "[]" {
		t.Errorf("logs: %s", w.Body)
	}
	if w := b.get("/api/v1/projects", other.wide); strings.Contains(w.Body.String(), fmt.Sprintf(`"id":%d,`, s.project)) {
		t.Errorf("projects: %s", w.Body)
	}
}

func TestATokenOfOneProjectSeesNoOtherOfItsOrganization(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	second := &site{b: b, org: s.org, project: s.addProject("second")}
	s.log("here")
	refusal(t, b.get(second.path("/events"), s.token), http.StatusNotFound)
	if w := b.get(second.path("/events"), s.wide); w.Code != http.StatusOK {
		t.Errorf("the organization's token: %d", w.Code)
	}
	if p := object(t, b.get("/api/v1/projects", s.token))["projects"].([]any); len(p) != 1 {
		t.Errorf("projects: %v", p)
	}
}

func TestOnlyGoodTokensRead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	s.log("one")
	encode := base64.StdEncoding.EncodeToString
	stranger := "trv_" + strings.Repeat("0", 64)
	key, err := b.db.CreateKey(t.Context(), s.project, "")
	if err != nil {
		t.Fatal(err)
	}
	revoked := s.revokedToken()
	for _, tc := range []struct {
		name         string
		in           string
		logs, events int
	}{
		{"Bearer", "Bearer " + s.token, 200, 200},
		{"Bearer in small letters", "bearer " + s.token, 200, 200},
		{"Basic and raw", "Basic " + s.token, 200, 401},
		{"Basic and encoded", "Basic " + encode([]byte(s.token)), 200, 401},
		{"Basic as browsers do", "Basic " + encode([]byte(s.token+":")), 200, 401},
		{"raw", s.token, 200, 401},
		{"encoded", encode([]byte(s.token)), 200, 401},
		{"encoded without padding", strings.TrimRight(encode([]byte(s.token)), "="), 200, 401},
		{"missing", "", 401, 401},
		{"a scheme and nothing", "Basic ", 401, 401},
		{"another scheme", "Digest " + s.token, 401, 401},
		{"unknown", "Bearer " + stranger, 401, 401},
		{"unknown and encoded", "Basic " + encode([]byte(stranger)), 401, 401},
		{"nonsense", "Basic %%%", 401, 401},
		{"a megabyte", "Basic " + strings.Repeat("a", 1<<20), 401, 401},
		{"a public key", "Bearer " + key.PublicKey, 401, 401},
		{"revoked", "Bearer " + revoked, 401, 401},
		{"one that may only write", "Bearer " + s.makeToken(s.project, store.ScopeWrite), 403, 403},
		{"one of no project", "Bearer " + s.wide, 403, 200},
	} {
		h := basic(tc.in)
		if got := b.do(http.MethodGet, "/api/v1/logs", h, nil); got.Code != tc.logs {
			t.Errorf("%s: logs answer %d, want %d", tc.name, got.Code, tc.logs)
		}
		if got := b.do(http.MethodGet, s.path("/events"), h, nil); got.Code != tc.events {
			t.Errorf("%s: events answer %d, want %d", tc.name, got.Code, tc.events)
		}
	}
}

func (s *site) revokedToken() string {
	s.b.t.Helper()
	made, secret, err := s.b.db.CreateToken(s.b.t.Context(), store.Token{OrganizationID: s.org, ProjectID: s.project, Scopes: []string{store.ScopeRead}})
	if err != nil {
		s.b.t.Fatal(err)
	}
	if _, err := s.b.db.RevokeToken(s.b.t.Context(), made.ID); err != nil {
		s.b.t.Fatal(err)
	}
	return secret
}
