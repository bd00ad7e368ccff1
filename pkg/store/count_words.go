package store

import (
	"cmp"
	_ "embed"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/words"
)

// maxWords is how many words of a kind are kept of a fingerprint. Workers that write at once may go over it by some.
const maxWords = 300

// maxSearchText cuts title and culprit as they are searched, in characters.
const maxSearchText = 1000

// A wordGroup is the words of one kind of a fingerprint.
type wordGroup struct {
	groupKey
	kind  words.Kind
	words []string
	room  uint64 // how the room that is left is remembered
	full  uint64 // and that there is none
	asked bool   // the statement looks how much room there is
	left  int    // how much there was; only where it was asked
}

// found is what new rows say that nobody has written down yet, as far as this process knows.
type found struct {
	groups []*wordGroup // sorted
	texts  map[groupKey]string
	pieces map[uint64]struct{} // to be remembered once it is committed
}

// Pieces that no event has: these are their hashes.
const (
	textPiece = iota + 1 // the text of a fingerprint
	fullPiece            // no more words of a kind
	roomPiece            // how many more
)

// findWords takes new rows apart, piece by piece, but for the pieces that were before.
func (m *memory) findWords(finder *words.Finder, rows []*Row, now time.Time) *found {
	f := &found{texts: map[groupKey]string{}, pieces: map[uint64]struct{}{}}
	groups := map[groupKey]*[words.Tag + 1]*wordGroup{}
	var room []words.Word
	for _, r := range rows {
		k := groupKey{r.Project, r.Fingerprint}
		of := m.pieces(k, now)
		isNew := func(h uint64) bool { // and is not any more
			if m.seen.has(h) {
				return false
			}
			if _, ok := f.pieces[h]; ok {
				return false
			}
			f.pieces[h] = struct{}{}
			return true
		}
		if isNew(of.hash(0, textPiece)) {
			f.texts[k] = event.Cut(strings.ToLower(r.Title+"\n"+r.Event.Culprit), maxSearchText)
		}
		room = finder.Find(room[:0], r.Event, r.Title, func(kind words.Kind, piece uint64) bool {
			return !isNew(of.hash(kind, piece)) || m.seen.has(of.hash(kind, fullPiece))
		})
		if len(room) == 0 {
			continue
		}
		kinds := groups[k]
		if kinds == nil {
			kinds = &[words.Tag + 1]*wordGroup{}
			groups[k] = kinds
		}
		for _, w := range room {
			g := kinds[w.Kind]
			if g == nil {
				g = &wordGroup{groupKey: k, kind: w.Kind, room: of.hash(w.Kind, roomPiece), full: of.hash(w.Kind, fullPiece)}
				kinds[w.Kind] = g
				f.groups = append(f.groups, g)
			}
			g.words = append(g.words, w.Text)
		}
	}
	slices.SortFunc(f.groups, func(a, b *wordGroup) int {
		return cmp.Or(compareGroups(a.groupKey, b.groupKey), cmp.Compare(a.kind, b.kind))
	})
	for _, g := range f.groups {
		slices.Sort(g.words)
		g.words = slices.Compact(g.words)
		left, known := m.rooms.left(g.room)
		g.asked = !known || len(g.words) > left/2 // others may be writing too
	}
	return f
}

// wordsFor is how long words count as written: the janitor deletes those of issues that were not seen for long.
const wordsFor = 24 * time.Hour

// pieces tells how pieces of a fingerprint are remembered.
type pieces struct {
	seen *seen
	base uint64
}

// pieces of a fingerprint are forgotten once in wordsFor, those of each at another time, or all would be written again at
// once.
func (m *memory) pieces(k groupKey, now time.Time) pieces {
	high, low := binary.BigEndian.Uint64(k.fingerprint[:8]), binary.BigEndian.Uint64(k.fingerprint[8:])
	const seconds = uint64(wordsFor / time.Second)
	epoch := (uint64(now.Unix()) + low%seconds) / seconds // no clock stands before 1970
	return pieces{m.seen, m.seen.hash(uint64(k.project), high, low, epoch)}
}

func (p pieces) hash(kind words.Kind, piece uint64) uint64 {
	return p.seen.hash(p.base, uint64(kind), piece) // kinds are small
}

//go:embed sql/insert_words.sql
var insertWordsSQL string

//go:embed sql/insert_texts.sql
var insertTextsSQL string

// queueWords writes what was found.
func queueWords(queue *pgx.Batch, f *found) {
	if n := len(f.groups); n > 0 {
		projects, fingerprints, kinds, asked := make([]int64, n), make([][16]byte, n), make([]int16, n), make([]bool, n)
		var of, places []int32
		var texts []string
		for i, g := range f.groups {
			projects[i], fingerprints[i], kinds[i], asked[i] = g.project, g.fingerprint, int16(g.kind), g.asked
			for place, word := range g.words {
				of, places, texts = append(of, int32(i+1)), append(places, int32(place+1)), append(texts, word) // a batch holds thousands
			}
		}
		queue.Queue(insertWordsSQL, projects, fingerprints, kinds, asked, of, places, texts, maxWords).Query(func(rows pgx.Rows) error {
			var n, left int32
			_, err := pgx.ForEachRow(rows, []any{&n, &left}, func() error {
				f.groups[n-1].left = int(left)
				return nil
			})
			return err
		})
	}
	if len(f.texts) == 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(f.texts), compareGroups)
	projects, fingerprints, texts := make([]int64, len(keys)), make([][16]byte, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		projects[i], fingerprints[i], texts[i] = k.project, k.fingerprint, f.texts[k]
	}
	queue.Queue(insertTextsSQL, projects, fingerprints, texts)
}

// wroteWords remembers what was committed.
func (m *memory) wroteWords(f *found) {
	for piece := range f.pieces {
		m.seen.add(piece)
	}
	for _, g := range f.groups {
		if g.asked && g.left <= 0 {
			m.seen.add(g.full)
			continue
		}
		if !g.asked {
			g.left, _ = m.rooms.left(g.room)
		}
		m.rooms.set(g.room, g.left-len(g.words))
	}
}
