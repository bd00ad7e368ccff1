package provision

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestRunMakesEverythingAndMayBeRepeated(t *testing.T) {
	t.Parallel()
	env := queuetest.Env(t)
	cfg := Config{Store: store.Config{URL: storetest.Empty(t)}, Queue: queue.Config{URL: queuetest.Start(t).URL()}}
	db, err := store.Open(t.Context(), env, cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	q, err := queue.Open(t.Context(), env, cfg.Queue)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	for range 2 {
		if err := Run(t.Context(), zerolog.Nop(), cfg, db, q); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := q.Bind(t.Context(), queue.Events, queue.Workers); err != nil {
		t.Error(err)
	}
	o, err := db.CreateOrganization(t.Context(), "acme", "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := db.CreateProject(t.Context(), store.Project{OrganizationID: o.ID, Slug: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.CreateKey(t.Context(), p.ID, ""); err != nil {
		t.Fatal(err)
	}
	if n, err := SyncDirectory(t.Context(), db, q); err != nil || n != 1 {
		t.Errorf("the new key changed %d entries, %v", n, err)
	}
	if n, err := SyncDirectory(t.Context(), db, q); err != nil || n != 0 {
		t.Errorf("nothing new changed %d entries, %v", n, err)
	}
	// An entry nobody knows of is revoked by the next look.
	if _, err := q.SyncDirectory(t.Context(), map[string]project.Entry{"key.stranger": {ProjectID: 1}}); err != nil {
		t.Fatal(err)
	}
	if n, err := SyncDirectory(t.Context(), db, q); err != nil || n != 2 {
		t.Errorf("the stranger and the key it pushed out changed %d entries, %v", n, err)
	}
}

func TestAServerThatConfirmsBeforeItSyncsIsRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, answer string
		fine         bool
	}{
		{"sync always", `{"config":{"sync_always":true}}`, true},
		{"sync now and then", `{"config":{"sync_interval":120000000000}}`, false},
		{"no JetStream", `{}`, false},
		{"no NATS", `hello`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, tc.answer) }))
			t.Cleanup(server.Close)
			if err := checkSync(t.Context(), server.URL); (err == nil) != tc.fine {
				t.Errorf("got %v", err)
			}
		})
	}
}
