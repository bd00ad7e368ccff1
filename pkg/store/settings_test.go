package store_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
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

func TestEveryWorkerHasTheSameSaltOfADay(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	today := event.DayOf(time.Now())
	got := make([][]byte, 8)
	var group sync.WaitGroup
	for i := range got {
		group.Go(func() {
			salt, err := db.Salt(t.Context(), today)
			if err != nil {
				t.Error(err)
			}
			got[i] = salt
		})
	}
	group.Wait()
	for i := range got {
		if len(got[i]) != 32 || !bytes.Equal(got[i], got[0]) {
			t.Errorf("salt %d is another one", i)
		}
	}
	if tomorrow, err := db.Salt(t.Context(), today+1); err != nil || bytes.Equal(tomorrow, got[0]) {
		t.Errorf("that of the next day is the same, or %v", err)
	}
}
