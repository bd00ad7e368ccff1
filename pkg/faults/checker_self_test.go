package faults

import (
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// sound makes a history and tables that agree: two projects of three events, each sent twice, of which one
// more was sent to each project and neither acknowledged nor stored. The first of all came with a file and a session
// that crashed, the last is noise.
func sound() (*history, *tables) {
	h := newHistory()
	found := &tables{
		blocks: map[blockKey]int{}, issues: map[groupKey]issue{}, issueOf: map[groupKey]event.ID{},
		hours: map[timeKey]int64{}, users: map[groupKey]int64{}, minutes: map[minuteKey]int64{},
		marks: map[mark]bool{}, packed: 14, duplicates: 6, filtered: 2, dropped: 2, answers: newAnswers(),
	}
	at := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)
	day, user := event.DayOf(at), int64(7)
	fields := [6]string{"error", "shop@1", "production", "", "", "sentry"}
	for project := int64(1); project <= 2; project++ {
		group := groupKey{project, event.ID{9}}
		found.issueOf[group] = group.id
		found.issues[group] = issue{3, 1, at, at}
		found.hours[timeKey{group, at.Truncate(time.Hour)}] = 3
		found.users[group] = 1
		found.minutes[minuteKey{project, at.Truncate(time.Minute)}] = 3
		for i, text := range fields {
			found.fields[fieldKey{project, at.Truncate(time.Hour), int16(i + 1), text}] = 3
		}
		found.dayUsers[dayUser{project, day, user}] = 1
		found.releases[releaseKey{project, "shop@1"}] = at
		block := blockKey{project, 5, day}
		for n := range byte(4) {
			id, raw := event.ID{byte(project), n}, []byte{'{', '0' + n, '}'}
			h.events[id] = &sent{project: project, bytes: sha256.Sum256(raw), attempts: 2, acks: 2}
			if n == 3 {
				h.events[id].acks = 0
				continue
			}
			record := pack.Record{ID: id, Project: project, Day: day, Received: at, Raw: raw}
			found.rows = append(found.rows, row{
				id: id, project: project, fingerprint: group.id, received: at, user: &user, day: day, fields: fields,
				block: block, start: 10 * int(n), length: 10, record: record,
			})
			found.blocks[block] += 10
		}
	}
	first, last := event.ID{1, 0}, event.ID{2, 3}
	h.events[first].file, h.events[first].crashed = "abc", true
	found.files = []file{{first, 1, "abc"}}
	found.marks[mark{first, 1, false}], found.marks[mark{first, 1, true}] = true, true
	found.sessions, found.errored, found.crashed = 2, 1, 1
	h.events[last].noise, h.events[last].acks = true, 2
	found.samples = []sample{{id: last, project: 2, record: pack.Record{Raw: []byte("{3}")}}}
	return h, found
}

// TestTheCheckerFails plants each kind of damage and wants it told, and nothing else.
func TestTheCheckerFails(t *testing.T) {
	t.Parallel()
	first := func(m map[groupKey]issue) groupKey {
		for k := range m {
			return k
		}
		return groupKey{}
	}
	for _, c := range []struct {
		name  string
		plant func(h *history, found *tables)
		want  []string
	}{
		{"what agrees is fine", func(*history, *tables) {}, nil},
		{"an event that was sent but not acknowledged may be stored", func(h *history, _ *tables) { h.events[event.ID{1, 1}].acks = 0 }, nil},
		{"an acknowledged event is missing", func(h *history, _ *tables) { h.events[event.ID{1, 3}].acks = 1 }, []string{lost, wrongSum}},
		{"a row, its block and its counts are gone", func(_ *history, found *tables) {
			found.rows = found.rows[1:]
		}, []string{lost, dead, wrongIssue, wrongHour, wrongMin, wrongSum, wrongField}},
		{"a row nobody sent", func(h *history, _ *tables) { delete(h.events, event.ID{2, 1}) }, []string{unexpected}},
		{"a row of another project", func(h *history, _ *tables) { h.events[event.ID{2, 1}].project = 1 }, []string{misplaced}},
		{"an event on two days", func(_ *history, found *tables) {
			r := found.rows[0]
			r.day--
			r.record.Day = r.day
			r.block.day = r.day
			found.blocks[r.block] = r.length
			found.rows = append(found.rows, r)
		}, []string{twice, wrongIssue, wrongHour, wrongMin, wrongSum, wrongField}},
		{"counts of a browser that a replay has doubled", func(_ *history, found *tables) {
			for k := range found.fields {
				found.fields[k] *= 2
				break
			}
		}, []string{wrongField}},
		{"counts that a sum has lost", func(_ *history, found *tables) { clear(found.fields) }, []string{wrongField}},
		{"a user who was there on no day", func(_ *history, found *tables) { clear(found.dayUsers) }, []string{wrongUsers}},
		{"a user of another day", func(_ *history, found *tables) { found.dayUsers[dayUser{1, 9, 7}] = 1 }, []string{wrongUsers}},
		{"a release that nobody knows", func(_ *history, found *tables) { delete(found.releases, releaseKey{1, "shop@1"}) }, []string{wrongRelease}},
		{"a release that came later", func(_ *history, found *tables) {
			k := releaseKey{2, "shop@1"}
			found.releases[k] = found.releases[k].Add(time.Second)
		}, []string{wrongRelease}},
		{"an issue that nobody finds", func(_ *history, found *tables) { found.untold = 1 }, []string{wrongWords}},
		{"a place in a block that holds nothing", func(_ *history, found *tables) { found.rows[0].problem = errors.New("torn") }, []string{unreadable}},
		{"two events whose records are swapped", func(_ *history, found *tables) {
			found.rows[0].record, found.rows[1].record = found.rows[1].record, found.rows[0].record
		}, []string{altered}},
		{"one byte is another", func(_ *history, found *tables) { found.rows[0].record.Raw = []byte("{9}") }, []string{altered}},
		{"a block that no row points to", func(_ *history, found *tables) { found.blocks[blockKey{project: 1}] = 1 }, []string{dead}},
		{"an issue that counted a redelivery", func(_ *history, found *tables) {
			k := first(found.issues)
			i := found.issues[k]
			i.events++
			found.issues[k] = i
		}, []string{wrongIssue}},
		{"an issue that counted a user twice", func(_ *history, found *tables) {
			k := first(found.issues)
			i := found.issues[k]
			i.users++
			found.issues[k] = i
		}, []string{wrongUsers}},
		{"a user too many", func(_ *history, found *tables) { found.users[first(found.issues)]++ }, []string{wrongUsers}},
		{"an issue without events", func(_ *history, found *tables) { found.issues[groupKey{project: 8}] = issue{events: 1} }, []string{wrongIssue}},
		{"an hour that counted half", func(_ *history, found *tables) {
			for k := range found.hours {
				found.hours[k]--
				break
			}
		}, []string{wrongHour}},
		{"a minute that counted twice", func(_ *history, found *tables) {
			for k := range found.minutes {
				found.minutes[k] *= 2
				break
			}
		}, []string{wrongMin}},
		{"a duplicate that was counted again", func(_ *history, found *tables) { found.duplicates++ }, []string{wrongSum}},
		{"a pack that was written and lost", func(_ *history, found *tables) {
			found.packed, found.duplicates = 13, 5
		}, []string{wrongSum}},
		{"a dead letter", func(_ *history, found *tables) { found.deadLetters, found.duplicates = 1, 5 }, []string{wrongSum}},
		{"noise that is stored", func(h *history, _ *tables) { h.events[event.ID{2, 1}].noise = true }, []string{wrongNoise}},
		{"noise that was counted and not dropped", func(_ *history, found *tables) { found.dropped-- }, []string{wrongNoise}},
		{"noise of which nothing can be seen", func(_ *history, found *tables) { found.samples = nil }, []string{wrongNoise}},
		{"a sample that is another event", func(_ *history, found *tables) { found.samples[0].record.Raw = []byte("{4}") }, []string{wrongNoise}},
		{"noise that was counted in two places", func(_ *history, found *tables) { found.filtered, found.dropped, found.duplicates = 3, 3, 5 }, []string{wrongNoise}},
		{"a file that is missing", func(_ *history, found *tables) { found.files = nil }, []string{wrongFile}},
		{"a file that is there twice", func(_ *history, found *tables) { found.files = append(found.files, found.files[0]) }, []string{wrongFile}},
		{"a file with other bytes", func(_ *history, found *tables) { found.files[0].data = "abd" }, []string{wrongFile}},
		{"a session that was counted too often", func(_ *history, found *tables) { found.sessions = 3 }, []string{wrongRates}},
		{"a session that was lost", func(_ *history, found *tables) { found.sessions = 1 }, []string{wrongRates}},
		{"a crash that was counted twice", func(_ *history, found *tables) { found.crashed = 2 }, []string{wrongRates}},
		{"a crash that was forgotten", func(_ *history, found *tables) {
			delete(found.marks, mark{event.ID{1, 0}, 1, true})
			found.crashed = 0
		}, []string{wrongRates}},
		{"a crash of nobody", func(_ *history, found *tables) {
			found.marks[mark{event.ID{1, 1}, 1, true}] = true
			found.crashed = 2
		}, []string{wrongRates}},
		{"a client that was told 500", func(h *history, _ *tables) { h.wrong("status 500") }, []string{badAnswer}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, found := sound()
			c.plant(h, found)
			var got []string
			for _, p := range check(h, found) {
				got = append(got, p.kind)
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("kinds of problems (-want +got):\n%s", diff)
			}
		})
	}
}
