package access

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	email    = "ada@example.org"
	password = "correct horse battery"
)

// A house is an Access whose database has one organization with one project and, after setUp, an owner.
type house struct {
	t            *testing.T
	url          string
	db           *store.Store
	access       *Access
	log          *strings.Builder
	org, project int64
}

func newHouse(t *testing.T, cfg Config) *house {
	t.Helper()
	h := &house{t: t, url: storetest.URL(t), log: &strings.Builder{}}
	env := service.Env{Log: zerolog.New(h.log), Metrics: prometheus.NewRegistry(), Health: service.NewHealth()}
	var err error
	if h.db, err = store.Open(t.Context(), env, store.Config{URL: h.url, MaxConns: 4}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.db.Close)
	if h.access, err = New(env, h.db, cfg); err != nil {
		t.Fatal(err)
	}
	h.org, h.project = h.organization("acme")
	return h
}

// organization makes one with a project.
func (h *house) organization(slug string) (org, project int64) {
	h.t.Helper()
	o, err := h.db.CreateOrganization(h.t.Context(), slug, "")
	if err != nil {
		h.t.Fatal(err)
	}
	p, err := h.db.CreateProject(h.t.Context(), store.Project{OrganizationID: o.ID, Slug: "web"})
	if err != nil {
		h.t.Fatal(err)
	}
	return o.ID, p.ID
}

// request is one of a browser: from an address, with what it has of cookies.
func (h *house) request(method, address string, cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequestWithContext(h.t.Context(), method, "http://trivet.example/x", http.NoBody)
	r.RemoteAddr = address + ":5"
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return r
}

// setUp makes the owner and returns the cookie they get.
func (h *house) setUp() *http.Cookie {
	h.t.Helper()
	secret, err := h.db.NewSetupLink(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := h.access.SetUp(w, h.request(http.MethodPost, "192.0.2.1"), secret, store.NewUser{Name: "Ada", Email: email}, password); err != nil {
		h.t.Fatal(err)
	}
	return h.cookie(w)
}

func (h *house) cookie(w *httptest.ResponseRecorder) *http.Cookie {
	h.t.Helper()
	all := w.Result().Cookies()
	if len(all) != 1 {
		h.t.Fatalf("cookies: %v", all)
	}
	return all[0]
}

// signIn tries to, and returns the cookie or the error.
func (h *house) signIn(address, password string, cookies ...*http.Cookie) (*http.Cookie, error) {
	h.t.Helper()
	w := httptest.NewRecorder()
	if err := h.access.SignIn(w, h.request(http.MethodPost, address, cookies...), email, password); err != nil {
		if len(w.Result().Cookies()) > 0 {
			h.t.Error("a cookie for nothing")
		}
		return nil, err
	}
	return h.cookie(w), nil
}
