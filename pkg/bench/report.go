package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// A sample is what one measurement gave in one round, by metric. Times are milliseconds, CPU is seconds
// per 100,000 events, memory megabytes, sizes bytes per event.
type sample map[string]float64

// A measured is a sample with its place.
type measured struct {
	Name   string `json:"name"`
	Round  int    `json:"round"`
	Values sample `json:"values"`
}

// A report is everything a run found out; bench.json is its JSON.
type report struct {
	Started  time.Time         `json:"started"`
	Finished time.Time         `json:"finished"`
	Machine  map[string]string `json:"machine"`
	Plan     plan              `json:"plan"`
	Samples  []measured        `json:"samples"`
}

// add keeps a sample and tells of it.
func (b *bench) add(name string, s sample) {
	b.report.Samples = append(b.report.Samples, measured{name, b.round, s})
	if _, ok := s["answers"]; ok {
		b.say("%s: p95 %.1f ms", name, s["p95_ms"])
		return
	}
	b.say("%s: %.0f/s", name, s["rate"])
}

// names returns the measurements in the order in which they were first made.
func (r *report) names() (all []string) {
	for _, m := range r.Samples {
		if !slices.Contains(all, m.Name) {
			all = append(all, m.Name)
		}
	}
	return all
}

// value returns a metric of a measurement in a round, 0 when there is none.
func (r *report) value(name string, round int, metric string) float64 {
	for _, m := range r.Samples {
		if m.Name == name && m.Round == round {
			return m.Values[metric]
		}
	}
	return 0
}

// A spread is a metric over all rounds.
type spread struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
	Rounds int     `json:"rounds"`
}

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{sorted[0], (sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[n-1], n}
}

// spread returns a metric of a measurement over the rounds that have it.
func (r *report) spread(name, metric string) spread {
	var values []float64
	for _, m := range r.Samples {
		if v, ok := m.Values[metric]; ok && m.Name == name {
			values = append(values, v)
		}
	}
	return spreadOf(values)
}

// metrics returns the metrics of a measurement, sorted.
func (r *report) metrics(name string) (all []string) {
	for _, m := range r.Samples {
		if m.Name != name {
			continue
		}
		for metric := range m.Values {
			if !slices.Contains(all, metric) {
				all = append(all, metric)
			}
		}
	}
	slices.Sort(all)
	return all
}

// A ratio compares two measurements of the same round: only such can be compared on a machine whose speed
// drifts.
type ratio struct{ Name, Of, To string }

// ratios that the design sets targets for.
var ratios = []ratio{
	{"naive edge / bare Echo, 64 connections", "naive edge, 64 connections", "bare Echo, 64 connections"},
	{"naive edge / bare Echo, 256 connections", "naive edge, 256 connections", "bare Echo, 256 connections"},
	{"ingest / bare Echo, 64 connections", "ingest, 64 connections", "bare Echo, 64 connections"},
	{"ingest / bare Echo, 256 connections", "ingest, 256 connections", "bare Echo, 256 connections"},
	{"ingest / naive edge, 256 connections", "ingest, 256 connections", "naive edge, 256 connections"},
	{"worker / raw COPY", "worker", "raw COPY"},
	{"worker / other worker", "worker", "other worker"},
	{"end to end / bare Echo, 64 connections", "end to end", "bare Echo, 64 connections"},
	{"end to end / naive, end to end", "end to end", "naive, end to end"},
}

// spread returns the ratio of rates over the rounds that have both.
func (x ratio) spread(r *report) spread {
	var values []float64
	for _, m := range r.Samples {
		if to := r.value(x.To, m.Round, "rate"); m.Name == x.Of && to > 0 {
			values = append(values, m.Values["rate"]/to)
		}
	}
	return spreadOf(values)
}

// json returns the report with its summary.
func (r *report) json() ([]byte, error) {
	summary := map[string]map[string]spread{}
	for _, name := range r.names() {
		summary[name] = map[string]spread{}
		for _, metric := range r.metrics(name) {
			summary[name][metric] = r.spread(name, metric)
		}
	}
	within := map[string]spread{}
	for _, x := range ratios {
		if s := x.spread(r); s.Rounds > 0 {
			within[x.Name] = s
		}
	}
	encoded, err := json.MarshalIndent(struct {
		*report
		Summary map[string]map[string]spread `json:"summary"`
		Ratios  map[string]spread            `json:"ratios"`
	}{r, summary, within}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode results: %w", err)
	}
	return append(encoded, '\n'), nil
}
