package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/words"
)

// A copyBuffer is the body of a COPY … FROM STDIN (FORMAT binary), written field by field: it spares the
// boxing of each value that a generic encoder needs. Format: Postgres manual, "COPY", Binary Format.
type copyBuffer struct {
	b     []byte
	start int // of the array that is being written, behind its length; 0 for none
}

// copySignature opens the format: its magic, no flags, no header extension.
const copySignature = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func newCopyBuffer(size int) *copyBuffer {
	return &copyBuffer{b: append(make([]byte, 0, size), copySignature...)}
}

func (c *copyBuffer) row(fields int16) { c.b = binary.BigEndian.AppendUint16(c.b, uint16(fields)) } // a small constant

func (c *copyBuffer) null() { c.b = binary.BigEndian.AppendUint32(c.b, math.MaxUint32) }

func (c *copyBuffer) length(n int) { c.b = binary.BigEndian.AppendUint32(c.b, uint32(n)) } // fields are far under 2 GiB

func (c *copyBuffer) uuid(id event.ID) {
	c.length(len(id))
	c.b = append(c.b, id[:]...)
}

func (c *copyBuffer) int2(v int16) {
	c.length(2)
	c.b = binary.BigEndian.AppendUint16(c.b, uint16(v)) // two's complement is the format
}

func (c *copyBuffer) int4(v int) {
	c.length(4)
	c.b = binary.BigEndian.AppendUint32(c.b, uint32(v)) // two's complement is the format
}

func (c *copyBuffer) int8(v int64) {
	c.length(8)
	c.b = binary.BigEndian.AppendUint64(c.b, uint64(v)) // two's complement is the format
}

func (c *copyBuffer) boolean(v *bool) {
	if v == nil {
		c.null()
		return
	}
	c.length(1)
	if *v {
		c.b = append(c.b, 1)
	} else {
		c.b = append(c.b, 0)
	}
}

// Postgres counts days and microseconds from 2000-01-01.
const (
	daysTo2000         = 10957
	microsecondsTo2000 = daysTo2000 * 86400 * 1_000_000
)

func (c *copyBuffer) date(d event.Day) { c.int4(int(d) - daysTo2000) }

func (c *copyBuffer) time(t time.Time) { c.int8(t.UnixMicro() - microsecondsTo2000) }

func (c *copyBuffer) text(s string) {
	c.length(len(s))
	c.b = append(c.b, s...)
}

func (c *copyBuffer) bytes(b []byte) {
	c.length(len(b))
	c.b = append(c.b, b...)
}

// Types of elements, as Postgres numbers them.
const (
	oidInt8 = 20
	oidInt2 = 21
	oidText = 25
)

// array begins an array of n fields, which follow, and ends the one before. n is not 0.
func (c *copyBuffer) array(oid uint32, n int) {
	c.endArrays()
	c.length(0) // not known yet
	c.start = len(c.b)
	for _, v := range [...]uint32{1, 0, oid, uint32(n), 1} { // dimensions, no nulls, type, elements, number of the first
		c.b = binary.BigEndian.AppendUint32(c.b, v)
	}
}

// endArrays ends the last array of some.
func (c *copyBuffer) endArrays() {
	if c.start > 0 {
		binary.BigEndian.PutUint32(c.b[c.start-4:], uint32(len(c.b)-c.start)) // as in length
		c.start = 0
	}
}

// Bounds of events.tags: what is beyond is in the record.
const (
	maxRowTags  = 30
	maxTagBytes = words.MaxBytes
)

// tags writes key=value of each.
func (c *copyBuffer) tags(tags event.Tags) {
	if len(tags) == 0 {
		c.null()
		return
	}
	c.array(oidText, min(len(tags), maxRowTags))
	for _, t := range tags[:min(len(tags), maxRowTags)] {
		if n := len(t.Key) + 1 + len(t.Value); n > maxTagBytes {
			c.text(words.TagValue(t))
			continue
		}
		c.length(len(t.Key) + 1 + len(t.Value))
		c.b = append(append(append(c.b, t.Key...), '='), t.Value...)
	}
	c.endArrays()
}

// send ends the body and copies it by a statement of ours.
func (c *copyBuffer) send(ctx context.Context, tx pgx.Tx, statement string) error {
	c.b = binary.BigEndian.AppendUint16(c.b, math.MaxUint16) // the trailer
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(c.b), statement); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}
