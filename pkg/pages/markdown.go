package pages

import (
	"fmt"
	"strings"
	"time"
)

// markdown writes an event for a ticket or a chat. Everything a stranger sent stands inside code, behind fences longer
// than any it holds, so that it makes no link, picture, mention or heading.
func markdown(v *eventView, link string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "## %s\n\n", inCode(oneLine(v.Title)))
	fmt.Fprintf(&out, "%s, received %s\n\n", v.Level, v.Received.UTC().Format(time.RFC3339))
	fmt.Fprintf(&out, "<%s>\n\n", link)
	facts := v.Facts
	if v.URL != "" {
		facts = append([]pair{{"url", v.URL}}, facts...)
	}
	writePairs(&out, facts)
	if v.Hint != "" {
		fmt.Fprintf(&out, "### Hint\n\n%s\n", inFence(v.Hint))
	}
	for _, s := range v.Stacks {
		name := "Stack"
		if s.Cause {
			name = "Caused by"
		}
		fmt.Fprintf(&out, "### %s\n\n%s\n", name, inFence(s.Text))
	}
	if len(v.Crumbs) > 0 {
		var lines []string
		for _, c := range v.Crumbs {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%8s  %s  %s", c.Ago, c.Kind, oneLine(c.Message))))
		}
		fmt.Fprintf(&out, "### Breadcrumbs\n\n%s\n", inFence(strings.Join(lines, "\n")))
	}
	for _, group := range []struct {
		name     string
		sections []section
	}{{"User", v.User}, {"Request", v.Request}, {"Tags", []section{{"", v.Tags}}}, {"Contexts", v.Contexts}, {"Data", v.Extra}} {
		var pairs []pair
		for _, s := range group.sections {
			for _, p := range s.Pairs {
				pairs = append(pairs, pair{strings.Trim(s.Name+"."+p.Name, "."), p.Value})
			}
		}
		if len(pairs) > 0 {
			fmt.Fprintf(&out, "### %s\n\n", group.name)
			writePairs(&out, pairs)
		}
	}
	return out.String()
}

// maxMarkdownValue bounds one value of a text that is made to be pasted, in characters.
const maxMarkdownValue = 2000

func writePairs(out *strings.Builder, pairs []pair) {
	for _, p := range pairs {
		value := p.Value
		if short := cut(value, maxMarkdownValue); short != value {
			value = short + "…"
		}
		fmt.Fprintf(out, "- %s: %s\n", inCode(oneLine(p.Name)), inCode(oneLine(value)))
	}
	out.WriteString("\n")
}

// oneLine folds white space, so that a text can't leave the line it stands in.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// inCode writes a text as a span of code between more backticks than it has in a row.
func inCode(s string) string {
	if s = seen(s); s == "" {
		return "` `"
	}
	marks := strings.Repeat("`", longestRun(s, '`')+1)
	// The spaces are not shown; they part the text's own backticks from ours.
	return marks + " " + s + " " + marks
}

// inFence writes a text as a block of code.
func inFence(s string) string {
	s = seen(s)
	marks := strings.Repeat("`", max(3, longestRun(s, '`')+1))
	return marks + "\n" + s + "\n" + marks + "\n"
}

func longestRun(s string, of rune) (longest int) {
	run := 0
	for _, r := range s {
		if r == of {
			run++
		} else {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
