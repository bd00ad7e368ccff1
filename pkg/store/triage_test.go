package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// holdWriting takes the writers' lock as a worker under way does, until the func is called.
func holdWriting(t *testing.T, url string) func() {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select pg_advisory_xact_lock_shared(hashtext('trivet.write'))`); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// person adds a member and returns their number.
func (s site) person(t *testing.T, url, name string) (id int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	err = conn.QueryRow(t.Context(), `with made as (insert into trivet.users (email, name) values ($1 || '@example.org', $1) returning user_id)
		insert into trivet.members (organization_id, user_id, role) select $2, user_id, 'member' from made returning user_id`, name, s.org).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestIssuesAreChangedAndItIsWrittenDown(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	write(t, db, s.kind(1, 1, now()), s.kind(1, 2, now()), s.kind(2, 1, now()))
	ann, stranger := s.person(t, url, "ann"), other.person(t, url, "zoe")
	one, nobody := s.kindID(1), int64(0)
	later := now().Add(time.Hour)
	for _, tc := range []struct {
		name  string
		in    store.Change
		want  func(store.Issue) bool
		wrote string // kind and detail of the newest activity; empty: nothing new
	}{
		{"unresolved already", store.Change{Status: "unresolved"}, func(i store.Issue) bool { return i.Status == "unresolved" && i.ResolvedAt == nil }, ""},
		{"resolved", store.Change{Status: "resolved"}, func(i store.Issue) bool {
			return i.Status == "resolved" && i.ResolvedAt != nil && i.ResolvedRelease == nil
		}, "resolve {}"},
		{"resolved in the next release", store.Change{Status: "resolved", Resolve: &store.Resolution{NextRelease: true}}, func(i store.Issue) bool {
			return i.ResolvedRelease != nil && *i.ResolvedRelease == ""
		}, `resolve {"next_release": true}`},
		{"resolved in a release", store.Change{Status: "resolved", Resolve: &store.Resolution{Release: "web@2"}}, func(i store.Issue) bool {
			return i.ResolvedRelease != nil && *i.ResolvedRelease == "web@2"
		}, `resolve {"release": "web@2"}`},
		{"reopened", store.Change{Status: "unresolved"}, func(i store.Issue) bool {
			return i.Status == "unresolved" && i.ResolvedAt == nil && i.ResolvedRelease == nil
		}, "unresolve {}"},
		{"ignored for ever", store.Change{Status: "ignored"}, func(i store.Issue) bool {
			return i.Status == "ignored" && i.IgnoredUntil == nil && i.IgnoredEvents == nil && i.IgnoredUsers == nil
		}, "ignore {}"},
		{"ignored for so many more", store.Change{Status: "ignored", Ignore: &store.Ignorance{Events: 10, Users: 5}}, func(i store.Issue) bool {
			return *i.IgnoredEvents == 12 && *i.IgnoredUsers == 7 && i.IgnoredUntil == nil
		}, `ignore {"users": 5, "events": 10}`},
		{"ignored until a time", store.Change{Status: "ignored", Ignore: &store.Ignorance{Until: &later}}, func(i store.Issue) bool {
			return i.IgnoredUntil.Equal(later) && i.IgnoredEvents == nil
		}, `ignore {"until": "` + later.Format(time.RFC3339Nano) + `"}`},
		{"assigned", store.Change{Assignee: &ann}, func(i store.Issue) bool { return *i.AssigneeID == ann && i.Status == "ignored" }, `assign {"name": "ann", "assignee": ` + store.FormatID(ann) + `}`},
		{"assigned again", store.Change{Assignee: &ann}, func(i store.Issue) bool { return *i.AssigneeID == ann }, ""},
		{"given to nobody", store.Change{Assignee: &nobody}, func(i store.Issue) bool { return i.AssigneeID == nil }, `assign {"name": "", "assignee": 0}`},
	} {
		before := newest(t, db, s, one)
		got, err := db.ChangeIssues(t.Context(), s.org, s.project, tester, []event.ID{one, one}, tc.in)
		if err != nil || len(got) != 1 || got[0].ID != one || !tc.want(got[0]) {
			t.Errorf("%s: %+v, %v", tc.name, got, err)
		}
		after := newest(t, db, s, one)
		switch {
		case tc.wrote == "" && after.ID != before.ID:
			t.Errorf("%s: wrote down %s %s", tc.name, after.Kind, after.Detail)
		case tc.wrote != "" && (after.ID == before.ID || after.Kind+" "+string(after.Detail) != tc.wrote || after.Actor.Name != "tests"):
			t.Errorf("%s: wrote down %s %s, want %s", tc.name, after.Kind, after.Detail, tc.wrote)
		}
	}
	var none int64 = -1
	past := now().Add(-time.Hour)
	for name, tc := range map[string]struct{ got, want error }{
		"nothing":                     {change(t, db, s, store.Change{}, one), store.ErrInvalid},
		"no status":                   {change(t, db, s, store.Change{Status: "done"}, one), store.ErrInvalid},
		"no issue":                    {change(t, db, s, store.Change{Status: "resolved"}), store.ErrInvalid},
		"too many":                    {change(t, db, s, store.Change{Status: "resolved"}, manyIDs(101)...), store.ErrInvalid},
		"an ignorance of the solved":  {change(t, db, s, store.Change{Status: "resolved", Ignore: &store.Ignorance{}}, one), store.ErrInvalid},
		"a release of the ignored":    {change(t, db, s, store.Change{Status: "ignored", Resolve: &store.Resolution{}}, one), store.ErrInvalid},
		"two releases":                {change(t, db, s, store.Change{Status: "resolved", Resolve: &store.Resolution{NextRelease: true, Release: "a"}}, one), store.ErrInvalid},
		"a release with a NUL":        {change(t, db, s, store.Change{Status: "resolved", Resolve: &store.Resolution{Release: "\x00"}}, one), store.ErrInvalid},
		"a long release":              {change(t, db, s, store.Change{Status: "resolved", Resolve: &store.Resolution{Release: strings.Repeat("a", 201)}}, one), store.ErrInvalid},
		"until the past":              {change(t, db, s, store.Change{Status: "ignored", Ignore: &store.Ignorance{Until: &past}}, one), store.ErrInvalid},
		"fewer events":                {change(t, db, s, store.Change{Status: "ignored", Ignore: &store.Ignorance{Events: -1}}, one), store.ErrInvalid},
		"a stranger":                  {change(t, db, s, store.Change{Assignee: &stranger}, one), store.ErrInvalid},
		"nobody's number":             {change(t, db, s, store.Change{Assignee: &none}, one), store.ErrInvalid},
		"one that is not there":       {change(t, db, s, store.Change{Status: "resolved"}, s.kindID(2), s.kindID(9)), store.ErrNotFound},
		"another organization's":      {change(t, db, site{other.org, s.project}, store.Change{Status: "resolved"}, one), store.ErrNotFound},
		"another project of somebody": {change(t, db, other, store.Change{Status: "resolved"}, one), store.ErrNotFound},
	} {
		if !errors.Is(tc.got, tc.want) {
			t.Errorf("%s: got %v, want %v", name, tc.got, tc.want)
		}
	}
	var resolved int
	queryRow(t, url, `select count(*) from trivet.issues where status = 'resolved'`, &resolved)
	if resolved != 0 {
		t.Errorf("%d issues were changed by what was refused", resolved)
	}
}

// newest is what was written down last of an issue.
func newest(t *testing.T, db *store.Store, s site, issue event.ID) store.Activity {
	t.Helper()
	all, _, err := db.Activities(t.Context(), s.org, s.project, issue, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return store.Activity{}
	}
	return all[0]
}

func TestCommentsAreListedAndTakenBackByWhoWroteThem(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	write(t, db, s.kind(1, 1, now()), s.kind(2, 1, now()))
	ctx, one := t.Context(), s.kindID(1)
	var made []store.Activity
	for _, text := range []string{"first", "<b>second</b>", strings.Repeat("é", store.MaxComment/2)} {
		a, err := db.Comment(ctx, s.org, s.project, tester, one, text)
		var detail struct{ Text string }
		if err != nil || a.Kind != "comment" || a.Actor.Kind != tester.Kind || json.Unmarshal(a.Detail, &detail) != nil || detail.Text != text {
			t.Fatalf("got %+v, %v", a, err)
		}
		made = append(made, a)
	}
	for name, text := range map[string]string{"nothing": "", "spaces": " \n", "too much": strings.Repeat("a", store.MaxComment+1), "a NUL": "a\x00", "bad UTF-8": "\xff"} {
		if _, err := db.Comment(ctx, s.org, s.project, tester, one, text); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := db.Comment(ctx, s.org, s.project, tester, s.kindID(9), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("at nothing: %v", err)
	}
	if _, err := db.Comment(ctx, other.org, s.project, tester, one, "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("at another's: %v", err)
	}
	var listed []event.ID
	for cursor := ""; ; {
		page, next, err := db.Activities(ctx, s.org, s.project, one, 2, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page {
			listed = append(listed, a.ID)
		}
		if cursor = next; next == "" {
			break
		}
	}
	if len(listed) != 3 || listed[0] != made[2].ID || listed[2] != made[0].ID {
		t.Errorf("listed %v", listed)
	}
	somebody := tester
	somebody.ID = "other"
	for name, err := range map[string]error{
		"of somebody else":     db.DeleteComment(ctx, s.org, s.project, somebody, made[0].ID),
		"of another":           db.DeleteComment(ctx, other.org, s.project, tester, made[0].ID),
		"that is not there":    db.DeleteComment(ctx, s.org, s.project, tester, one),
		"of another's project": db.DeleteComment(ctx, s.org, other.project, tester, made[0].ID),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a comment %s: %v", name, err)
		}
	}
	if err := db.DeleteComment(ctx, s.org, s.project, tester, made[0].ID); err != nil {
		t.Error(err)
	}
	if _, err := db.ChangeIssues(ctx, s.org, s.project, tester, []event.ID{one}, store.Change{Status: "resolved"}); err != nil {
		t.Fatal(err)
	}
	if err := db.DeleteComment(ctx, s.org, s.project, tester, newest(t, db, s, one).ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what is no comment: %v", err)
	}
	if _, _, err := db.Activities(ctx, s.org, s.project, s.kindID(9), 0, ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of nothing: %v", err)
	}
	// What is merged is told of with what it was merged into.
	if _, err := db.MergeIssues(ctx, s.org, s.project, tester, s.kindID(2), []event.ID{one}); err != nil {
		t.Fatal(err)
	}
	if all, _, err := db.Activities(ctx, s.org, s.project, s.kindID(2), 0, ""); err != nil || len(all) != 5 {
		t.Errorf("%d after merging, want 2 comments, resolve and both sides of merge; %v", len(all), err)
	}
}
