package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// markdown returns the report for people. Figures are min / median / max over the rounds, or medians.
func (r *report) markdown() string {
	var w strings.Builder
	fmt.Fprintf(&w, "# bench\n\n%s to %s UTC\n\n", r.Started.Format("2006-01-02 15:04"), r.Finished.Format("15:04"))
	for _, fact := range slices.Sorted(maps.Keys(r.Machine)) {
		fmt.Fprintf(&w, "- %s: %s\n", fact, r.Machine[fact])
	}
	w.WriteString("\nEvents a second, and ratios taken within a round: min / **median** / max over the rounds; all else medians.\n" +
		"CPU is user + system seconds per 100,000 events, the load generator's own apart. Memory is the peak resident set, of Postgres the share of its processes.\n")
	r.writeRates(&w)
	r.writeRatios(&w)
	r.writeDetails(&w)
	r.writeAnswers(&w)
	return w.String()
}

func (r *report) writeRates(w *strings.Builder) {
	w.WriteString("\n| | events/s | p50 ms | p99 ms | CPU-s per 100k | load | peak MB |\n|---|---|---|---|---|---|---|\n")
	for _, name := range r.names() {
		if r.spread(name, "answers").Rounds > 0 {
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s |\n", name, r.spread(name, "rate").show("%.0f"),
			r.median(name, "p50_ms", "%.2f"), r.median(name, "p99_ms", "%.1f"),
			r.byProcess(name, "cpu_", "%.1f", true), r.median(name, "cpu_load", "%.1f"), r.byProcess(name, "rss_", "%.0f", false))
	}
}

func (r *report) writeRatios(w *strings.Builder) {
	head := "\n| ratio, within a round | |\n|---|---|\n"
	for _, x := range ratios {
		if s := x.spread(r); s.Rounds > 0 {
			fmt.Fprintf(w, "%s| %s | %s |\n", head, x.Name, s.show("%.2f"))
			head = ""
		}
	}
}

// details are metrics of single measurements.
var details = []struct{ metric, title, form string }{
	{"events_per_pack", "events in a pack", "%.1f"},
	{"queue_bytes", "bytes in the stream per event", "%.0f"},
	{"table_bytes", "bytes in tables and indexes per event", "%.0f"},
	{"wal_bytes", "bytes of write-ahead log per event", "%.0f"},
	{"lag_s", "behind at the end, s", "%.2f"},
	{"drain_s", "time to drain afterwards, s", "%.2f"},
	{"visible_p50_ms", "visible in the tables p50, ms", "%.0f"},
	{"visible_p99_ms", "visible in the tables p99, ms", "%.0f"},
	{"refused", "requests refused", "%.0f"},
	{"broken", "requests without an answer", "%.0f"},
}

func (r *report) writeDetails(w *strings.Builder) {
	w.WriteString("\n| detail | | median |\n|---|---|---|\n")
	for _, name := range r.names() {
		for _, d := range details {
			s := r.spread(name, d.metric)
			if s.Rounds == 0 || s.Max == 0 && (d.metric == "refused" || d.metric == "broken") {
				continue
			}
			fmt.Fprintf(w, "| %s | %s | %s |\n", name, d.title, fmt.Sprintf(d.form, s.Median))
		}
	}
}

// writeAnswers writes how long pages and lists took: over a full database, while events arrive.
func (r *report) writeAnswers(w *strings.Builder) {
	head := "\n| answer | asked | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|\n"
	for _, name := range r.names() {
		if r.spread(name, "answers").Rounds > 0 {
			fmt.Fprintf(w, "%s| %s | %s | %s | %s | %s |\n", head, name, r.median(name, "answers", "%.0f"),
				r.median(name, "p50_ms", "%.1f"), r.median(name, "p95_ms", "%.1f"), r.median(name, "p99_ms", "%.1f"))
			head = ""
		}
	}
}

// show returns min / median / max, or the one value of a single round.
func (s spread) show(form string) string {
	if s.Rounds == 0 {
		return ""
	}
	if s.Rounds == 1 {
		return fmt.Sprintf("**"+form+"**", s.Median)
	}
	return fmt.Sprintf(form+" / **"+form+"** / "+form, s.Min, s.Median, s.Max)
}

func (r *report) median(name, metric, form string) string {
	s := r.spread(name, metric)
	if s.Rounds == 0 {
		return ""
	}
	return fmt.Sprintf(form, s.Median)
}

// byProcess joins the medians of a metric by process, with their sum where there is something to add.
func (r *report) byProcess(name, prefix, form string, add bool) string {
	var parts []string
	sum := 0.0
	for _, metric := range r.metrics(name) {
		who, found := strings.CutPrefix(metric, prefix)
		if !found || who == "load" {
			continue
		}
		median := r.spread(name, metric).Median
		sum += median
		parts = append(parts, who+" "+fmt.Sprintf(form, median))
	}
	text := strings.Join(parts, ", ")
	if add && len(parts) > 1 {
		text += " = " + fmt.Sprintf(form, sum)
	}
	return text
}
