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

// A wordGroup is the words of a fingerprint, by their numbers.
type wordGroup struct {
	groupKey
	words map[int64]struct{}
	kinds [words.Tag + 1]int // how many of each
	of    pieces
	full  []words.Kind // of which there is room for no more, as the statement tells
}

// A projectWord is a word of a project.
type projectWord struct {
	project int64
	words.Word
}

// number is how a word stands in issue_words.
func (w projectWord) number() int64 { return words.Number(w.project, w.Word) }

// found is what new rows say that nobody has written down yet, as far as this process knows.
type found struct {
	groups []*wordGroup // sorted
	words  map[projectWord]int64
	texts  map[groupKey]string
	pieces map[uint64]struct{} // to be remembered once it is committed
}

// Pieces that no event has: these are their hashes.
const (
	textPiece = iota + 1 // the text of a fingerprint
	fullPiece            // no more words of a kind
)

// isNew tells whether a piece is not known, which it is from now on.
func (f *found) isNew(m *memory, hash uint64) bool {
	if m.seen.has(hash) {
		return false
	}
	if _, ok := f.pieces[hash]; ok {
		return false
	}
	f.pieces[hash] = struct{}{}
	return true
}

// findWords takes new rows apart, piece by piece, but for the pieces that were before.
func (m *memory) findWords(finder *words.Finder, rows []*Row, now time.Time) *found {
	f := &found{words: map[projectWord]int64{}, texts: map[groupKey]string{}, pieces: map[uint64]struct{}{}}
	groups := map[groupKey]*wordGroup{}
	var room []words.Word
	for _, r := range rows {
		k := groupKey{r.Project, r.Fingerprint}
		of := m.pieces(k, now)
		if f.isNew(m, of.hash(0, textPiece)) {
			f.texts[k] = event.Cut(strings.ToLower(r.Title+"\n"+r.Event.Culprit), maxSearchText)
		}
		room = finder.Find(room[:0], r.Event, r.Title, func(kind words.Kind, piece uint64) bool {
			return !f.isNew(m, of.hash(kind, piece)) || m.seen.has(of.hash(kind, fullPiece))
		})
		if len(room) == 0 {
			continue
		}
		g := groups[k]
		if g == nil {
			g = &wordGroup{groupKey: k, words: make(map[int64]struct{}, len(room)), of: of}
			groups[k] = g
		}
		for _, w := range room {
			f.add(m, g, projectWord{r.Project, w}, now)
		}
	}
	for _, g := range groups {
		if len(g.words) > 0 {
			f.groups = append(f.groups, g)
		}
	}
	slices.SortFunc(f.groups, func(a, b *wordGroup) int { return compareGroups(a.groupKey, b.groupKey) })
	return f
}

// add adds a word to a fingerprint's, and to its project's if they may not have it.
func (f *found) add(m *memory, g *wordGroup, w projectWord, now time.Time) {
	number := w.number()
	if _, ok := g.words[number]; ok || g.kinds[w.Kind] >= maxWords {
		return
	}
	if !f.isNew(m, g.of.hash(0, uint64(number))) { // another piece has it
		return
	}
	g.words[number] = struct{}{}
	g.kinds[w.Kind]++
	if f.isNew(m, m.epoch(uint64(number), now).base) {
		f.words[w] = number
	}
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
	return m.epoch(low, now, uint64(k.project), high)
}

// epoch names what is forgotten once in wordsFor, at a time that the first number decides.
func (m *memory) epoch(number uint64, now time.Time, more ...uint64) pieces {
	const seconds = uint64(wordsFor / time.Second)
	h := m.seen.hash(number, (uint64(now.Unix())+number%seconds)/seconds) // no clock stands before 1970
	for _, n := range more {
		h = m.seen.hash(h, n)
	}
	return pieces{m.seen, h}
}

func (p pieces) hash(kind words.Kind, piece uint64) uint64 {
	return p.seen.hash(p.base, uint64(kind), piece) // kinds are small
}

//go:embed sql/insert_vocabulary.sql
var insertVocabularySQL string

//go:embed sql/insert_words.sql
var insertWordsSQL string

//go:embed sql/insert_texts.sql
var insertTextsSQL string

// vocabularyDays is how far the day of a word may be behind, so that most are written once in so many days at most.
const vocabularyDays = 7

// queueWords writes what was found.
func queueWords(queue *pgx.Batch, f *found, now time.Time) {
	f.queueVocabulary(queue, now)
	if n := len(f.groups); n > 0 {
		projects, fingerprints, lows, highs := make([]int64, n), make([][16]byte, n), make([]int32, n), make([]int32, n)
		var all []int64
		for i, g := range f.groups {
			projects[i], fingerprints[i], lows[i] = g.project, g.fingerprint, int32(len(all)+1) // a batch holds thousands
			all = slices.AppendSeq(all, maps.Keys(g.words))
			highs[i] = int32(len(all))
		}
		queue.Queue(insertWordsSQL, projects, fingerprints, all, lows, highs, maxWords).Query(func(rows pgx.Rows) error {
			var n int32
			var kind words.Kind
			_, err := pgx.ForEachRow(rows, []any{&n, (*int16)(&kind)}, func() error {
				f.groups[n-1].full = append(f.groups[n-1].full, kind)
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

// queueVocabulary writes the words of projects. The statement sorts them: two workers that meet the same new words wait for
// each other.
func (f *found) queueVocabulary(queue *pgx.Batch, now time.Time) {
	if len(f.words) == 0 {
		return
	}
	n := len(f.words)
	projects, numbers, kinds, texts := make([]int64, 0, n), make([]int64, 0, n), make([]int16, 0, n), make([]string, 0, n)
	for _, w := range slices.SortedFunc(maps.Keys(f.words), func(a, b projectWord) int {
		return cmp.Or(cmp.Compare(a.project, b.project), cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Text, b.Text))
	}) {
		projects, numbers, kinds, texts = append(projects, w.project), append(numbers, f.words[w]), append(kinds, int16(w.Kind)), append(texts, w.Text)
	}
	queue.Queue(insertVocabularySQL, projects, numbers, kinds, texts, int32(event.DayOf(now)), vocabularyDays)
}

// wroteWords remembers what was committed.
func (m *memory) wroteWords(f *found) {
	for piece := range f.pieces {
		m.seen.add(piece)
	}
	for _, g := range f.groups {
		for _, kind := range g.full {
			m.seen.add(g.of.hash(kind, fullPiece))
		}
	}
}
