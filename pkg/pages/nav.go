package pages

import (
	"slices"
	"strconv"
	"strings"

	"github.com/trivetlabs/trivet/pkg/access"
)

// A link is one of the header.
type link struct {
	Name, URL string
	Current   bool
	Keys      string // g and this letter lead there; empty: none do
}

// noun is a page that the header leads to.
type noun struct {
	name, path, key string
	need            access.Permission
}

var projectNouns = []noun{
	{"Issues", "/issues", "i", access.Read},
	{"Dashboard", "/dashboard", "d", access.Read},
	{"Live", "/tail", "l", access.Read},
	{"Releases", "/releases", "r", access.Read},
	{"Feedback", "/feedback", "f", access.Read},
	{"Drops", "/drops", "o", access.Read},
	{"Dead letters", "/dead-letters", "", access.Admin},
	{"Settings", "/settings", "s", access.Read},
}

var organizationNouns = []noun{
	{"Projects", "/", "p", access.Read},
	{"Issues", "/issues", "i", access.Read},
	{"Members", "/members", "m", access.Read},
	{"Tokens", "/tokens", "t", access.Admin},
	{"Audit", "/audit", "", access.Admin},
	{"System", "/system", "y", access.Admin},
}

// Nav is the pages beside this one: of the project, or of the organization where the page is of none.
func (v view) Nav() []link {
	base, nouns := "", organizationNouns
	if v.Project != nil {
		base, nouns = "/projects/"+strconv.FormatInt(v.Project.ID, 10), projectNouns
	}
	path, _, _ := strings.Cut(v.Path, "?")
	// An event is shown on the way from its issue.
	path = strings.Replace(path, base+"/events", base+"/issues", 1)
	var links []link
	for _, n := range nouns {
		if !v.Viewer.May(n.need) {
			continue
		}
		url := base + n.path
		links = append(links, link{n.name, url, path == url || n.path != "/" && strings.HasPrefix(path, url+"/"), n.key})
	}
	return links
}

// current is the link to this page's noun, false where the page has none.
func (v view) current() (link, bool) {
	links := v.Nav()
	i := slices.IndexFunc(links, func(l link) bool { return l.Current })
	if i < 0 {
		return link{}, false
	}
	return links[i], true
}

// Here is the name of the page's noun, for the menu of narrow screens.
func (v view) Here() string {
	if l, ok := v.current(); ok {
		return l.Name
	}
	return "Pages"
}

// Elsewhere is the path of the same page in another project.
func (v view) Elsewhere(project int64) string {
	base := "/projects/" + strconv.FormatInt(project, 10)
	if l, ok := v.current(); ok && v.Project != nil {
		return base + strings.TrimPrefix(l.URL, "/projects/"+strconv.FormatInt(v.Project.ID, 10))
	}
	return base + "/issues"
}
