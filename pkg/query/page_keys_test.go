package query

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

func TestKeysAreMadeAndRevokedByTheirPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := o.at("/settings/keys")
	o.do(path, url.Values{"label": {"shop <b>"}})
	o.wrote("key.create")
	keys, err := o.b.db.OwnKeys(t.Context(), o.org, o.project)
	if err != nil || len(keys) != 1 {
		t.Fatal(keys, err)
	}
	words, page := o.see(path)
	if !strings.Contains(words, keys[0].PublicKey) || strings.Contains(page, "shop <b>") {
		t.Errorf("the page: %s", words)
	}
	directory := o.q.WatchDirectory(t.Context(), queuetest.Env(t))
	queuetest.Eventually(t, "the edges to know the key", func() bool {
		e, ok := directory.Lookup(project.KeyName(keys[0].PublicKey))
		return ok && !e.Revoked
	})
	o.refused(path, url.Values{"label": {strings.Repeat("x", 201)}}, "label")

	for _, with := range []string{"", "script", "sentry-browser", "sentry-react", "sentry-vue", "faro", "otlp", "fetch", "curl", "reports", "pixel", "first-party"} {
		if words, page := o.see(o.at("/settings/install?with=" + with)); !strings.Contains(page, keys[0].PublicKey) || strings.Contains(words, "%!") {
			t.Errorf("%s: %s", with, words)
		}
	}

	o.do(path+"/revoke", url.Values{"key": {keys[0].PublicKey}})
	o.wrote("key.revoke")
	queuetest.Eventually(t, "the edges to refuse the key", func() bool {
		e, _ := directory.Lookup(project.KeyName(keys[0].PublicKey))
		return e.Revoked
	})
	if words, _ := o.see(o.at("/settings/install")); !strings.Contains(words, "No key is good") {
		t.Errorf("install without a key: %s", words)
	}
	if w := o.post(path+"/revoke", o.admin, url.Values{"key": {"nobody's"}}); w.Code != http.StatusNotFound {
		t.Errorf("a key that is not there: %d", w.Code)
	}
}

func TestAProjectIsMadeByItsPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	on := o.do("/projects/new", url.Values{"name": {"Größe & Shop 24"}, "origins": {"https://shop.example"}})
	o.wrote("project.create")
	own, err := o.b.db.OwnProjects(t.Context(), o.org, 0)
	if err != nil || len(own) != 2 || own[1].Slug != "gr-e-shop-24" || own[1].Name != "Größe & Shop 24" || on != fmt.Sprintf("/projects/%d/start", own[1].ID) {
		t.Fatalf("%+v, %v, %s", own, err, on)
	}
	o.refused("/projects/new", url.Values{"name": {""}}, "name")
	o.refused("/projects/new", url.Values{"name": {"x"}, "slug": {"gr-e-shop-24"}}, "slug")
	o.refused("/projects/new", url.Values{"name": {"y"}, "origins": {"shop.example"}}, "origins")
	if w := o.post("/projects/new", o.wide, url.Values{"name": {"z"}}); w.Code != http.StatusForbidden {
		t.Errorf("by who may only read: %d", w.Code)
	}
	o.see("/projects/new")
}
