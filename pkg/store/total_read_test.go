package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/store"
)

func TestTotalsOfFieldsAddUpToAllEvents(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "acme")
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for hour, counts := range map[int][]int64{-1: {100, 100, 100, 100}, 0: {5, 1, 2, 8}, 1: {1, 0, 6, 7}, 2: {100, 100, 100, 100}} {
		if _, err := conn.Exec(t.Context(), `insert into trivet.field_counts values ($1, $2, '{4,4,4,5}', '{Chrome,*,Firefox,Linux}', $3)`, s.project, noon.Add(time.Duration(hour)*time.Hour), counts); err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.FieldTotals(t.Context(), s.org, s.project, noon.Add(time.Minute), noon.Add(90*time.Minute), 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []store.Facet{
		{Field: "browser", Values: []store.FacetValue{{Value: "Firefox", Events: 8}}, Other: 7},
		{Field: "os", Values: []store.FacetValue{{Value: "Linux", Events: 15}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := db.FieldTotals(t.Context(), s.org+1, s.project, noon, noon.Add(time.Hour), 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another organization's: %v", err)
	}
}
