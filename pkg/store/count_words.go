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

// maxWords is how many words of a kind are kept of a fingerprint. Workers that write at once may go over it by a few.
const maxWords = 300

// maxSearchText cuts title and culprit as they are searched, in characters.
const maxSearchText = 1000

// A wordGroup is the words of one kind of a fingerprint.
type wordGroup struct {
	groupKey
	kind words.Kind
}

// found is what new rows say that nobody has written down yet, as far as this process knows.
type found struct {
	words  map[wordGroup]map[string]struct{}
	texts  map[groupKey]string
	pieces map[uint64]struct{} // to be remembered once it is committed
	full   []wordGroup         // that the database has no room for any more
}

// findWords takes new rows apart, piece by piece, but for the pieces that were before.
func (s *Store) findWords(rows []*Row, now time.Time) *found {
	f := &found{words: map[wordGroup]map[string]struct{}{}, texts: map[groupKey]string{}, pieces: map[uint64]struct{}{}}
	var room []words.Word
	for _, r := range rows {
		hash := s.hashes(groupKey{r.Project, r.Fingerprint}, now)
		k := groupKey{r.Project, r.Fingerprint}
		if h := hash(0, textPiece); !s.seen.has(h) {
			if _, ok := f.texts[k]; !ok {
				f.texts[k] = event.Cut(strings.ToLower(r.Title+"\n"+r.Event.Culprit), maxSearchText)
				f.pieces[h] = struct{}{}
			}
		}
		room = s.finder.Find(room[:0], r.Event, r.Title, func(kind words.Kind, piece uint64) bool {
			h := hash(kind, piece)
			if s.seen.has(h) {
				return true
			}
			if _, ok := f.pieces[h]; ok || s.seen.has(hash(kind, fullPiece)) {
				return true
			}
			f.pieces[h] = struct{}{}
			return false
		})
		for _, w := range room {
			g := wordGroup{k, w.Kind}
			if f.words[g] == nil {
				f.words[g] = map[string]struct{}{}
			}
			f.words[g][w.Text] = struct{}{}
		}
	}
	return f
}

// Pieces that no event has.
const (
	textPiece = 1 // the text of a fingerprint
	fullPiece = 2 // no more words of a kind
)

// wordsFor is how long words count as written: the janitor deletes those of issues that were not seen for long.
const wordsFor = 24 * time.Hour

// hashes returns how pieces of a fingerprint are remembered. They are forgotten once in wordsFor, those of each
// fingerprint at another time, or all would be written again at once.
func (s *Store) hashes(k groupKey, now time.Time) func(words.Kind, uint64) uint64 {
	high, low := binary.BigEndian.Uint64(k.fingerprint[:8]), binary.BigEndian.Uint64(k.fingerprint[8:])
	offset := int64(low % uint64(wordsFor/time.Second))
	epoch := (now.Unix() + offset) / int64(wordsFor/time.Second)
	base := s.seen.hash(uint64(k.project), high, low, uint64(epoch)) // any 64 bits will do
	return func(kind words.Kind, piece uint64) uint64 { return s.seen.hash(base, uint64(kind), piece) }
}

//go:embed sql/insert_words.sql
var insertWordsSQL string

//go:embed sql/insert_texts.sql
var insertTextsSQL string

// queueWords writes what was found.
func queueWords(queue *pgx.Batch, f *found) {
	f.full = nil
	if len(f.words) > 0 {
		groups := slices.SortedFunc(maps.Keys(f.words), func(a, b wordGroup) int {
			return cmp.Or(compareGroups(a.groupKey, b.groupKey), cmp.Compare(a.kind, b.kind))
		})
		n := len(groups)
		projects, fingerprints, kinds := make([]int64, n), make([][16]byte, n), make([]int16, n)
		var of, places []int32
		var texts []string
		for i, g := range groups {
			projects[i], fingerprints[i], kinds[i] = g.project, g.fingerprint, int16(g.kind)
			place := int32(0)
			for word := range f.words[g] { // the statement sorts them
				place++
				of, places, texts = append(of, int32(i+1)), append(places, place), append(texts, word) // a batch holds thousands
			}
		}
		queue.Queue(insertWordsSQL, projects, fingerprints, kinds, of, places, texts, maxWords).Query(func(rows pgx.Rows) error {
			var n int32
			_, err := pgx.ForEachRow(rows, []any{&n}, func() error {
				f.full = append(f.full, groups[n-1])
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

// wrote remembers what was committed.
func (s *Store) wroteWords(f *found, now time.Time) {
	for piece := range f.pieces {
		s.seen.add(piece)
	}
	for _, g := range f.full {
		s.seen.add(s.hashes(g.groupKey, now)(g.kind, fullPiece))
	}
}
