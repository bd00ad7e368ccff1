package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
)

// An IssueFilter says which issues a list is about. Zero values ask for everything. From and To are of the
// last event; To is exclusive.
type IssueFilter struct {
	Project      int64        // 0: all of the organization
	Query        search.Query // beside the members below
	Me           int64        // the person that "me" stands for; 0 for nobody
	From, To     time.Time
	Level        event.Level
	Status       string // unresolved, resolved, ignored
	Type         string
	FirstRelease string
	LastRelease  string
	Sort         string // last_seen (also when empty), first_seen, events or users: highest first
	Limit        int    // 0 is DefaultLimit
	Cursor       string // "" is the first page
}

// name leaves the times out: a page's last hour moves on while somebody reads, and no row stands elsewhere by that.
func (f IssueFilter) name() list {
	asked := f.Query.String()
	f.Limit, f.Cursor, f.Query, f.From, f.To = 0, "", search.Query{}, time.Time{}, time.Time{}
	return newList("issues "+asked, f)
}

//go:embed sql/issues.sql
var issuesSQL string

//go:embed sql/organization_issues.sql
var organizationIssuesSQL string

// issueOrder is one way to sort issues: by which column, and where in it an issue stands.
type issueOrder struct {
	column string
	key    func(Issue) int64
	end    func(position) any // what the statement compares the key with
}

func asTime(p position) any  { return p.time() }
func asCount(p position) any { return p.key }

// issueOrders are all orders; each has an index.
var issueOrders = map[string]issueOrder{
	"last_seen":  {"last_seen", func(i Issue) int64 { return i.LastSeen.UnixMicro() }, asTime},
	"first_seen": {"first_seen", func(i Issue) int64 { return i.FirstSeen.UnixMicro() }, asTime},
	"events":     {"events", func(i Issue) int64 { return i.Events }, asCount},
	"users":      {"users", func(i Issue) int64 { return i.Users }, asCount},
}

// statement is one that lists by last_seen, in this order.
func (o issueOrder) statement(sql string) string {
	if o.column == "last_seen" {
		return sql
	}
	sql = strings.ReplaceAll(sql, "i.last_seen /*key*/", "i."+o.column)
	if o.column == "first_seen" {
		return sql
	}
	return strings.Replace(sql, "::timestamptz, ", "::bigint, ", 1)
}

// Issues lists issues, with the cursor of the next page, "" after the last; none that is merged into another. An issue
// whose sort key moves while somebody turns pages may come twice or not at all: it is at the top by then. Every order reads
// an index. The error is ErrInvalid (a *search.Error where the query is wrong), ErrNotFound (of the project), ErrTimeout or
// ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Issues(ctx context.Context, organization int64, f IssueFilter) (issues []Issue, next string, err error) {
	limit, err := checkLimit(f.Limit)
	if err != nil {
		return nil, "", fmt.Errorf("list issues: %w", err)
	}
	issues, next, err = s.issues(ctx, organization, f, limit)
	return issues, next, wrap("list issues", err)
}

func (s *Store) issues(ctx context.Context, organization int64, f IssueFilter, limit int) (issues []Issue, next string, err error) {
	if f.Sort == "" {
		f.Sort = "last_seen"
	}
	projects, err := s.asked(ctx, organization, f)
	if err != nil {
		return nil, "", err
	}
	order, sql, args, err := f.statement(limit, projects)
	if err != nil {
		return nil, "", err
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, modal(args)...)
		if err != nil {
			return err
		}
		if issues, err = pgx.CollectRows(rows, scanIssue); err != nil || len(issues) > 0 || f.Project == 0 {
			return err
		}
		return visible(ctx, tx, f.Project)
	})
	if err != nil {
		return nil, "", err
	}
	issues, next = page(f.name(), issues, limit, func(last Issue) position { return f.position(order, last) })
	return issues, next, nil
}

// position is where an issue stands in the list.
func (f IssueFilter) position(order issueOrder, i Issue) position {
	p := position{key: order.key(i), id: i.ID}
	if f.Project == 0 {
		p.project = i.ProjectID
	}
	return p
}

// asked are the projects that the filter is about, where it must know them: visitors have another hash in each.
func (s *Store) asked(ctx context.Context, organization int64, f IssueFilter) (projects []int64, err error) {
	if f.Project != 0 || !slices.ContainsFunc(f.Query.Terms, func(t search.Term) bool { return t.Field == search.User }) {
		return []int64{f.Project}, nil
	}
	own, err := s.OwnProjects(ctx, organization, 0)
	for _, p := range own {
		projects = append(projects, p.ID)
	}
	return projects, err
}

func (f IssueFilter) statement(limit int, projects []int64) (order issueOrder, sql string, args []any, err error) {
	order, ok := issueOrders[f.Sort]
	if !ok {
		return order, "", nil, invalid("sort", "last_seen, first_seen, events or users")
	}
	if f.Status != "" && f.Status != "unresolved" && f.Status != "resolved" && f.Status != "ignored" {
		return order, "", nil, invalid("status", "unresolved, resolved or ignored")
	}
	w, err := newWindow(f.From, f.To, 0)
	if err != nil {
		return order, "", nil, err
	}
	end, err := f.name().position(f.Cursor, lastTime)
	if err != nil {
		return order, "", nil, err
	}
	sql, args = issuesSQL, []any{f.Project, w.from, w.to, order.end(end), [16]byte(end.id), limit + 1}
	if f.Project == 0 {
		sql, args = organizationIssuesSQL, []any{w.from, w.to, order.end(end), [16]byte(end.id), end.project, limit + 1}
	}
	c := &conditions{args: args, project: f.Project, me: f.Me, now: time.Now().UTC()}
	c.addIssue(f, projects)
	return order, strings.Replace(order.statement(sql), "/*terms*/", c.take(), 1), c.args, c.err
}
