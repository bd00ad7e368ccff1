package store_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/schema"
)

// derived are the tables that hold what lists and charts ask for, without what stands in records alone.
const derived = `
	select 'word ' || project_id || ' ' || kind || ' ' || word || ' ' || fingerprint from ` + seenWords + ` where kind not in (2, 3, 9)
	union all select 'text ' || project_id || ' ' || fingerprint || ' ' || text from trivet.issue_texts
	union all select 'release ' || project_id || ' ' || release || ' ' || first_seen from trivet.releases
	union all select 'user ' || project_id || ' ' || day || ' ' || user_hash from ` + dayUsers + `
	union all select 'count ' || project_id || ' ' || hour || ' ' || field || ' ' || text || ' ' || sum(count)
		from trivet.field_counts, unnest(fields, texts, counts) as u (field, text, count) group by project_id, hour, field, text
	order by 1`

func TestEventsOfAnEarlierVersionAreFoundAndCountedAsNewOnes(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	for i := range 60 {
		at := now().Add(-time.Duration(i%5) * 26 * time.Hour)
		r := row(int64(1+i%2), i, event.NewID(at), at)
		r.Fingerprint = event.NamedID(r.Project, "group "+strconv.Itoa(i%7))
		r.Title = "PayError: card of " + strconv.Itoa(i%7) + " declined"
		r.Event.Culprit = "pay(/checkout-" + strconv.Itoa(i%7) + ".js)"
		r.Event.Release, r.Event.Environment = "shop@1."+strconv.Itoa(i%3), []string{"", "production"}[i%2]
		r.Event.Browser, r.Event.OS = "Chrome "+strconv.Itoa(140+i%4), "Linux"
		r.Event.URL = "https://shop.example/" + strconv.Itoa(i%11)
		r.Event.Level = []event.Level{event.Debug, event.Warning, event.Error, event.Fatal}[i%4]
		write(t, db, r)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	want := derivedRows(t, conn)

	if _, err := conn.Exec(t.Context(), `set search_path = trivet; truncate words, issue_words, issue_texts, releases, project_users, field_counts`); err != nil {
		t.Fatal(err)
	}
	all, err := schema.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Name != "011_earlier" {
			continue
		}
		for range 2 { // the second time nothing is left to do
			if _, err := conn.Exec(t.Context(), m.SQL); err != nil {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff(want, derivedRows(t, conn)); diff != "" {
		t.Errorf("as the worker wrote it (-want +got):\n%s", diff)
	}
	if len(want) < 200 {
		t.Errorf("only %d rows to compare", len(want))
	}
}

func derivedRows(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), derived)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}
