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
)

// A copyBuffer is the body of a COPY … FROM STDIN (FORMAT binary), written field by field: it spares the
// boxing of each value that a generic encoder needs. Format: Postgres manual, "COPY", Binary Format.
type copyBuffer struct {
	b []byte
}

// copySignature opens the format: its magic, no flags, no header extension.
const copySignature = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func newCopyBuffer(size int) *copyBuffer {
	return &copyBuffer{append(make([]byte, 0, size), copySignature...)}
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

// send ends the body and copies it by a statement of ours.
func (c *copyBuffer) send(ctx context.Context, tx pgx.Tx, statement string) error {
	c.b = binary.BigEndian.AppendUint16(c.b, math.MaxUint16) // the trailer
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(c.b), statement); err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}
