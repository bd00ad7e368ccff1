// Package docs holds the documents that are made of the code, and the test that makes them: run it with
// -update to write them.
package docs

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/command"
)

var update = flag.Bool("update", false, "write the documents")

const generated = "<!-- Made by `make docs` from the code; edits are lost. -->\n"

// check holds a document against what the code says, or writes it.
func check(t *testing.T, name, body string) {
	t.Helper()
	body = generated + body
	if *update {
		if err := os.WriteFile(name, []byte(body), 0o644); err != nil { // a document
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), body); diff != "" {
		t.Errorf("%s is not what the code says; `make docs` writes it:\n%s", name, diff)
	}
}

// cell makes text fit for a Markdown table.
func cell(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "|", "\\|") }

func TestCommands(t *testing.T) {
	t.Parallel()
	var help, stderr bytes.Buffer
	if code := command.Run(t.Context(), []string{"help"}, &help, &stderr); code != 0 {
		t.Fatalf("help: %d %s", code, &stderr)
	}
	// The version differs from build to build.
	_, rest, _ := strings.Cut(help.String(), "\n\n")
	body := "# The operator's tool\n\n```\n" + rest + "```\n"
	for line := range strings.SplitSeq(rest, "\n") {
		words := strings.Fields(line)
		if !strings.HasPrefix(line, "  ") || len(words) < 2 {
			continue
		}
		name := commandName(words)
		var usage bytes.Buffer
		if code := command.Run(t.Context(), append(strings.Fields(name), "-help"), &usage, &stderr); code != 0 {
			t.Errorf("%s -help: %d %s", name, code, &stderr)
		}
		body += fmt.Sprintf("\n## trivet %s\n\n```\n%s```\n", name, usage.String())
	}
	check(t, "commands.md", body)
}

// commandName returns the one or two lower-case words that a line of the help starts with.
func commandName(words []string) string {
	var out, stderr bytes.Buffer
	two := strings.Join(words[:2], " ")
	if command.Run(nil, append(words[:2:2], "-help"), &out, &stderr) == 0 && strings.HasPrefix(out.String(), "usage: trivet "+two+" ") { //nolint:staticcheck // help needs no context
		return two
	}
	return words[0]
}
