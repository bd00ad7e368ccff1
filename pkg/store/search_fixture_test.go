package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// A shelf is what searches look through: a site whose events and issues are told by the types of their errors.
type shelf struct {
	site
	db   *store.Store
	exec func(sql string, args ...any)
	at   time.Time
}

func newShelf(t *testing.T) shelf {
	t.Helper()
	db, url := open(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	s := shelf{newSite(t, db, "acme"), db, func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}, now().Add(-time.Hour)}
	s.exec("set search_path = trivet")
	return s
}

// see makes an event of a type known.
func (s shelf) see(t *testing.T, kind string, received time.Time, change func(*store.Row)) {
	t.Helper()
	row := s.row(received, func(e *event.Event) { e.Type = kind })
	if change != nil {
		change(&row)
	}
	write(t, s.db, row)
}

// fill puts three errors on the shelf.
func (s shelf) fill(t *testing.T) {
	t.Helper()
	user := event.UserHash(s.project, "id:42")
	s.see(t, "Cart", s.at, func(r *store.Row) {
		e := r.Event
		r.UserHash = user
		e.Exceptions = []event.Exception{{Type: "Cart", Frames: []event.Frame{{Function: "addItem", Filename: "https://shop.example/checkout.js"}}}}
		e.Breadcrumbs = []event.Breadcrumb{{Message: "POST /cart"}}
		e.Tags = event.Tags{{Key: "plan", Value: "pro"}, {Key: "x", Value: "1"}}
		e.URL, e.Browser, e.Level = "https://shop.example/checkout/2?a=1", "Chrome 140", event.Fatal
	})
	s.see(t, "Pay", s.at.Add(time.Minute), func(r *store.Row) {
		yes := true
		e := r.Event
		e.Message, e.Handled = "100%_sure is *not* a\\pattern", &yes
		r.Title = "Pay: " + e.Message
		e.Release, e.Environment, e.Browser, e.OS = "web@2", "staging", "Chrome Mobile 140", "Android 14"
		e.Tags = event.Tags{{Key: "plan", Value: "free"}}
		e.URL = "https://shop.example/pay"
	})
	s.see(t, "Login", s.at.Add(2*time.Minute), nil)
	for i := range 4 {
		s.see(t, "Login", s.at.Add(time.Duration(3+i)*time.Minute), nil)
	}
	id := func(kind string) [16]byte { return event.NamedID(s.project, kind) }
	s.exec(`update issues set status = 'resolved', resolved_at = now() where issue_id = $1`, id("Pay"))
	s.exec(`update issues set regressed_at = now(), first_seen = now() - interval '3 days' where issue_id = $1`, id("Login"))
	s.exec(`insert into users (user_id, email, name) values (7, 'ada@acme.example', 'Ada')`)
	s.exec(`insert into members (organization_id, user_id, role) values ($1, 7, 'member')`, s.org)
	s.exec(`update issues set assignee_id = 7 where issue_id = $1`, id("Cart"))
}
