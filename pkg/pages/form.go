package pages

import (
	"errors"
	"strconv"
	"strings"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// wrongs are what is wrong with a form, by the names of its fields. What belongs to no field has the empty name.
type wrongs map[string]string

// refusedFields returns which fields of a form an error is about, nil where it is no error of who filled it in. fields
// gives members of the store's and of settings the names of their fields; the longest that an error's member begins with
// counts.
func refusedFields(err error, fields map[string]string) wrongs {
	var invalid *store.InvalidError
	var wrong *project.SettingsError
	var refused *web.RefusedError
	member, want := "", ""
	switch {
	case errors.As(err, &invalid):
		member, want = invalid.What, "Want "+invalid.Want+"."
	case errors.As(err, &wrong):
		member, want = wrong.Member, "Want "+wrong.Want+"."
	case errors.As(err, &refused) && errors.Is(err, web.ErrParameter):
		for name, text := range refused.Fields {
			return wrongs{name: capital(text) + "."}
		}
		return wrongs{"": refused.Detail}
	case errors.Is(err, store.ErrExists):
		member, want = "exists", "This is taken: choose another."
	case errors.Is(err, store.ErrInvalid):
		want = "This can't be stored."
	default:
		return nil
	}
	field, best := "", 0
	for prefix, name := range fields {
		if len(prefix) > best && strings.HasPrefix(member, prefix) {
			field, best = name, len(prefix)
		}
	}
	return wrongs{field: element(member) + want}
}

// element says which element of a list is meant: members of settings end in [3], the fourth.
func element(member string) string {
	_, rest, found := strings.Cut(member, "[")
	number, _, closed := strings.Cut(rest, "]")
	n, err := strconv.Atoi(number)
	if !found || !closed || err != nil {
		return ""
	}
	return "No. " + strconv.Itoa(n+1) + ": "
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// lines are the lines of a text field that hold something, without the spaces around it.
func lines(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// maxLines bounds a text field of many lines; the body of the form is bounded, too.
const maxLines = 48 << 10

// formNumber reads a field that is empty or a whole number.
func formNumber(form *web.Params, name string) int {
	text := strings.TrimSpace(form.Text(name))
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		form.Wrong(name, "a whole number, or nothing")
	}
	return n
}

// projectPath is the path of a page of the request's project.
func projectPath(r *Request, rest string) string {
	return "/projects/" + strconv.FormatInt(r.Project.ID, 10) + rest
}
