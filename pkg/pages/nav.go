package pages

import (
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

// Here is the name of the page's noun, for the menu of narrow screens.
func (v view) Here() string {
	for _, l := range v.Nav() {
		if l.Current {
			return l.Name
		}
	}
	return "Pages"
}

// Elsewhere is the path of the same page in another project.
func (v view) Elsewhere(project int64) string {
	base := "/projects/" + strconv.FormatInt(project, 10)
	if v.Project != nil {
		for _, l := range v.Nav() {
			if l.Current {
				return base + strings.TrimPrefix(l.URL, "/projects/"+strconv.FormatInt(v.Project.ID, 10))
			}
		}
	}
	return base + "/issues"
}
