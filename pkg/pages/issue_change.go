package pages

import (
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// setState resolves, ignores or reopens an issue, as one of the buttons of its page says.
func (p *Pages) setState(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	change, done := readState(form, time.Now())
	return p.change(r, form, change, done)
}

// readState reads what a button and the fields beside it say, and the key of the words for it.
func readState(form *web.Params, now time.Time) (store.Change, string) {
	to, release := form.Text("to"), form.Text("release")
	events, users := readCount(form, "events"), readCount(form, "users")
	resolve := func(how store.Resolution) (store.Change, string) {
		return store.Change{Status: "resolved", Resolve: &how}, "resolved"
	}
	ignore := func(until store.Ignorance) (store.Change, string) {
		return store.Change{Status: "ignored", Ignore: &until}, "ignored"
	}
	in := func(d time.Duration) *time.Time {
		at := now.UTC().Add(d)
		return &at
	}
	switch to {
	case "resolve":
		return resolve(store.Resolution{})
	case "resolve-next":
		return resolve(store.Resolution{NextRelease: true})
	case "resolve-release":
		if release == "" {
			form.Wrong("release", "the name of a release")
		}
		return resolve(store.Resolution{Release: release})
	case "ignore":
		return ignore(store.Ignorance{})
	case "ignore-hour":
		return ignore(store.Ignorance{Until: in(time.Hour)})
	case "ignore-day":
		return ignore(store.Ignorance{Until: in(24 * time.Hour)})
	case "ignore-week":
		return ignore(store.Ignorance{Until: in(7 * 24 * time.Hour)})
	case "ignore-events":
		if events == 0 {
			form.Wrong("events", "a number from 1")
		}
		return ignore(store.Ignorance{Events: events})
	case "ignore-users":
		if users == 0 {
			form.Wrong("users", "a number from 1")
		}
		return ignore(store.Ignorance{Users: users})
	case "reopen":
		return store.Change{Status: "unresolved"}, "reopened"
	}
	form.Wrong("to", "one of the buttons")
	return store.Change{}, ""
}

// maxCount bounds how many events or users an issue can be ignored for.
const maxCount = 1_000_000_000

func readCount(form *web.Params, name string) int64 {
	text := form.Text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > maxCount {
		form.Wrong(name, "a number from 1 to "+number(maxCount))
	}
	return n
}

func (p *Pages) setAssignee(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	var user int64
	if text := form.Text("user"); text != "" {
		if user, err = strconv.ParseInt(text, 10, 64); err != nil || user < 0 {
			form.Wrong("user", "the number of a member")
		}
	}
	return p.change(r, form, store.Change{Assignee: &user}, "assigned")
}

// change makes one change of the issue that the path names, and goes back to it.
func (p *Pages) change(r *Request, form *web.Params, change store.Change, done string) error {
	id, err := formDone(r, form)
	if err != nil {
		return err
	}
	if _, err := p.DB.ChangeIssues(r.HTTP.Request().Context(), r.Org(), r.Project.ID, r.Viewer.Actor(), []event.ID{id}, change); err != nil {
		return err
	}
	return r.To(issuePath(r.Project.ID, id) + "?said=" + done)
}

// formDone checks that a form and the URL hold nothing unknown, and reads the issue of the path.
func formDone(r *Request, form *web.Params) (event.ID, error) {
	if err := form.Done(); err != nil {
		return event.ID{}, err
	}
	if err := r.Params.Done(); err != nil {
		return event.ID{}, err
	}
	return pathID(r, "issue")
}

// merge makes the issue that the path names one with another that somebody pasted. What is looked at stays.
func (p *Pages) merge(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	other, ok := pastedIssue(form.Text("other"), r.Project.ID)
	if !ok {
		form.Wrong("other", "the link or the id of an issue of this project")
	}
	id, err := formDone(r, form)
	if err != nil {
		return err
	}
	if _, err := p.DB.MergeIssues(r.HTTP.Request().Context(), r.Org(), r.Project.ID, r.Viewer.Actor(), id, []event.ID{other}); err != nil {
		return err
	}
	return r.To(issuePath(r.Project.ID, id) + "?tab=merged&said=merged")
}

var issueLink = regexp.MustCompile(`/projects/([0-9]{1,18})/issues/([0-9A-Fa-f-]{32,36})`)

// pastedIssue reads a link to an issue's page, or to it in the API, or an id alone.
func pastedIssue(text string, project int64) (event.ID, bool) {
	if found := issueLink.FindStringSubmatch(text); found != nil {
		id, err := event.ParseID(found[2])
		return id, err == nil && found[1] == strconv.FormatInt(project, 10)
	}
	id, err := event.ParseID(text)
	return id, err == nil && !id.IsZero()
}

func (p *Pages) unmerge(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	merged := form.ID("merged")
	id, err := formDone(r, form)
	if err != nil {
		return err
	}
	if _, err := p.DB.UnmergeIssue(r.HTTP.Request().Context(), r.Org(), r.Project.ID, r.Viewer.Actor(), merged); err != nil {
		return err
	}
	return r.To(issuePath(r.Project.ID, id) + "?tab=merged&said=unmerged")
}

// maxComment is what the store takes, in bytes.
const maxComment = 8192

func (p *Pages) comment(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	text := form.Long("text", maxComment)
	id, err := formDone(r, form)
	if err != nil {
		return err
	}
	if _, err := p.DB.Comment(r.HTTP.Request().Context(), r.Org(), r.Project.ID, r.Viewer.Actor(), id, text); err != nil {
		return err
	}
	return r.To(issuePath(r.Project.ID, id) + "?tab=activity&said=commented")
}

func (p *Pages) deleteComment(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	id, err := formDone(r, form)
	if err != nil {
		return err
	}
	comment, err := pathID(r, "comment")
	if err != nil {
		return err
	}
	if err := p.DB.DeleteComment(r.HTTP.Request().Context(), r.Org(), r.Project.ID, r.Viewer.Actor(), comment); err != nil {
		return err
	}
	return r.To(issuePath(r.Project.ID, id) + "?tab=activity&said=uncommented")
}

// linkTo is a search among the events of an issue.
func linkTo(issuePath, query string) string {
	return issuePath + "?tab=" + tabEvents + "&q=" + url.QueryEscape(query)
}
