package main

import "time"

// A plan says how much a run measures. Windows are the time under load, without start and drain.
type plan struct {
	Limit       time.Duration // of the whole run: it ends by itself
	HTTP        time.Duration // window of one closed-loop measurement
	Connections []int
	Form        time.Duration // window of one form of event
	Read        int           // events of each step of reading
	CopyRows    int
	Preload     int           // events the worker drains
	Try         time.Duration // window of one try of a rate
	Tries       int
	Sustain     time.Duration // window in which the backlog must stay flat at the rate that was found
	Relaxed     time.Duration // window at 70 % of it
	NaiveTry    time.Duration
	NaiveTries  int
	Seed        seedPlan      // what the tables hold before answers are measured
	Answers     time.Duration // window in which they are asked for
}

// A seedPlan says how much a database is filled with.
type seedPlan struct{ Events, Issues, Releases int }

var full = plan{
	Limit: time.Hour, HTTP: 4 * time.Second, Connections: []int{1, 64, 256},
	Form: 2 * time.Second, Read: 200_000, CopyRows: 100_000, Preload: 150_000,
	Try: 10 * time.Second, Tries: 7, Sustain: 60 * time.Second, Relaxed: 20 * time.Second,
	NaiveTry: 6 * time.Second, NaiveTries: 6,
	Seed: seedPlan{5_000_000, 20_000, 200}, Answers: 60 * time.Second,
}

var quickPlan = plan{
	Limit: 5 * time.Minute, HTTP: time.Second, Connections: []int{1, 64, 256},
	Form: 500 * time.Millisecond, Read: 20_000, CopyRows: 20_000, Preload: 20_000,
	Try: 3 * time.Second, Tries: 3, Sustain: 6 * time.Second, Relaxed: 5 * time.Second,
	NaiveTry: 3 * time.Second, NaiveTries: 3,
	Seed: seedPlan{100_000, 1000, 200}, Answers: 10 * time.Second,
}

// Fixed properties of the load.
const (
	bodies        = 20_000 // distinct ones
	projects      = 100
	issues        = 10_000 // over all projects, by Zipf's law
	visitors      = 100_000
	e2eSenders    = 64 // connections of the end-to-end load
	bodySeed      = 2
	copyBatch     = 1_000 // rows a COPY
	per           = 100_000.0
	relaxedFactor = 0.7
)
