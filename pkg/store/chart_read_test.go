package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

func TestSeriesAreOfOneFieldOrOfAll(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "acme")
	from := now().Truncate(24 * time.Hour).Add(-48 * time.Hour)
	execute(t, url, `delete from trivet.project_minutes; delete from trivet.field_counts;
		insert into trivet.project_minutes (project_id, minute, events) select project_id, m.minute, m.events from trivet.projects,
			(values ('`+from.Format(time.RFC3339)+`'::timestamptz, 3), ('`+from.Add(90*time.Minute).Format(time.RFC3339)+`', 4), ('`+from.Add(25*time.Hour).Format(time.RFC3339)+`', 5)) m (minute, events)`)
	for _, row := range []string{
		`0, array[4,4,1]::smallint[], array['Chrome 1','Firefox 2','error'], array[2,1,3]::bigint[]`,
		`0, array[4,4]::smallint[], array['Firefox 2',''], array[3,1]::bigint[]`,
		`1, array[4,1]::smallint[], array['*','fatal'], array[7,4]::bigint[]`,
		`25, array[4]::smallint[], array['Chrome 1'], array[1]::bigint[]`,
	} {
		execute(t, url, `insert into trivet.field_counts (project_id, hour, fields, texts, counts)
			select project_id, '`+from.Format(time.RFC3339)+`'::timestamptz + f.h * interval '1 hour', f.fields, f.texts, f.counts from trivet.projects, (values (`+row+`)) f (h, fields, texts, counts)`)
	}
	series := func(by, step string, hours int) []store.SeriesGroup {
		t.Helper()
		got, err := db.Series(t.Context(), s.org, store.SeriesFilter{Project: s.project, From: from.Add(time.Minute), To: from.Add(time.Duration(hours)*time.Hour - time.Minute), By: by, Step: step})
		if err != nil || !got.From.Equal(from) || got.By != by {
			t.Fatalf("%+v, %v", got, err)
		}
		return got.Groups
	}
	for _, tc := range []struct {
		name  string
		got   []store.SeriesGroup
		wants []store.SeriesGroup
	}{
		{"all by hour", series("", "hour", 3), []store.SeriesGroup{{Events: 7, Points: []int64{3, 4, 0}}}},
		{"all by day", series("", "day", 48), []store.SeriesGroup{{Events: 12, Points: []int64{7, 5}}}},
		{"browsers by hour", series("browser", "hour", 2), []store.SeriesGroup{
			{Value: "Firefox 2", Events: 4, Points: []int64{4, 0}},
			{Value: "Chrome 1", Events: 2, Points: []int64{2, 0}},
			{Value: "", Events: 1, Points: []int64{1, 0}},
			{Value: "*", Events: 7, Points: []int64{0, 7}},
		}},
		{"levels by day", series("level", "day", 48), []store.SeriesGroup{
			{Value: "fatal", Events: 4, Points: []int64{4, 0}}, {Value: "error", Events: 3, Points: []int64{3, 0}},
		}},
		{"what nothing has", series("protocol", "day", 48), []store.SeriesGroup{}},
	} {
		if diff := cmp.Diff(tc.wants, tc.got); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
	execute(t, url, `insert into trivet.field_counts (project_id, hour, fields, texts, counts)
		select project_id, '`+from.Format(time.RFC3339)+`', array_agg(2::smallint), array_agg('r' || lpad(i::text, 2, '0')), array_agg(i::bigint) from trivet.projects, generate_series(1, 30) i group by 1`)
	if many := series("release", "hour", 1); len(many) != 21 || many[0].Value != "r30" || many[19].Value != "r11" || many[20].Value != "*" || many[20].Events != 55 {
		t.Errorf("%d groups: %+v", len(many), many)
	}
}

func TestUsersAreCountedByDay(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "acme")
	execute(t, url, `delete from trivet.project_users;
		insert into trivet.project_users (project_id, day, hashes) select project_id, current_date - d, array[0, u] from trivet.projects, generate_series(0, 2) d, generate_series(0, d) u;
		insert into trivet.project_users (project_id, day, users, hashes) select project_id, current_date - 4, 2, '{1,2}' from trivet.projects`)
	got, err := db.UserDays(t.Context(), s.org, s.project, time.Time{}, time.Time{})
	if err != nil || len(got) < 14 {
		t.Fatalf("%+v, %v", got, err)
	}
	today := slices.IndexFunc(got, func(c store.DayCount) bool { return c.Day == event.DayOf(now()) })
	if got[today].Users != 1 || got[today-1].Users != 2 || got[today-2].Users != 3 || got[today-3].Users != 0 || got[today-4].Users != 2 {
		t.Errorf("%+v", got)
	}
}

func TestSmallChartsAreOfEachIssueInItsProject(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	from := now().Truncate(time.Hour).Add(-4 * time.Hour)
	a, b := s.kind(1, 1, from.Add(time.Minute)), s.kind(2, 1, from.Add(3*time.Hour))
	foreign := other.kind(1, 1, from)
	foreign.Fingerprint = a.Fingerprint // one error in two projects
	write(t, db, a, b, s.kind(2, 1, from.Add(-time.Hour)))
	write(t, db, foreign)
	if _, err := db.MergeIssues(t.Context(), s.org, s.project, tester, a.Fingerprint, []event.ID{b.Fingerprint}); err != nil {
		t.Fatal(err)
	}
	asked := []store.Issue{{ID: b.Fingerprint, ProjectID: s.project}, {ID: a.Fingerprint, ProjectID: s.project}, {ID: a.Fingerprint, ProjectID: other.project}}
	got, err := db.Sparks(t.Context(), s.org, asked, from, from.Add(4*time.Hour), 2)
	if diff := cmp.Diff([][]int64{{0, 0}, {1, 1}, {0, 0}}, got); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
	got, err = db.Sparks(t.Context(), other.org, asked, from, from.Add(4*time.Hour), 4)
	if diff := cmp.Diff([][]int64{{0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}}, got); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
	if got, err := db.Sparks(t.Context(), s.org, nil, from, from.Add(time.Hour), 4); err != nil || len(got) != 0 {
		t.Errorf("of nothing: %v, %v", got, err)
	}
}

func TestValuesOfTheLatestEventsAreCounted(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "acme")
	at := now().Add(-time.Hour)
	var rows []store.Row
	for i := range 12 {
		rows = append(rows, s.row(at.Add(time.Duration(i)*time.Second), func(e *event.Event) {
			e.Type, e.Browser = fmt.Sprint("Kind", i%2), []string{"Chrome 1", "Firefox 2", ""}[i%3]
			e.Release = fmt.Sprint("web@", i)
		}))
	}
	write(t, db, rows...)
	execute(t, url, `update trivet.events set tags = array['plan=pro', 'variant=' || release] where browser = 'Chrome 1'; update trivet.events set tags = array['plan=free=1'] where browser = ''`)
	got, err := db.Facets(t.Context(), s.org, store.FacetFilter{Project: s.project, Limit: 2})
	if err != nil || got.Events != 12 || got.More {
		t.Fatalf("%+v, %v", got, err)
	}
	var names []string
	for _, f := range got.Facets {
		names = append(names, f.Field)
	}
	if diff := cmp.Diff([]string{"release", "environment", "browser", "os", "url", "level", "tag:plan", "tag:variant"}, names); diff != "" {
		t.Errorf("unasked: %s", diff)
	}
	for i, want := range map[int]store.Facet{
		0: {Field: "release", Values: []store.FacetValue{{Value: "web@0", Events: 1}, {Value: "web@1", Events: 1}}, Other: 10},
		2: {Field: "browser", Values: []store.FacetValue{{Value: "", Events: 4}, {Value: "Chrome 1", Events: 4}}, Other: 4},
		5: {Field: "level", Values: []store.FacetValue{{Value: "error", Events: 12}}},
		6: {Field: "tag:plan", Values: []store.FacetValue{{Value: "free=1", Events: 4}, {Value: "pro", Events: 4}}},
	} {
		if diff := cmp.Diff(want, got.Facets[i]); diff != "" {
			t.Errorf("%s: %s", want.Field, diff)
		}
	}
	got, err = db.Facets(t.Context(), s.org, store.FacetFilter{Project: s.project, Issue: event.NamedID(s.project, "Kind0"), Fields: []string{"tag:variant", "type", "tag:none"}, From: at.Add(4 * time.Second)})
	want := store.Facets{Events: 4, Facets: []store.Facet{
		{Field: "tag:variant", Values: []store.FacetValue{{Value: "web@6", Events: 1}}},
		{Field: "type", Values: []store.FacetValue{{Value: "Kind0", Events: 4}}},
		{Field: "tag:none", Values: []store.FacetValue{}},
	}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("of one issue: %s, %v", diff, err)
	}
	execute(t, url, `insert into trivet.events (event_id, project_id, fingerprint, received_at, occurred_at, block_id, day, block_start, block_length,
			level, protocol, type, message, culprit, release, environment, browser, os, url)
		select gen_random_uuid(), project_id, fingerprint, received_at, received_at, 1, day, 0, 1, 40, 1, '', '', '', 'many', '', '', '', '' from trivet.events, generate_series(1, 100)`)
	if got, err = db.Facets(t.Context(), s.org, store.FacetFilter{Project: s.project, Fields: []string{"release"}}); err != nil || got.Events != 1000 || !got.More || sumOf(got.Facets[0]) != 1000 {
		t.Errorf("of many: %+v, %v", got, err)
	}
}

func sumOf(f store.Facet) int64 {
	n := f.Other
	for _, v := range f.Values {
		n += v.Events
	}
	return n
}

func TestProjectsAreSeenAtAGlance(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	second, err := db.CreateProject(t.Context(), store.Project{OrganizationID: s.org, Slug: "second"})
	if err != nil {
		t.Fatal(err)
	}
	last := now().Add(-time.Minute)
	write(t, db, s.kind(1, 1, last), s.kind(2, 1, last.Add(-30*time.Hour)), s.kind(3, 1, last), s.kind(4, 1, last))
	write(t, db, other.kind(1, 1, last))
	if err := change(t, db, s, store.Change{Status: "resolved"}, s.kindID(3)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.MergeIssues(t.Context(), s.org, s.project, tester, s.kindID(1), []event.ID{s.kindID(4)}); err != nil {
		t.Fatal(err)
	}
	execute(t, url, `update trivet.projects set rate = 7, retention_days = 30 where slug = 'second'`)
	all, err := db.Overview(t.Context(), s.org, 0)
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	one, two := all[0], all[1]
	var sum int64
	for _, n := range one.Hours {
		sum += n
	}
	if one.ID != s.project || one.Open != 2 || one.New != 2 || sum != 3 || len(one.Hours) != 24 || !one.LastEvent.Equal(last) {
		t.Errorf("one in use: %+v", one)
	}
	if two.ID != second.ID || two.Slug != "second" || *two.Rate != 7 || *two.RetentionDays != 30 || two.Open != 0 || two.LastEvent != nil || len(two.Hours) != 24 {
		t.Errorf("one that is new: %+v", two)
	}
	if just, err := db.Overview(t.Context(), s.org, second.ID); err != nil || len(just) != 1 || just[0].ID != second.ID {
		t.Errorf("one alone: %+v, %v", just, err)
	}
	if none, err := db.Overview(t.Context(), s.org, other.project); err != nil || len(none) != 0 {
		t.Errorf("another's: %+v, %v", none, err)
	}
}

func TestReleasesAreListedWithWhatTheyBrought(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "acme")
	write(t, db, s.kind(1, 1, now()), s.kind(2, 1, now()), s.kind(3, 1, now()))
	if _, err := db.MergeIssues(t.Context(), s.org, s.project, tester, s.kindID(1), []event.ID{s.kindID(2)}); err != nil {
		t.Fatal(err)
	}
	execute(t, url, `delete from trivet.releases; delete from trivet.field_counts;
		insert into trivet.releases (project_id, release, first_seen)
			select project_id, 'web@' || n, date_trunc('minute', now()) - (n / 3) * interval '1 hour' from trivet.projects, generate_series(1, 11) n;
		insert into trivet.field_counts (project_id, hour, fields, texts, counts)
			select project_id, date_trunc('hour', now()) - n * interval '1 day', array[2, 2, 3], array['web@1', 'web@2', 'web@1'], array[n, 1, 100] from trivet.projects, generate_series(1, 20) n`)
	seen := map[string]store.Release{}
	before := now().Add(time.Hour)
	for cursor := ""; ; {
		page, next, err := db.Releases(t.Context(), s.org, s.project, now().AddDate(0, 0, -3), now(), 2, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			if _, twice := seen[r.Release]; twice || r.FirstSeen.After(before) {
				t.Errorf("%s is listed twice or out of order", r.Release)
			}
			seen[r.Release], before = r, r.FirstSeen
		}
		if cursor = next; next == "" {
			break
		}
	}
	if one := seen["web@1"]; len(seen) != 11 || one.Events != 1+2+3 || one.NewIssues != 2 || seen["web@2"].Events != 3 || seen["web@3"].Events != 0 {
		t.Errorf("%+v", seen)
	}
}

func TestFiguresOfNothingAndOfOthers(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	ctx, none, year := t.Context(), time.Time{}, now().AddDate(-1, 0, 0)
	figures := func(org int64, f store.SeriesFilter, facets store.FacetFilter, limit, points int) map[string]error {
		f.Project, facets.Project = s.project, s.project
		errs := map[string]error{}
		_, errs["series"] = db.Series(ctx, org, f)
		_, errs["users"] = db.UserDays(ctx, org, s.project, f.From, f.To)
		_, errs["facets"] = db.Facets(ctx, org, facets)
		_, _, errs["releases"] = db.Releases(ctx, org, s.project, f.From, f.To, limit, "")
		_, errs["sparks"] = db.Sparks(ctx, org, []store.Issue{{ProjectID: s.project}}, f.From, f.To, points)
		return errs
	}
	hour := store.SeriesFilter{Step: "hour"}
	for name, err := range figures(s.org, hour, store.FacetFilter{}, 0, 1) {
		if err != nil {
			t.Errorf("%s of nothing: %v", name, err)
		}
	}
	for name, err := range figures(other.org, hour, store.FacetFilter{}, 0, 1) {
		if name != "sparks" && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s of another: %v", name, err)
		}
	}
	for name, err := range figures(s.org, store.SeriesFilter{Step: "hour", From: now(), To: year}, store.FacetFilter{From: now(), To: year}, 0, 1) {
		if !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s backwards: %v", name, err)
		}
	}
	for name, err := range figures(s.org, store.SeriesFilter{Step: "hour", By: "url", From: none}, store.FacetFilter{Fields: []string{"secret"}}, 101, 201) {
		if name != "users" && !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s with a wrong word: %v", name, err)
		}
	}
	for name, err := range figures(s.org, store.SeriesFilter{Step: "hour", From: year}, store.FacetFilter{Fields: []string{"tag:"}, Limit: -1}, -1, 0) {
		if name != "users" && !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s of too much: %v", name, err)
		}
	}
}
