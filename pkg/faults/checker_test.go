package faults

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"time"
)

// A problem is one way in which tables and history disagree: what kind, how often, and an example.
type problem struct{ kind, detail string }

// The kinds of problems.
const (
	lost       = "acknowledged and not stored"
	unexpected = "stored and never sent"
	misplaced  = "stored under another project"
	twice      = "stored twice"
	unreadable = "record can't be read"
	altered    = "record is not what was sent"
	dead       = "bytes in a block that belong to no event"
	wrongIssue = "issue does not count its events"
	wrongUsers = "users do not agree"
	wrongHour  = "hour does not count its events"
	wrongMin   = "minute does not count its events"
	wrongSum   = "the ledger does not balance"
	wrongNoise = "noise is not counted or kept as it came"
	wrongFile  = "files do not agree"
	wrongRates = "sessions do not agree"
	badAnswer  = "answer that no client should get"

	wrongField   = "counts of a field's values do not agree"
	wrongRelease = "release was not first seen then"
	wrongWords   = "fingerprint that nobody can search for"
)

// findings gathers problems by kind.
type findings struct {
	kinds    []string
	count    map[string]int
	examples map[string]string
}

func (f *findings) add(kind, format string, args ...any) {
	if f.count[kind]++; f.count[kind] == 1 {
		f.kinds = append(f.kinds, kind)
		f.examples[kind] = fmt.Sprintf(format, args...)
	}
}

// check compares tables, once nothing is left to write, with the history of their senders. Nothing it
// returns is allowed after any fault.
func check(h *history, found *tables) []problem {
	f := &findings{count: map[string]int{}, examples: map[string]string{}}
	checkEvents(h, found, f)
	checkBlocks(found, f)
	checkIssues(found, f)
	checkTimes(found, f)
	checkAnswers(found, f)
	checkLedger(h, found, f)
	checkNoise(h, found, f)
	checkFiles(h, found, f)
	checkSessions(h, found, f)
	for _, p := range h.problems {
		f.add(badAnswer, "%s", p)
	}
	var problems []problem
	for _, kind := range f.kinds {
		problems = append(problems, problem{kind, fmt.Sprintf("%d times, first %s", f.count[kind], f.examples[kind])})
	}
	return problems
}

func checkEvents(h *history, found *tables, f *findings) {
	h.mu.Lock()
	defer h.mu.Unlock()
	stored := map[[16]byte]int{}
	for i := range found.rows {
		r := &found.rows[i]
		if stored[r.id]++; stored[r.id] == 2 {
			f.add(twice, "event %s, here on %s", r.id, r.day)
		}
		s := h.events[r.id]
		switch {
		case s == nil:
			f.add(unexpected, "event %s of project %d", r.id, r.project)
			continue
		case s.noise:
			f.add(wrongNoise, "event %s of project %d is stored", r.id, r.project)
		case s.project != r.project:
			f.add(misplaced, "event %s of project %d in project %d", r.id, s.project, r.project)
		}
		switch {
		case r.problem != nil:
			f.add(unreadable, "event %s: %v", r.id, r.problem)
		case r.record.ID != r.id || r.record.Project != r.project || r.record.Day != r.day || !r.record.Received.Equal(r.received):
			f.add(altered, "event %s of project %d has the record of %s of %d", r.id, r.project, r.record.ID, r.record.Project)
		case sha256.Sum256(r.record.Raw) != s.bytes:
			f.add(altered, "event %s: %.200q", r.id, r.record.Raw)
		}
	}
	for id, s := range h.events {
		if s.acks > 0 && !s.noise && stored[id] == 0 {
			f.add(lost, "event %s of project %d, acknowledged %d times", id, s.project, s.acks)
		}
	}
}

func checkBlocks(found *tables, f *findings) {
	used := map[blockKey]int{}
	for i := range found.rows {
		used[found.rows[i].block] += found.rows[i].length
	}
	for k, length := range found.blocks {
		if used[k] != length {
			f.add(dead, "block %v holds %d bytes and %d of events", k, length, used[k])
		}
	}
}

// checkIssues counts every issue's events and users from the rows.
func checkIssues(found *tables, f *findings) {
	want, wantUsers, users := map[groupKey]issue{}, map[groupKey]int64{}, map[string]bool{}
	for i := range found.rows {
		r := &found.rows[i]
		fingerprint := groupKey{r.project, r.fingerprint}
		k := groupKey{r.project, found.issueOf[fingerprint]}
		w := want[k]
		w.events++
		if w.first.IsZero() || r.received.Before(w.first) {
			w.first = r.received.UTC()
		}
		if r.received.After(w.last) {
			w.last = r.received.UTC()
		}
		if r.user != nil {
			if user := fmt.Sprint(fingerprint, *r.user); !users[user] {
				users[user] = true
				w.users++
				wantUsers[fingerprint]++
			}
		}
		want[k] = w
	}
	differ(want, found.issues, func(k groupKey, want, got issue) {
		if want.users != got.users {
			f.add(wrongUsers, "issue %s of project %d says %d, want %d", k.id, k.project, got.users, want.users)
		}
		if want.users = got.users; want != got {
			f.add(wrongIssue, "issue %s of project %d says %+v, want %+v", k.id, k.project, got, want)
		}
	})
	differ(wantUsers, found.users, func(k groupKey, want, got int64) {
		f.add(wrongUsers, "fingerprint %s of project %d lists %d, want %d", k.id, k.project, got, want)
	})
}

// checkTimes counts every hour of a fingerprint and every minute of a project from the rows.
func checkTimes(found *tables, f *findings) {
	hours, minutes := map[timeKey]int64{}, map[minuteKey]int64{}
	for i := range found.rows {
		r := &found.rows[i]
		hours[timeKey{groupKey{r.project, r.fingerprint}, r.received.UTC().Truncate(time.Hour)}]++
		minutes[minuteKey{r.project, r.received.UTC().Truncate(time.Minute)}]++
	}
	differ(hours, found.hours, func(k timeKey, want, got int64) {
		f.add(wrongHour, "%s of project %d at %v says %d, want %d", k.id, k.project, k.at, got, want)
	})
	differ(minutes, found.minutes, func(k minuteKey, want, got int64) {
		f.add(wrongMin, "project %d at %v says %d, want %d", k.project, k.at, got, want)
	})
}

// differ tells each key whose values are not the same; a missing one is zero.
func differ[K, V comparable](want, got map[K]V, tell func(K, V, V)) {
	for k, v := range want {
		if got[k] != v {
			tell(k, v, got[k])
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok && v != *new(V) {
			tell(k, *new(V), v)
		}
	}
}

// checkLedger holds the books against each other, and against what senders know: a pack holds what was
// acknowledged, and nothing that was not sent.
func checkLedger(h *history, found *tables, f *findings) {
	events := int64(len(found.rows))
	if sum := events + found.duplicates + found.filtered + found.expired + found.deadLetters; sum != found.packed {
		f.add(wrongSum, "packs held %d events, and %d stored, %d duplicates, %d filtered, %d expired and %d dead letters make %d",
			found.packed, events, found.duplicates, found.filtered, found.expired, found.deadLetters, sum)
	}
	if n := cmp.Or(found.expired, found.deadLetters); n != 0 {
		f.add(wrongSum, "%d expired and %d dead letters, none of which was sent", found.expired, found.deadLetters)
	}
	if t := h.totals(); found.packed < int64(t.acks) || found.packed > int64(t.attempts) {
		f.add(wrongSum, "packs held %d events, want at least the %d acknowledged and at most the %d sent", found.packed, t.acks, t.attempts)
	}
}
