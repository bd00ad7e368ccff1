package docs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/search"
)

const searchIntro = `# Searches

One language for pages and the API's parameter ` + "`q`" + `:

` + "```" + `
is:unresolved level:error release:1.4.2 browser:Chrome url:*/checkout* user:42 first-seen:>2d "exact words" stack:"checkout.js" crumb:"POST /cart" -tag:x
` + "```" + `

A search is terms between spaces; all must hold.

| term | asks for |
|---|---|
| ` + "`word`" + ` | the word in title or culprit; case does not count |
| ` + "`\"exact words\"`" + ` | these, exactly so but for case |
| ` + "`field:value`" + ` | the field having the value |
| ` + "`field:a*b`" + ` | any text where the star is; ` + "`field:*`" + `: any value but none |
| ` + "`field:>value`" + ` | more; also ` + "`>=` `<` `<=`" + `, of what can be compared |
| ` + "`-term`" + ` | the term not holding |

In quotes every character stands for itself; ` + "`\\\"` is a quote and `\\\\`" + ` a backslash. Outside of quotes a backslash takes the meaning of the character behind
it: ` + "`\\*` is a star, `\\:`" + ` a colon. A word with an unknown name before its colon is refused, since it is more likely a misspelt field; what ends in a colon
(` + "`TypeError:`" + `) or goes on with ` + "`//`" + ` is a word. A search has at most 1,024 bytes and 30 terms. What is wrong with one is told with its place: in the API as
` + "`at`" + `, the character counted from 0.

Times are days (` + "`2006-01-02`" + `, UTC), instants (RFC 3339) or ages (` + "`90m` `36h` `2d` `1w`" + `). ` + "`>2006-01-02`" + ` is later than that day. An age is how long ago it was:
` + "`<2d` is within the last two days, `>2d`" + ` longer ago.

An issue has a release, environment, browser, os, url, tag, user, stack or crumb when some event of it had; two such terms may hold by different events. Of each kind
some hundred values are kept an issue. An event has what it came with; ` + "`stack`, `crumb`" + ` and words are those of events like it: of its fingerprint.
Of events that were stored before there were searches, tags, stacks and breadcrumbs are found once another of their fingerprint comes.

A list of events goes back 30 days unless ` + "`from`" + ` says more, and looks for a second or two. What few events match may take several pages, of which some are empty:
` + "`searched_to` says how far one looked, and `next`" + ` goes on.

| field | asks for | of issues | of events | example |
|---|---|---|---|---|
`

func TestSearches(t *testing.T) {
	t.Parallel()
	body := searchIntro
	yes := map[bool]string{true: "yes"}
	for _, f := range search.Fields() {
		meaning := f.Meaning
		if f.Values != nil {
			meaning += ": `" + strings.Join(f.Values, "` `") + "`"
		}
		name := "`" + string(f.Field) + "`"
		if f.Field == search.Text {
			name = "none"
		}
		body += fmt.Sprintf("| %s | %s | %s | %s | `%s` |\n", name, cell(meaning), yes[f.Issues], yes[f.Events], cell(f.Example))
	}
	check(t, "search.md", body)
}
