package pages

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func render(t *testing.T, part string, data any) string {
	t.Helper()
	a, err := readAssets()
	if err != nil {
		t.Fatal(err)
	}
	all, err := readTemplates(a)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := all["dashboard"].ExecuteTemplate(&b, part, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestChartsAreDrawnAsTheyWere(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	hours := make([]int64, 72)
	for i := range hours {
		hours[i] = int64(i*i) % 17
	}
	for name, p := range map[string]plot{
		"empty": {ID: "a", Title: "Nothing", Unit: "events", From: from, Step: time.Hour, Zone: time.UTC},
		"zeros": {ID: "a", Title: "Zeros", Unit: "events", From: from, Step: time.Hour, Zone: time.UTC, Lines: []plotLine{{"", "c1", make([]int64, 24)}}},
		"stacked": {
			ID: "a", Title: "Days", Unit: "events", From: from, Step: day, Zone: time.UTC, Zoom: "/projects/1/dashboard?by=level",
			Lines: []plotLine{{"error", "lv-error", []int64{3, 0, 12000, 1}}, {"<b>\"&", "lv-info", []int64{1, 1, 1, 0}}},
			Marks: []plotMark{{from.Add(36 * time.Hour), "</title><script>"}, {from.Add(-time.Hour), "before"}, {from.Add(4 * day), "after"}},
		},
		"hours across a change of the clock": {ID: "a", Title: "Hours", Unit: "users", From: from, Step: time.Hour, Zone: berlin, Lines: []plotLine{{"users", "c2", hours}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := render(t, "chart", draw(p))
			path := filepath.Join("testdata", "chart_"+strings.ReplaceAll(name, " ", "_")+".html")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestScalesOfChartsEndAtRoundNumbersThatHoldAll(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]int64{0: 2, 1: 2, 2: 2, 3: 4, 5: 5, 6: 10, 11: 20, 99: 100, 100: 100, 101: 200, 4_100_000: 5_000_000} {
		if got := roundUp(n); got != want {
			t.Errorf("%d: %d, want %d", n, got, want)
		}
	}
}

func TestMoreValuesThanColoursAreOthers(t *testing.T) {
	t.Parallel()
	s := newSeries(maxChartColours + 4)
	lines := seriesLines(s)
	if len(lines) != maxChartColours || lines[maxChartColours-1].Name != "others" {
		t.Fatalf("%d lines, the last is %q", len(lines), lines[len(lines)-1].Name)
	}
	var got, want int64
	for _, l := range lines {
		got += sum(l.Points)
	}
	for _, g := range s.Groups {
		want += sum(g.Points)
	}
	if got != want {
		t.Errorf("%d events are shown of %d", got, want)
	}
	if s.Groups[maxChartColours-1].Points[0] != int64(maxChartColours-1) {
		t.Error("the series itself was changed")
	}
}
