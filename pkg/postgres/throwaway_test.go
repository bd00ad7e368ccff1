package postgres

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

func TestThrowawayRemovesWhatKilledOnesLeft(t *testing.T) {
	// Not parallel: it moves the temporary folder.
	t.Setenv("TMPDIR", t.TempDir())
	folder := func(name string, age time.Duration) string {
		dir := filepath.Join(os.TempDir(), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(dir, then, then); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	left := folder(throwawayPrefix+"left", 2*youngDir)
	young := folder(throwawayPrefix+"young", 0)
	others := folder("of-somebody-else", 2*youngDir)
	used := folder(throwawayPrefix+"used", 2*youngDir)
	lock, err := lockDir(used)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unlock(lock) })
	if err := os.Chtimes(used, time.Time{}, time.Now().Add(-2*youngDir)); err != nil {
		t.Fatal(err)
	}

	s, stop, err := Throwaway(t.Context(), zerolog.New(zerolog.NewTestWriter(t)))
	if err != nil {
		t.Fatal(err)
	}
	query(t, s.URL("postgres"), `select 'up'`)
	stop()
	for _, c := range []struct {
		name, dir string
		want      bool
	}{
		{"left by a killed process", left, false},
		{"just made", young, true},
		{"in use", used, true},
		{"of another program", others, true},
		{"its own, after stopping", s.cfg.Dir, false},
	} {
		if _, err := os.Stat(c.dir); (err == nil) != c.want {
			t.Errorf("folder %s: %v, want it there: %v", c.name, err, c.want)
		}
	}
}
