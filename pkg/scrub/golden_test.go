package scrub

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/project"
)

// TestCapturesLoseOnlyWhatWasReviewed holds everything that is taken out of real traffic against a list that people
// have read: what is not in it is a false alarm until somebody says otherwise.
func TestCapturesLoseOnlyWhatWasReviewed(t *testing.T) {
	t.Parallel()
	const golden = "testdata/changes.txt"
	s := New(project.Scrub{}, nil)
	var seen []string
	for name, records := range captured(t) {
		for _, rec := range records {
			before := rec
			changed, err := s.Record(&rec)
			if err != nil || jsonx.Check(rec.Raw) != nil {
				t.Fatalf("%s: %v", name, err)
			}
			again := rec
			if more, err := s.Record(&again); more || err != nil {
				t.Errorf("%s: scrubbed twice it changes again, %v", name, err)
			}
			if !changed {
				if string(rec.Append(nil)) != string(before.Append(nil)) {
					t.Errorf("%s: changed without saying so", name)
				}
				continue
			}
			var old, clean any
			if json.Unmarshal(before.Raw, &old) != nil || json.Unmarshal(rec.Raw, &clean) != nil {
				t.Fatalf("%s: no JSON", name)
			}
			seen = append(seen, differences("", old, clean)...)
			if rec.HTTP.Referer != before.HTTP.Referer {
				seen = append(seen, fmt.Sprintf("referer: %s -> %s", before.HTTP.Referer, rec.HTTP.Referer))
			}
			if rec.UA != before.UA || rec.HTTP.Origin != before.HTTP.Origin || rec.IP != before.IP {
				seen = append(seen, fmt.Sprintf("header: %s %s %s", rec.UA, rec.HTTP.Origin, rec.IP))
			}
		}
	}
	slices.Sort(seen)
	seen = slices.Compact(seen)
	if *update {
		if err := os.WriteFile(golden, []byte(strings.Join(seen, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	reviewed := strings.Split(string(text), "\n")
	for _, line := range seen {
		if !slices.Contains(reviewed, line) {
			t.Errorf("not in %s: %s", golden, line)
		}
	}
	if len(seen) < 5 {
		t.Errorf("%d changes seen, the captures hold more", len(seen))
	}
}

// differences lists where two JSON values differ; long texts are shown around the difference.
func differences(path string, old, clean any) (list []string) {
	switch old := old.(type) {
	case map[string]any:
		other, _ := clean.(map[string]any)
		for k, v := range old {
			list = append(list, differences(path+"."+k, v, other[k])...)
		}
	case []any:
		other, _ := clean.([]any)
		for i, v := range old {
			if i >= len(other) {
				return append(list, path+": shorter")
			}
			list = append(list, differences(path+"[]", v, other[i])...)
		}
	default:
		if a, b := fmt.Sprint(old), fmt.Sprint(clean); a != b {
			from := 0
			for from < min(len(a), len(b)) && a[from] == b[from] {
				from++
			}
			from = max(0, from-60)
			list = append(list, fmt.Sprintf("%s: %.140q -> %.140q", path, a[from:], b[from:]))
		}
	}
	return list
}
