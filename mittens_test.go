package trivet

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
)

// The functional tests of mittens, the collector whose clients Trivet serves, by the names they have there, over HTTP against
// the whole system: list, isolation, create with and without meta, wrong arguments, wrong tenant, details, and what
// isn't there. Its tenants are our projects; ids are texts here and numbers there.

// A mittensLog is a log as its clients read it.
type mittensLog struct {
	ID      string `json:"id"`
	Content string `json:"content"`
	Meta    any    `json:"meta"`
}

// mittensForms are the two ways in which its clients send their key.
var mittensForms = map[string]func(key string) string{
	"raw":    func(key string) string { return "Basic " + key },
	"base64": func(key string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(key)) },
}

// tenant makes a token of a new project as mittens makes a tenant.
func (s *system) tenant(t *testing.T, name string) (token string) {
	t.Helper()
	o, err := s.db.CreateOrganization(t.Context(), name, "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.db.CreateProject(t.Context(), store.Project{OrganizationID: o.ID, Slug: name})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err = s.db.CreateToken(t.Context(), store.Token{OrganizationID: o.ID, ProjectID: p.ID, Scopes: []string{store.ScopeRead, store.ScopeWrite}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provision.SyncDirectory(t.Context(), s.db, s.queue); err != nil {
		t.Fatal(err)
	}
	queuetest.Eventually(t, "the edge to know the tenant", func() bool {
		status, _ := s.mittens(t, http.MethodPost, "", "Basic "+token, "{}")
		return status == http.StatusBadRequest
	})
	return token
}

// mittens sends a request to /api/v1/logs.
func (s *system) mittens(t *testing.T, method, path, authorization, body string) (status int, answer []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.query.URL+"/api/v1/logs"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	return do(t, req)
}

// logs lists the logs of a tenant once there are as many as are waited for, by content.
func (s *system) logs(t *testing.T, authorization string, want int) (all []mittensLog) {
	t.Helper()
	queuetest.Eventually(t, fmt.Sprint(want, " logs"), func() bool {
		status, body := s.mittens(t, http.MethodGet, "", authorization, "")
		all = nil
		if err := json.Unmarshal(body, &all); err != nil || status != http.StatusOK {
			t.Fatalf("list: %d %s", status, body)
		}
		return len(all) >= want
	})
	slices.SortFunc(all, func(a, b mittensLog) int { return strings.Compare(a.Content, b.Content) })
	return all
}

// create writes a log and returns it as it was answered.
func (s *system) create(t *testing.T, authorization, body string) (made mittensLog) {
	t.Helper()
	status, answer := s.mittens(t, http.MethodPost, "", authorization, body)
	if err := json.Unmarshal(answer, &made); err != nil || status != http.StatusCreated || made.ID == "" {
		t.Fatalf("create: %d %s", status, answer)
	}
	return made
}

func TestMittens(t *testing.T) {
	t.Parallel()
	s := startSystem(t, "")
	for form, authorization := range mittensForms {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			t.Run("test_list_logs", func(t *testing.T) {
				t.Parallel()
				s.mittensLists(t, authorization(s.tenant(t, form+"-list")))
			})
			t.Run("test_list_logs_tenant_isolation", func(t *testing.T) {
				t.Parallel()
				mine, theirs := authorization(s.tenant(t, form+"-mine")), authorization(s.tenant(t, form+"-theirs"))
				made := s.create(t, mine, `{"content":"mine"}`)
				s.create(t, theirs, `{"content":"theirs"}`)
				if diff := cmp.Diff([]mittensLog{made}, s.logs(t, mine, 1)); diff != "" {
					t.Error(diff)
				}
				if got := s.logs(t, theirs, 1); len(got) != 1 || got[0].Content != "theirs" {
					t.Errorf("theirs: %v", got)
				}
			})
			t.Run("test_create_log", func(t *testing.T) {
				t.Parallel()
				s.mittensCreates(t, authorization(s.tenant(t, form+"-create")))
			})
			t.Run("test_create_log_wrong_arguments", func(t *testing.T) {
				t.Parallel()
				s.mittensRefuses(t, authorization(s.tenant(t, form+"-arguments")))
			})
			t.Run("test_wrong_tenant", func(t *testing.T) {
				t.Parallel()
				unknown := authorization("trv_" + strings.Repeat("0", 64))
				key := authorization(project.NewKey())
				for _, wrong := range []string{unknown, key, "", "Basic ", "Basic", "wrong", "Basic =", authorization("")} {
					for _, request := range [][2]string{{http.MethodGet, ""}, {http.MethodPost, ""}, {http.MethodGet, "/" + strings.Repeat("1", 32)}} {
						if status, body := s.mittens(t, request[0], request[1], wrong, `{"content":"x"}`); status != http.StatusUnauthorized {
							t.Errorf("%s %q by %q: %d %s", request[0], request[1], wrong, status, body)
						}
					}
				}
			})
			t.Run("test_get_log", func(t *testing.T) {
				t.Parallel()
				tenant := authorization(s.tenant(t, form+"-get"))
				made := s.create(t, tenant, `{"content":"x is undefined","meta":{"level":"fatal"}}`)
				s.logs(t, tenant, 1)
				status, body := s.mittens(t, http.MethodGet, "/"+made.ID, tenant, "")
				var got mittensLog
				if err := json.Unmarshal(body, &got); err != nil || status != http.StatusOK {
					t.Fatalf("%d %s", status, body)
				}
				if diff := cmp.Diff(made, got); diff != "" {
					t.Error(diff)
				}
			})
			t.Run("test_get_log_not_found", func(t *testing.T) {
				t.Parallel()
				tenant, other := authorization(s.tenant(t, form+"-lost")), authorization(s.tenant(t, form+"-other"))
				theirs := s.create(t, other, `{"content":"theirs"}`)
				s.logs(t, other, 1)
				for _, id := range []string{theirs.ID, strings.Repeat("f", 32), "1", "0", "x"} {
					var told struct{ Message string }
					status, body := s.mittens(t, http.MethodGet, "/"+id, tenant, "")
					if err := json.Unmarshal(body, &told); err != nil || status != http.StatusNotFound || told.Message != "Log not found" {
						t.Errorf("%s: %d %s", id, status, body)
					}
				}
			})
		})
	}
}

// mittensLists: all logs of the tenant and nothing else, and the members that X-Fields names.
func (s *system) mittensLists(t *testing.T, tenant string) {
	if status, body := s.mittens(t, http.MethodGet, "", tenant, ""); status != http.StatusOK || strings.TrimSpace(string(body)) != "[]" {
		t.Errorf("none yet: %d %s", status, body)
	}
	first := s.create(t, tenant, `{"content":"a"}`)
	second := s.create(t, tenant, `{"content":"b","meta":{"n":1}}`)
	if diff := cmp.Diff([]mittensLog{first, second}, s.logs(t, tenant, 2)); diff != "" {
		t.Error(diff)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.query.URL+"/api/v1/logs?limit=1", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", tenant)
	req.Header.Set("X-Fields", "id")
	if _, body := do(t, req); strings.TrimSpace(string(body)) != `[{"id":"`+second.ID+`"}]` {
		t.Errorf("X-Fields: %s", body)
	}
}

// mittensCreates: with meta of any form, with null, and without.
func (s *system) mittensCreates(t *testing.T, tenant string) {
	for _, c := range []struct {
		name, body string
		meta       any
	}{
		{"with meta", `{"content":"1","meta":{"line":7,"user":{"name":"Ann"},"tags":["a",null]}}`, map[string]any{"line": 7.0, "user": map[string]any{"name": "Ann"}, "tags": []any{"a", nil}}},
		{"with empty meta", `{"content":"2","meta":{}}`, map[string]any{}},
		{"with null for meta", `{"content":"3","meta":null}`, nil},
		{"without meta", `{"content":"4"}`, nil},
	} {
		made := s.create(t, tenant, c.body)
		if diff := cmp.Diff(c.meta, made.Meta); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	all := s.logs(t, tenant, 4)
	if all[0].Content != "1" || all[1].Meta == nil || all[2].Meta != nil || all[3].Meta != nil {
		t.Errorf("stored: %+v", all)
	}
}

// mittensRefuses: content that is no text or says nothing, and what is no JSON. Nothing of it is written.
func (s *system) mittensRefuses(t *testing.T, tenant string) {
	for _, body := range []string{`{}`, `{"content":null}`, `{"content":""}`, `{"content":7}`, `{"content":["x"]}`, `{"meta":{}}`, `{"content":"x","meta":"x"}`, `content=x`, ``, `[]`, `null`} {
		status, answer := s.mittens(t, http.MethodPost, "", tenant, body)
		var told struct {
			Message string
			Errors  map[string]string
		}
		if err := json.Unmarshal(answer, &told); err != nil || status != http.StatusBadRequest || told.Message == "" || told.Errors == nil {
			t.Errorf("%s: %d %s", body, status, answer)
		}
		if strings.HasPrefix(body, `{"content":""`) && told.Errors["content"] == "" {
			t.Errorf("%s: nothing is said of content: %s", body, answer)
		}
	}
	s.create(t, tenant, `{"content":"good"}`)
	if all := s.logs(t, tenant, 1); len(all) != 1 || all[0].Content != "good" {
		t.Errorf("written: %+v", all)
	}
}
