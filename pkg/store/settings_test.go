package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/project"
)

func TestSettingsComeOnceChangedAndOftenEnough(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	shop := newSite(t, db, "shop")
	newSite(t, db, "blog")
	execute(t, url, `update trivet.projects set settings = '{"scrub":{"ip":"hash"},"attachments":false}', settings_at = now() - interval '1 day' where project_id = (select min(project_id) from trivet.projects)`)
	first, since, err := db.SettingsSince(t.Context(), time.Time{})
	off := false
	want := map[int64]project.Settings{shop.project: {Scrub: project.Scrub{IP: project.Hash}, Attachments: &off}}
	if diff := cmp.Diff(want, first); err != nil || diff != "" || since.IsZero() {
		t.Fatalf("first: %v, %v (-want +got):\n%s", since, err, diff)
	}
	// A change back to what is shipped is one, too, also when its transaction was a little late.
	execute(t, url, `update trivet.projects set settings = '{}', settings_at = now() - interval '10 seconds' where project_id = (select min(project_id) from trivet.projects)`)
	execute(t, url, `update trivet.projects set settings_at = now() - interval '1 hour' where project_id = (select max(project_id) from trivet.projects)`)
	changed, next, err := db.SettingsSince(t.Context(), since)
	if diff := cmp.Diff(map[int64]project.Settings{shop.project: {}}, changed); err != nil || diff != "" || next.Before(since) {
		t.Errorf("then: %v, %v (-want +got):\n%s", next, err, diff)
	}
}
