package faults

import "crypto/sha256"

// maxSamples is more than what is kept of a project's noise by one filter: four workers at once may each leave some
// of the old to the others.
const maxSamples = 5 * 50

// checkNoise holds what was filtered against what was sent: each receipt counts.
func checkNoise(h *history, found *tables, f *findings) {
	if found.filtered != found.dropped {
		f.add(wrongNoise, "minutes counted %d and drops %d", found.filtered, found.dropped)
	}
	if t := h.totals().noise; found.filtered < int64(t.acks) || found.filtered > int64(t.attempts) {
		f.add(wrongNoise, "%d filtered, want at least the %d acknowledged and at most the %d sent", found.filtered, t.acks, t.attempts)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := map[int64]int{}
	for i := range found.samples {
		s := &found.samples[i]
		kept[s.project]++
		if was := h.events[s.id]; was == nil || !was.noise || was.project != s.project || s.problem != nil || sha256.Sum256(s.record.Raw) != was.bytes {
			f.add(wrongNoise, "sample %s of project %d was not sent so", s.id, s.project)
		}
	}
	for project, n := range kept {
		if n > maxSamples {
			f.add(wrongNoise, "%d samples of project %d", n, project)
		}
	}
	if found.filtered > 0 && len(found.samples) == 0 {
		f.add(wrongNoise, "%d filtered and no sample", found.filtered)
	}
}

// checkFiles wants each acknowledged file once, with its event's id, noise or not.
func checkFiles(h *history, found *tables, f *findings) {
	h.mu.Lock()
	defer h.mu.Unlock()
	stored := map[[16]byte]int{}
	for _, got := range found.files {
		stored[got.event]++
		if s := h.events[got.event]; s == nil || s.file == "" || s.file != got.data || s.project != got.project {
			f.add(wrongFile, "%q of event %s of project %d was not sent so", got.data, got.event, got.project)
		}
	}
	for id, s := range h.events {
		if n := stored[id]; n > 1 || n == 0 && s.file != "" && s.acks > 0 {
			f.add(wrongFile, "event %s has %d", id, n)
		}
	}
}

// checkSessions wants each session's crash once, and every receipt of its first update counted.
func checkSessions(h *history, found *tables, f *findings) {
	if t := h.totals().sessions; found.sessions < int64(t.acks) || found.sessions > int64(t.attempts) {
		f.add(wrongRates, "%d began, want at least the %d acknowledged and at most the %d sent", found.sessions, t.acks, t.attempts)
	}
	var errored, crashed int64
	h.mu.Lock()
	defer h.mu.Unlock()
	for m := range found.marks {
		if s := h.events[m.id]; s == nil || !s.crashed || s.project != m.project {
			f.add(wrongRates, "session %s of project %d did not crash", m.id, m.project)
		}
		if m.crashed {
			crashed++
		} else {
			errored++
		}
	}
	if errored != found.errored || crashed != found.crashed {
		f.add(wrongRates, "%d errored and %d crashed, and %d and %d are marked", found.errored, found.crashed, errored, crashed)
	}
	for id, s := range h.events {
		if s.acks > 0 && s.crashed && (!found.marks[mark{id, s.project, true}] || !found.marks[mark{id, s.project, false}]) {
			f.add(wrongRates, "the crash of session %s of project %d is not marked", id, s.project)
		}
	}
}
