package trivet

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/trivetlabs/trivet/"

// layers is the architecture: a package may import what stands in a lower line, never its own or a higher
// one. A new package fails the test until somebody decides where it belongs.
var layers = [][]string{
	// programs
	{"cmd/ingest", "cmd/worker", "cmd/query", "cmd/trivet", "docs", "pkg/bench", "pkg/faults", "scripts/with-postgres", "test/browser"},
	// the operator's tool
	{"pkg/command"},
	// all roles in one process
	{"pkg/standalone"},
	// the roles: they never meet but through queue and database
	{"pkg/ingest", "pkg/worker", "pkg/query"},
	// what the roles need to be there; what people see of the read side
	{"pkg/provision", "pkg/pages"},
	// who may ask; all that is known of one thing; how the installation is
	{"pkg/access", "pkg/detail", "pkg/system"},
	// what requests and answers of the read side have in common
	{"pkg/web"},
	// doors for tests
	{"pkg/queue/queuetest", "pkg/store/storetest"},
	// servers of our own
	{"pkg/queue/embedded", "pkg/postgres"},
	// the outside world
	{"pkg/queue", "pkg/store"},
	// what every process shares; the tables
	{"pkg/service", "schema"},
	// any client's bytes
	{"pkg/protocol"},
	// one client's bytes; which issue
	{"pkg/sentry", "pkg/native", "pkg/faro", "pkg/otlp", "pkg/report", "pkg/grouping", "pkg/scrub", "pkg/filter"},
	// texts of stacks inside them
	{"pkg/stack"},
	// pieces of clients' bytes
	{"pkg/read", "pkg/useragent"},
	// how events travel; who may send them; what people look for
	{"pkg/pack", "pkg/project", "pkg/search", "pkg/words"},
	// what every event must be
	{"pkg/event/eventtest"},
	// the nouns
	{"pkg/event"},
	{"pkg/jsonx", "pkg/openapi", "sdk/js"},
}

func TestImportsPointDownOnly(t *testing.T) {
	t.Parallel()
	layer := map[string]int{}
	for i, packages := range layers {
		for _, p := range packages {
			layer[p] = i
		}
	}
	seen := map[string]bool{}
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if name+"/" == module {
			continue // this package: its tests stand above all
		}
		from, ok := layer[name]
		if !ok {
			t.Errorf("%s has no layer: decide where it belongs", name)
			continue
		}
		seen[name] = true
		for _, imported := range p.Imports {
			name2, ours := strings.CutPrefix(imported, module)
			if to, ok := layer[name2]; ours && ok && to <= from {
				t.Errorf("%s imports %s, which is not below it", name, name2)
			}
		}
	}
	for name := range layer {
		if !seen[name] {
			t.Errorf("%s has a layer but does not exist", name)
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// TestTheJourneyIsReal holds doc.go to its word: each function it names exists.
func TestTheJourneyIsReal(t *testing.T) {
	t.Parallel()
	steps := journey(t)
	const most = 12 + 6 // of an event, and of a question: more is no overview
	if len(steps) == 0 || len(steps) > most {
		t.Fatalf("the journeys have %d steps, want 1 to %d", len(steps), most)
	}
	for _, step := range steps {
		words := strings.Split(step, ".")
		declaration := "func " + words[1] + "("
		if len(words) == 3 {
			declaration = words[1] + ") " + words[2] + "("
		}
		if !declared(t, "pkg/"+words[0], declaration) {
			t.Errorf("doc.go names %s, which is not in pkg/%s", step, words[0])
		}
	}
}

func TestMainsAreThreeLines(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ingest", "worker", "query", "trivet"} {
		lines := slices.DeleteFunc(strings.Split(readFile(t, "cmd/"+name+"/main.go"), "\n"), func(l string) bool {
			l = strings.TrimSpace(l)
			return l == "" || strings.HasPrefix(l, "//") || strings.HasPrefix(l, "import") || strings.HasPrefix(l, `"`) || l == ")"
		})
		if len(lines) > 3 {
			t.Errorf("cmd/%s/main.go has %d lines of code, want at most 3", name, len(lines))
		}
	}
}
