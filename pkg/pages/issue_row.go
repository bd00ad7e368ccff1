package pages

import (
	"context"
	"fmt"
	"time"

	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/store"
)

// An issueRow is an issue as lists show it.
type issueRow struct {
	store.Issue
	Key      string // for forms
	URL      string
	Project  string // its name, in lists of several
	Assignee string
	New      bool   // first seen within 24 hours
	Back     bool   // it was resolved, and came again
	Until    string // how long it is ignored
	Points   []int64
}

// The small charts of a list: what the shortest of its times makes worth seeing.
const (
	sparkHours = 24
	sparkDays  = 14
)

// issueRows adds to issues what their rows show, by one question for all small charts.
func (p *Pages) issueRows(ctx context.Context, r *Request, l *issueList, head *header, issues []store.Issue) ([]issueRow, error) {
	now := time.Now().UTC()
	from, to, points := now.Truncate(day).Add(-(sparkDays-1)*day), now.Truncate(day).Add(day), sparkDays
	if !l.Span.From.IsZero() && now.Sub(l.Span.From) <= day+time.Minute {
		to = now.Truncate(time.Hour).Add(time.Hour)
		from, points = to.Add(-sparkHours*time.Hour), sparkHours
	}
	sparks, err := p.DB.Sparks(ctx, r.Org(), issues, from, to, points)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, o := range head.Projects {
		names[o.ID] = o.Name
	}
	rows := make([]issueRow, len(issues))
	for i, issue := range issues {
		row := issueRow{
			Issue: issue, Key: issueKey(issue.ProjectID, issue.ID), URL: fmt.Sprintf("/projects/%d/issues/%s", issue.ProjectID, issue.ID),
			New: now.Sub(issue.FirstSeen) < day, Back: issue.Status == "unresolved" && issue.RegressedAt != nil, Until: ignoredUntil(issue),
			Points: sparks[i],
		}
		if l.All {
			row.Project = names[issue.ProjectID]
		}
		if issue.AssigneeID != nil {
			row.Assignee = head.People[*issue.AssigneeID].Name
			if row.Assignee == "" {
				row.Assignee = "somebody"
			}
		}
		if row.Points == nil {
			row.Points = make([]int64, points)
		}
		rows[i] = row
	}
	return rows, nil
}

// ignoredUntil says what ends the ignoring of an issue, in a few words; empty where it isn't ignored.
func ignoredUntil(i store.Issue) string {
	switch {
	case i.Status != "ignored":
		return ""
	case i.IgnoredUntil != nil:
		return "ignored until " + i.IgnoredUntil.UTC().Format("2 Jan 15:04 UTC")
	case i.IgnoredEvents != nil:
		return fmt.Sprintf("ignored for %s more events", number(max(0, *i.IgnoredEvents-i.Events)))
	case i.IgnoredUsers != nil:
		return fmt.Sprintf("ignored for %s more users", number(max(0, *i.IgnoredUsers-i.Users)))
	}
	return "ignored"
}

// A wrongQuery is a search that can't be read: what stands before, in and behind the place where it goes wrong.
type wrongQuery struct {
	Before, Bad, After, Problem string
	Character                   int // counted from 1
}

func newWrongQuery(text string, e *search.Error) *wrongQuery {
	from := min(max(e.At, 0), len(text))
	to := min(from+max(e.Length, 0), len(text))
	w := &wrongQuery{Before: text[:from], Bad: text[from:to], After: text[to:], Problem: e.Problem}
	w.Character = len([]rune(w.Before)) + 1
	if w.Bad == "" {
		w.Bad = " " // the end of the text, where something is missing
	}
	return w
}
