package store

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A position is where a page of a list ended: the sort key and the id of its last row. Going on from it
// needs no counting and gives each row once, also where keys are equal.
type position struct {
	key int64 // microseconds since 1970, or a count
	id  event.ID

	project int64 // in lists of all projects: two may have an issue of one id
}

func (p position) time() time.Time { return time.UnixMicro(p.key).UTC() }

// A list names what a cursor belongs to: its kind and everything that was asked for but the page size. A
// cursor of another list would silently skip rows, so it is refused.
type list uint32

func newList(kind string, asked any) list {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%s %#v", kind, asked) // a hash never fails
	return list(h.Sum32())
}

const (
	cursorVersion = 1
	cursorBytes   = 1 + 4 + 8 + 16
	widerBytes    = cursorBytes + 8 // with a project
)

func (l list) cursor(p position) string {
	b := make([]byte, 0, widerBytes)
	b = append(b, cursorVersion)
	b = binary.BigEndian.AppendUint32(b, uint32(l))
	b = binary.BigEndian.AppendUint64(b, uint64(p.key)) // the way back below undoes it
	b = append(b, p.id[:]...)
	if p.project != 0 {
		b = binary.BigEndian.AppendUint64(b, uint64(p.project)) // as above
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// page cuts rows, of which one more than limit was asked for, and returns the cursor of the next page, "" after the
// last.
func page[T any](l list, rows []T, limit int, at func(T) position) (cut []T, next string) {
	if len(rows) <= limit {
		return rows, ""
	}
	return rows[:limit], l.cursor(at(rows[limit-1]))
}

// position reads a cursor of this list, ErrInvalid for anything else. The first page, which has none, begins at end.
func (l list) position(cursor string, end time.Time) (p position, err error) {
	if cursor == "" {
		return position{key: end.UnixMicro()}, nil
	}
	of, p, err := readCursor(cursor)
	if err == nil && of != l {
		return p, invalid("cursor", "the next of a page with the same parameters")
	}
	return p, err
}

// readCursor tells which list a cursor is of, and where it stands.
func readCursor(cursor string) (l list, p position, err error) {
	n := base64.RawURLEncoding.DecodedLen(len(cursor))
	if n != cursorBytes && n != widerBytes {
		return l, p, invalid("cursor", "the next of the page before")
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || b[0] != cursorVersion {
		return l, p, invalid("cursor", "the next of the page before")
	}
	l = list(binary.BigEndian.Uint32(b[1:]))
	p.key = int64(binary.BigEndian.Uint64(b[5:])) // as above
	copy(p.id[:], b[13:])
	if n == widerBytes {
		p.project = int64(binary.BigEndian.Uint64(b[cursorBytes:])) // as above
	}
	if p.key < 0 || p.key > lastTime.UnixMicro() {
		return l, p, invalid("cursor", "the next of the page before")
	}
	return l, p, nil
}
