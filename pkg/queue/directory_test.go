package queue_test

import (
	"context"
	"maps"
	"testing"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

// TestAStaleLookAtTheKeysUndoesNothing has another process change the directory while this one reads the
// database: a key made meanwhile must not be revoked, a revoked one must not come back.
func TestAStaleLookAtTheKeysUndoesNothing(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	database := map[string]project.Entry{"key.old": {ProjectID: 1}, "key.lost": {ProjectID: 3}}
	look := func(context.Context) (map[string]project.Entry, error) { return maps.Clone(database), nil } //nolint:unparam // the shape that SyncDirectoryFrom wants
	if _, err := q.SyncDirectoryFrom(t.Context(), look); err != nil {
		t.Fatal(err)
	}
	looks := 0
	overtaken := func(ctx context.Context) (map[string]project.Entry, error) {
		seen, err := look(ctx)
		if looks++; looks == 1 {
			seen["key.lost"] = project.Entry{ProjectID: 4} // something to write, which the other writes first
			database["key.old"] = project.Entry{ProjectID: 1, Revoked: true}
			database["key.lost"] = project.Entry{ProjectID: 5}
			database["key.new"] = project.Entry{ProjectID: 2}
			if n, err := q.SyncDirectoryFrom(ctx, look); err != nil || n != 3 {
				t.Errorf("the other changed %d, %v, want 3", n, err)
			}
		}
		return seen, err
	}
	if n, err := q.SyncDirectoryFrom(t.Context(), overtaken); err != nil || n != 0 || looks != 2 {
		t.Errorf("changed %d in %d looks, %v, want nothing in 2", n, looks, err)
	}
	if n, err := q.SyncDirectoryFrom(t.Context(), look); err != nil || n != 0 {
		t.Errorf("the directory was %d entries behind, %v", n, err)
	}
}
