package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
)

// A site is an organization with one project, in a database of its own test.
type site struct {
	org, project int64
}

func open(t *testing.T) (*store.Store, string) {
	t.Helper()
	url := storetest.URL(t)
	return reopened(t, url), url
}

// reopened is another process on the same database.
func reopened(t *testing.T, url string) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), service.Env{Log: zerolog.Nop()}, store.Config{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func newSite(t *testing.T, db *store.Store, slug string) site {
	t.Helper()
	o, err := db.CreateOrganization(t.Context(), slug, "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := db.CreateProject(t.Context(), store.Project{OrganizationID: o.ID, Slug: "web"})
	if err != nil {
		t.Fatal(err)
	}
	return site{o.ID, p.ID}
}

// row is an event of its own kind: change says how it differs.
func (s site) row(received time.Time, change func(*event.Event)) store.Row {
	id := event.NewID(received)
	e := &event.Event{
		ID: id, ProjectID: s.project, Day: event.DayOf(received), Received: received, Occurred: received.Add(-time.Second),
		Protocol: event.Sentry, Level: event.Error, Type: "TypeError", Message: "x is undefined", Culprit: "f (app.js)",
		Release: "web@1", Environment: "production", Browser: "Firefox 140", OS: "Linux", URL: "https://shop.example/cart",
	}
	if change != nil {
		change(e)
	}
	record := pack.Record{
		ID: e.ID, Project: s.project, Day: e.Day, Received: received, Protocol: e.Protocol.String(),
		Raw: fmt.Appendf(nil, `{"content":%q}`, e.Message),
	}
	return store.Row{
		Project: s.project, Received: received, Event: e, Fingerprint: event.NamedID(s.project, e.Type),
		Version: 1, Title: e.Type + ": " + e.Message, Record: record.Append(nil),
	}
}

func write(t *testing.T, db *store.Store, rows ...store.Row) {
	t.Helper()
	id := event.NewID(time.Now())
	batch := &store.Batch{Packs: []store.Pack{{ID: id, Day: event.DayOf(rows[0].Received), Events: len(rows)}}, Rows: rows}
	if _, err := db.Write(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

// now is in whole microseconds, as Postgres keeps times, and never so near to midnight that a few minutes
// matter.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
