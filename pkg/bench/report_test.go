package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRatiosAreTakenWithinRounds(t *testing.T) {
	t.Parallel()
	r := report{Samples: []measured{
		{"worker", 1, sample{"rate": 10}},
		{"raw COPY", 1, sample{"rate": 20}},
		{"worker", 2, sample{"rate": 30}},
		{"raw COPY", 2, sample{"rate": 40}},
		{"worker", 3, sample{"rate": 99}}, // its round has no COPY
	}}
	got := ratio{"worker / raw COPY", "worker", "raw COPY"}.spread(&r)
	if diff := cmp.Diff(spread{Min: 0.5, Median: 0.625, Max: 0.75, Rounds: 2}, got); diff != "" {
		t.Errorf("ratio (-want +got):\n%s", diff)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	r := report{Machine: map[string]string{"cores": "2"}, Samples: []measured{
		{"ingest, 64 connections", 1, sample{"rate": 20_000, "p50_ms": 2.5, "cpu_ingest": 4.1, "cpu_nats": 1, "cpu_load": 1.5, "rss_ingest": 30}},
		{"ingest, 64 connections", 2, sample{"rate": 22_000, "p50_ms": 2.7, "cpu_ingest": 4.3, "cpu_nats": 1, "cpu_load": 1.5, "rss_ingest": 32}},
		{"bare Echo, 64 connections", 2, sample{"rate": 44_000}},
	}}
	text := r.markdown()
	for _, want := range []string{
		"- cores: 2\n",
		"| ingest, 64 connections | 20000 / **21000** / 22000 | 2.60 |  | ingest 4.2, nats 1.0 = 5.2 | 1.5 | ingest 31 |\n",
		"| ingest / bare Echo, 64 connections | **0.50** |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	encoded, err := r.json()
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Summary map[string]map[string]spread
		Ratios  map[string]spread
	}
	if err := json.Unmarshal(encoded, &back); err != nil {
		t.Fatal(err)
	}
	got := []spread{back.Summary["ingest, 64 connections"]["rate"], back.Ratios["ingest / bare Echo, 64 connections"]}
	want := []spread{{20_000, 21_000, 22_000, 2}, {0.5, 0.5, 0.5, 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

func TestTrialJudgement(t *testing.T) {
	t.Parallel()
	const rate = 1000.0
	kept := loadResult{Due: 10_000, Accepted: 10_000, Seconds: 10}
	for _, c := range []struct {
		name string
		load loadResult
		lags []float64
		flat bool
	}{
		{"a small steady backlog is flat", kept, []float64{100, 200, 100, 200, 100, 200, 150}, true},
		{"a backlog that grows is not", kept, []float64{0, 100, 200, 300, 400, 500, 600, 700, 800}, false},
		{"more than a second behind at the end is not", kept, []float64{900, 900, 900, 900, 900, 1001}, false},
		{"a refused request is too many", loadResult{Due: 10_000, Accepted: 9_999, Seconds: 10, Status: map[int]int64{200: 9_999, 503: 1}}, []float64{0, 0, 0}, false},
		{"requests that come too late are not kept up with", loadResult{Due: 10_000, Accepted: 10_000, Seconds: 12}, []float64{0, 0, 0}, false},
	} {
		trial := trial{rate: rate, load: c.load}
		trial.judge(c.lags, 10e9)
		if flat := trial.why == ""; flat != c.flat {
			t.Errorf("%s: %s", c.name, trial.verdict())
		}
	}
}
