package pages

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// bulkChanges are what the buttons of a list do. Assigning names a person instead: assign_NUMBER.
var bulkChanges = map[string]func() store.Change{
	"resolve": func() store.Change { return store.Change{Status: "resolved"} },
	"resolve_next": func() store.Change {
		return store.Change{Status: "resolved", Resolve: &store.Resolution{NextRelease: true}}
	},
	"reopen":      func() store.Change { return store.Change{Status: "unresolved"} },
	"ignore":      func() store.Change { return store.Change{Status: "ignored"} },
	"ignore_hour": func() store.Change { return ignoreFor(time.Hour) },
	"ignore_day":  func() store.Change { return ignoreFor(day) },
	"ignore_week": func() store.Change { return ignoreFor(7 * day) },
	"ignore_100": func() store.Change {
		return store.Change{Status: "ignored", Ignore: &store.Ignorance{Events: 100}}
	},
	"ignore_10_users": func() store.Change {
		return store.Change{Status: "ignored", Ignore: &store.Ignorance{Users: 10}}
	},
}

func ignoreFor(d time.Duration) store.Change {
	until := time.Now().UTC().Add(d)
	return store.Change{Status: "ignored", Ignore: &store.Ignorance{Until: &until}}
}

// changeIssues does with the chosen issues of a list what its button says, and goes back to the list. Issues of several
// projects are changed project by project.
func (p *Pages) changeIssues(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	do, back, keys := form.Text("do"), form.Text("back"), form.All("issue")
	if err := form.Done(); err != nil {
		return err
	}
	path := strings.TrimSuffix(r.HTTP.Request().URL.Path, "/bulk")
	if len(keys) == 0 {
		return r.To(backTo(path, back, "none_chosen"))
	}
	projects, ids, err := parseIssueKeys(r, keys)
	if err != nil {
		return err
	}
	if do == "merge" {
		return p.mergeIssues(r, backTo(path, back, "issues_merged"), backTo(path, back, "merge_two"), projects, ids)
	}
	change, err := parseBulkChange(do)
	if err != nil {
		return err
	}
	for _, project := range projects {
		if _, err := p.DB.ChangeIssues(r.HTTP.Request().Context(), r.Org(), project, r.Viewer.Actor(), ids[project], change); err != nil {
			return err
		}
	}
	return r.To(backTo(path, back, "issues_changed"))
}

// mergeIssues makes one issue of the chosen ones: the one that was seen first.
func (p *Pages) mergeIssues(r *Request, done, not string, projects []int64, ids map[int64][]event.ID) error {
	if len(projects) != 1 || len(ids[projects[0]]) < 2 {
		return r.To(not)
	}
	ctx, project := r.HTTP.Request().Context(), projects[0]
	var into store.Issue
	for _, id := range ids[project] {
		issue, err := p.DB.Issue(ctx, r.Org(), project, id)
		if err != nil {
			return err
		}
		if into.ID.IsZero() || issue.FirstSeen.Before(into.FirstSeen) {
			into = issue
		}
	}
	var others []event.ID
	for _, id := range ids[project] {
		if id != into.ID {
			others = append(others, id)
		}
	}
	if _, err := p.DB.MergeIssues(ctx, r.Org(), project, r.Viewer.Actor(), into.ID, others); err != nil {
		return err
	}
	return r.To(done)
}

func parseBulkChange(do string) (store.Change, error) {
	if change, ok := bulkChanges[do]; ok {
		return change(), nil
	}
	text, ok := strings.CutPrefix(do, "assign_")
	person, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || person < 0 {
		return store.Change{}, web.WrongParam("do", "what a button of the page says")
	}
	return store.Change{Assignee: &person}, nil
}

// parseIssueKeys reads which issues were chosen, by project in the order in which they came. A page of one project, and
// who may see one alone, names no other's.
func parseIssueKeys(r *Request, keys []string) (projects []int64, ids map[int64][]event.ID, err error) {
	ids = map[int64][]event.ID{}
	if len(keys) > store.MaxLimit {
		return nil, nil, web.WrongParam("issue", "at most "+strconv.Itoa(store.MaxLimit)+" of them")
	}
	for _, key := range keys {
		left, right, _ := strings.Cut(key, ".")
		project, err := strconv.ParseInt(left, 10, 64)
		if err != nil {
			return nil, nil, web.WrongParam("issue", "a project's number, a dot and an issue's id")
		}
		id, err := event.ParseID(right)
		if err != nil {
			return nil, nil, web.WrongParam("issue", "a project's number, a dot and an issue's id")
		}
		if r.Project != nil && project != r.Project.ID || r.Viewer.Project != 0 && project != r.Viewer.Project {
			return nil, nil, store.ErrNotFound
		}
		if ids[project] == nil {
			projects = append(projects, project)
		}
		if !slices.Contains(ids[project], id) {
			ids[project] = append(ids[project], id)
		}
	}
	return projects, ids, nil
}

// backTo is the page of a list again, as it was, with a word of what was done. The path is ours: what a form sends only
// fills in parameters.
func backTo(path, query, said string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		values = url.Values{}
	}
	values.Del("cursor") // what was changed is no longer where it stood
	values.Set("said", said)
	return path + "?" + values.Encode()
}
