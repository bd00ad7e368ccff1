package trivet

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// maxLines is where a file is to be cut.
const maxLines = 400

func TestFilesStaySmall(t *testing.T) {
	t.Parallel()
	for _, name := range goFiles(t, ".") {
		if n := strings.Count(readFile(t, name), "\n"); n > maxLines {
			t.Errorf("%s has %d lines, want at most %d", name, n, maxLines)
		}
	}
}

var journeyLine = regexp.MustCompile(`(?m)^//  ?\d+\. ([a-z]+(?:\.[A-Za-z]+){1,2}):`)

// journey returns the symbols of doc.go's lists.
func journey(t *testing.T) []string {
	t.Helper()
	var steps []string
	for _, m := range journeyLine.FindAllStringSubmatch(readFile(t, "doc.go"), -1) {
		steps = append(steps, m[1])
	}
	return steps
}

func declared(t *testing.T, dir, declaration string) bool {
	t.Helper()
	for _, name := range goFiles(t, dir) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for line := range strings.SplitSeq(readFile(t, name), "\n") {
			if strings.HasPrefix(line, "func ") && strings.Contains(line, declaration) {
				return true
			}
		}
	}
	return false
}

func goFiles(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "data" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") {
			names = append(names, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
