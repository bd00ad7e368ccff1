package docs

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/command"
	"github.com/trivetlabs/trivet/pkg/search"
)

// prose returns the documents that people write, by name from here.
func prose(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"../*.md", "*.md", "adr/*.md", "../deploy/*/*.md", "../sdk/*/*.md"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no documents, %v", pattern, err)
		}
		for _, name := range names {
			body, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = string(body)
		}
	}
	return all
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)

func TestLinksLeadToFiles(t *testing.T) {
	t.Parallel()
	for name, body := range prose(t) {
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
			}
		}
	}
}

var called = regexp.MustCompile("`(?:bin/)?trivet ([a-z]+)(?: ([a-z]+)\\b)?")

func TestCommandsOfDocumentsExist(t *testing.T) {
	t.Parallel()
	var help, stderr bytes.Buffer
	if code := command.Run(t.Context(), []string{"help"}, &help, &stderr); code != 0 {
		t.Fatalf("help: %d %s", code, &stderr)
	}
	names := map[string]bool{"help": true}
	groups := map[string]bool{} // first words that are no command by themselves
	for line := range strings.SplitSeq(help.String(), "\n") {
		if words := strings.Fields(line); strings.HasPrefix(line, "  ") && len(words) > 1 {
			name := commandName(words)
			group, _, two := strings.Cut(name, " ")
			names[name], groups[group] = true, groups[group] || two
		}
	}
	seen := 0
	for doc, body := range prose(t) {
		for _, m := range called.FindAllStringSubmatch(body, -1) {
			seen++
			if name := m[1] + " " + m[2]; !names[m[1]] && !names[name] && !(groups[m[1]] && m[2] == "") {
				t.Errorf("%s names `trivet %s`, which is no command", doc, name)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d commands were found in the documents", seen)
	}
}

func TestTheSearchOfTheReadmeIsGood(t *testing.T) {
	t.Parallel()
	text := regexp.MustCompile("(?m)^  `(is:[^`]+)`$").FindStringSubmatch(prose(t)["../README.md"])
	if text == nil {
		t.Fatal("the README shows no search")
	}
	query, err := search.Parse(text[1])
	if err == nil {
		err = query.For(search.OfIssues)
	}
	if err != nil {
		t.Errorf("%s: %v", text[1], err)
	}
}
