package pages

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/store"
)

// facetTerm is the search for a value of a field as people would type it; a tag's field is tag:KEY.
func facetTerm(field, value string) string {
	if key, ok := strings.CutPrefix(field, "tag:"); ok {
		field, value = "tag", key+"="+value
	}
	if !strings.ContainsAny(value, " \t\n\"\\*<>") {
		return field + ":" + value
	}
	return field + `:"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// stateOf tells in words what became of an issue, and what would change it.
func stateOf(i store.Issue) string {
	switch i.Status {
	case "resolved":
		switch release := i.ResolvedRelease; {
		case release == nil:
			return "Resolved. Any later event reopens it."
		case *release == "":
			return "Resolved in the next release. An event of a release that was not seen before reopens it."
		default:
			return "Resolved in " + seen(*release) + ". An event of that release or a later one reopens it."
		}
	case "ignored":
		return "Ignored" + untilOf(i) + "."
	}
	if i.RegressedAt != nil {
		again := ""
		if i.Regressions > 1 {
			again = fmt.Sprintf(", for the %s time", ordinal(i.Regressions))
		}
		return "Unresolved: it was resolved, and an event came again " + ago(time.Since(*i.RegressedAt)) + again + "."
	}
	return "Unresolved."
}

func untilOf(i store.Issue) string {
	var bounds []string
	if i.IgnoredUntil != nil {
		bounds = append(bounds, "until "+i.IgnoredUntil.UTC().Format("2006-01-02 15:04 UTC"))
	}
	if i.IgnoredEvents != nil {
		bounds = append(bounds, fmt.Sprintf("until %s more events", number(max(0, *i.IgnoredEvents-i.Events))))
	}
	if i.IgnoredUsers != nil {
		bounds = append(bounds, fmt.Sprintf("until %s more users", number(max(0, *i.IgnoredUsers-i.Users))))
	}
	if len(bounds) == 0 {
		return " for ever"
	}
	return " " + strings.Join(bounds, " or ")
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n, suffix)
}

// An activityView is something that happened to an issue, in words.
type activityView struct {
	store.Activity
	Words string // what was done, behind the actor's name
	Text  string // of a comment
	Own   bool   // the viewer wrote it and may take it out
}

// activityDetail is what the store keeps of a change.
type activityDetail struct {
	Text        string     `json:"text"`
	Release     string     `json:"release"`
	NextRelease bool       `json:"next_release"`
	Until       *time.Time `json:"until"`
	Events      int64      `json:"events"`
	Users       int64      `json:"users"`
	Reason      string     `json:"reason"` // why the worker reopened it: events, users or time
	Assignee    int64      `json:"assignee"`
	Name        string     `json:"name"` // of the assignee, then
	Into        *otherIssue
	From        *otherIssue
	Issues      []otherIssue
}

// An otherIssue is one that was merged or parted.
type otherIssue struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// reopenedBy are the worker's reasons in words.
var reopenedBy = map[string]string{
	"events": "it had the events it was ignored for",
	"users":  "it met the users it was ignored for",
	"time":   "the time it was ignored for is over",
}

func newActivity(a store.Activity) activityView {
	view := activityView{Activity: a}
	var d activityDetail
	_ = json.Unmarshal(a.Detail, &d) // what is written otherwise is told without its detail
	switch a.Kind {
	case "comment":
		view.Words, view.Text = "wrote", d.Text
	case "resolve":
		view.Words = "resolved it"
		if d.NextRelease {
			view.Words += " in the next release"
		} else if d.Release != "" {
			view.Words += " in " + d.Release
		}
	case "unresolve":
		view.Words = "reopened it"
		if why := reopenedBy[d.Reason]; why != "" {
			view.Words += ": " + why
		}
	case "ignore":
		view.Words = "ignored it"
		if d.Until != nil {
			view.Words += " until " + d.Until.UTC().Format("2006-01-02 15:04 UTC")
		}
		if d.Events > 0 {
			view.Words += fmt.Sprintf(" until %s more events", number(d.Events))
		}
		if d.Users > 0 {
			view.Words += fmt.Sprintf(" until %s more users", number(d.Users))
		}
	case "regress":
		view.Words = "an event came again, and it is unresolved"
		if d.Release != "" {
			view.Words = "an event of " + d.Release + " came again, and it is unresolved"
		}
	case "assign":
		view.Words = assignWords(d)
	case "merge":
		view.Words = mergeWords(d, "merged")
	case "unmerge":
		view.Words = mergeWords(d, "parted again")
	default:
		view.Words = a.Kind
	}
	return view
}

func assignWords(d activityDetail) string {
	switch {
	case d.Assignee == 0:
		return "assigned it to nobody"
	case d.Name == "":
		return "assigned it"
	}
	return "assigned it to " + d.Name
}

func mergeWords(d activityDetail, did string) string {
	switch {
	case d.Into != nil:
		return did + " it into “" + headline(d.Into.Title) + "”"
	case d.From != nil:
		return did + " it from “" + headline(d.From.Title) + "”"
	case len(d.Issues) == 1:
		return did + " “" + headline(d.Issues[0].Title) + "”"
	case len(d.Issues) > 1:
		return fmt.Sprintf("%s %d issues", did, len(d.Issues))
	}
	return did + " issues"
}
