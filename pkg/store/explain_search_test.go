package store_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/store"
)

// fillIssues makes 20,000 issues of 25 projects, 6,000 of the first, whose project is $1; each of one fingerprint, with 18
// words of a few thousand and values of 200 releases, 12 browsers and 400 addresses.
var fillIssues = []string{
	`insert into projects (project_id, organization_id, slug, name) overriding system value
		select 900 + n, organization_id, 'p' || n, 'P' from projects, generate_series(1, 24) n where project_id = $1`,
	`insert into issues (project_id, issue_id, events, users, first_seen, last_seen, level, status, title, type, culprit, first_release, last_release)
		select case when i <= 6000 then $1::bigint else 901 + i % 24 end, md5(i::text)::uuid, 1 + i * 7919 % 1000, i * 7919 % 300,
			now() - i * interval '3 minutes', now() - i % 977 * interval '1 minute', 10 * (1 + i % 5),
			case i % 7 when 0 then 'resolved' when 1 then 'ignored' else 'unresolved' end, 'TypeError: ' || i, 'Type' || i % 50, 'f' || i % 300, 'web@' || i % 200, 'web@' || i % 200
		from generate_series(1, 20000) i`,
	`insert into issue_fingerprints (project_id, fingerprint, issue_id, version) select project_id, issue_id, issue_id, 1 from issues where $1::bigint > 0`,
	`insert into issue_texts (project_id, fingerprint, text) select project_id, issue_id, 'typeerror: reading ' || md5(issue_id::text) || E'\n' || culprit from issues where $1::bigint > 0`,
	`create temporary table seen as
		select distinct project_id, kind, word, issue_id as fingerprint
		from (select *, row_number() over (order by issue_id) as n from issues where $1::bigint > 0) i
		cross join lateral (
			select 1 + k % 3 as kind, 'w' || (n * 31 + k * k * 17) % (case when k < 6 then 20 else 4000 end) as word from generate_series(1, 18) k
			union all values (4, 'web@' || n % 200), (4, 'web@' || (n + 1) % 200), (5, 'production'), (6, 'Chrome ' || 130 + n % 12), (7, 'Windows'),
				(8, 'https://shop.example/' || n % 400 || '/page'), (9, 'plan=' || n % 3), (9, 'customer=' || n % 2000)
		) words`,
	insertWords, insertSeen,
	`insert into issue_users (project_id, fingerprint, user_hash) select project_id, issue_id, n * 1000 + k from (select *, row_number() over () as n from issues where $1::bigint > 0) i, generate_series(1, 3) k`,
}

// insertWords and insertSeen make words of a table of what was seen with fingerprints.
const (
	insertWords = `insert into words (project_id, word_id, day, kind, word)
		select distinct project_id, word_number(project_id, kind, word), current_date, kind, word from seen where $1::bigint > 0`
	insertSeen = `insert into issue_words (project_id, fingerprint, words)
		select project_id, fingerprint, array_agg(word_number(project_id, kind, word)) from seen where $1::bigint > 0 group by 1, 2`
)

// explained runs a statement as the read side does and returns its plan and how many pages it has read.
func explained(t *testing.T, tx pgx.Tx, sql string, args []any) (plan string, pages int) {
	t.Helper()
	args = append([]any{pgx.QueryExecModeCacheDescribe}, args...)
	rows, err := tx.Query(t.Context(), "explain (analyze, buffers, costs off, timing off, summary off) "+sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("explain %s: %v", sql, err)
	}
	plan = strings.Join(lines, "\n")
	if m := buffers.FindStringSubmatch(plan); m != nil { // the first is that of all
		for _, n := range m[1:] {
			more, _ := strconv.Atoi(n)
			pages += more
		}
	}
	return plan, pages
}

var (
	buffers = regexp.MustCompile(`Buffers: shared (?:hit=(\d+))?(?: ?read=(\d+))?`)
	scanned = regexp.MustCompile(`Seq Scan on (events|issue|release)`)
)

func TestSearchesReadIndexes(t *testing.T) {
	t.Parallel()
	tx, s := asQuery(t, fillIssues...)
	type list struct {
		name string
		f    store.IssueFilter
	}
	var lists []list
	for _, sort := range []string{"last_seen", "first_seen", "events", "users"} {
		for _, project := range []int64{s.project, 0} {
			lists = append(lists, list{fmt.Sprintf("sorted by %s, project %d", sort, project), store.IssueFilter{Sort: sort, Project: project}})
		}
	}
	for _, text := range []string{
		"is:unresolved", "level:>=error is:unresolved", "is:new", "assigned:none", "first-seen:>2d", "events:>100 users:>10", "w7", "w3999", "w1 w2", "-w7", `"reading"`, `"reading 00"`, "w39*", "*39*",
		"release:web@7", "release:web@*", "-release:web@7", "browser:chrome", "os:windows", "url:https://shop.example/7/page", "url:*/7/*", "url:*/nowhere*",
		"tag:customer=77", "tag:plan", "stack:w77", "crumb:w77", "stack:w77*", "user:42", "type:Type7", "culprit:f*9", "nothing", "release:none url:*x* w7",
	} {
		q, err := search.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, list{text, store.IssueFilter{Project: s.project, Query: q}}, list{"all " + text, store.IssueFilter{Query: q}})
	}
	for _, l := range lists {
		sql, args, err := l.f.Statement(50, s.project)
		if err != nil {
			t.Fatal(err)
		}
		plan, first := explained(t, tx, sql, args)
		if scanned.MatchString(plan) {
			t.Errorf("issues %s read a table from end to end:\n%s", l.name, plan)
		}
		// Half way down the list.
		if l.f.Query.Terms != nil {
			if first > 9*20_000 { // a few pages of indexes for each issue that matches, at most
				t.Errorf("issues %s read %d pages:\n%s", l.name, first, plan)
			}
			continue
		}
		var half store.Issue
		order := l.f.Sort
		at := "select issue_id, project_id, last_seen, first_seen, events, users from issues where project_id = $1 order by " + order + " desc, issue_id desc offset 3000 limit 1"
		if err := tx.QueryRow(t.Context(), at, s.project).Scan((*[16]byte)(&half.ID), &half.ProjectID, &half.LastSeen, &half.FirstSeen, &half.Events, &half.Users); err != nil {
			t.Fatal(err)
		}
		l.f.Cursor = l.f.CursorOf(half)
		if sql, args, err = l.f.Statement(50, s.project); err != nil {
			t.Fatal(err)
		}
		if plan, deep := explained(t, tx, sql, args); deep > 2*first+100 {
			t.Errorf("issues %s: a deep page reads %d pages, the first %d:\n%s", l.name, deep, first, plan)
		}
	}
}

func TestSearchesForEventsReadIndexesOfFewPartitions(t *testing.T) {
	t.Parallel()
	words := []string{
		`create temporary table seen as select project_id, (1 + n % 3)::integer as kind, w as word, fingerprint
			from (select *, row_number() over () as n from issue_fingerprints where $1::bigint > 0) f, unnest(array['common', 'rare' || n]) w`,
		insertWords, insertSeen,
		`insert into issue_texts (project_id, fingerprint, text) select project_id, fingerprint, md5(fingerprint::text) from issue_fingerprints where $1::bigint > 0`,
	}
	tx, s := asQuery(t, append([]string{fill, "/* the project is $1 */" + fillFingerprints + " where $1::bigint > 0"}, words...)...)
	issue := event.ID{0xcf, 0xcd, 0x20, 0x84, 0x95, 0xd5, 0x65, 0xef, 0x66, 0xe7, 0xdf, 0xf9, 0xf9, 0x87, 0x64, 0xda} // md5('0')
	for _, text := range []string{
		"", "type:Nothing", "type:TypeError", "release:web@2", "browser:chrome", "url:*nothing*", "tag:plan=pro", "user:42", "level:>error", "common", "rare7", "-common", `"abc"`, "stack:common", "stack:none*",
	} {
		for _, of := range []event.ID{{}, issue} {
			q, err := search.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			f := store.EventFilter{Project: s.project, Query: q, Issue: of}
			list, reach, args, reachArgs, err := f.Statements(t.Context(), tx, 51)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			for name, one := range map[string]struct {
				sql  string
				args []any
			}{"list": {list, args}, "reach": {reach, reachArgs}} {
				plan, pages := explained(t, tx, one.sql, one.args)
				if scanned.MatchString(plan) || strings.Contains(plan, "block") {
					t.Errorf("%s of events %s of %s reads a table from end to end, or blocks:\n%s", name, text, of, plan)
				}
				if pages > 8_000 {
					t.Errorf("%s of events %s of %s reads %d pages:\n%s", name, text, of, pages, plan)
				}
			}
		}
	}
}
