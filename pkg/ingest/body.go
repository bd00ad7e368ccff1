package ingest

import (
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Limits of bodies, in bytes.
const (
	maxWire = 2 << 20 // as sent, files apart
	maxText = 8 << 20 // inflated, or with files that nobody compressed
	// firstWire is the least buffer; nearly every body fits.
	firstWire = 16 << 10
	// earlyWire is how much of a compressed body is read before it is tried: a bomb shows itself within
	// that, and many of them at once must not be held whole.
	earlyWire = 64 << 10
	// maxInHand bounds the bodies of all requests that are being read, as sent.
	maxInHand = 64 << 20
)

// bodies is what requests share to read theirs.
type bodies struct {
	inHand   atomic.Int64
	buffers  sync.Pool // *[]byte of firstWire
	inflater *inflater
	turns    chan struct{} // of bodies that swell
}

func newBodies() *bodies {
	return &bodies{
		buffers:  sync.Pool{New: func() any { b := make([]byte, 0, firstWire); return &b }},
		inflater: newInflater(),
		turns:    make(chan struct{}, runtime.GOMAXPROCS(0)), // it is all computation
	}
}

// A body is the body of one request, read once, by one goroutine. What it returns is good until release.
type body struct {
	shared   *bodies
	http     *http.Request
	files    bool // it may hold files, which browsers send as they are
	encoding encoding
	opened   bool
	ended    bool
	wire     []byte
	pooled   *[]byte // where wire began
	held     int64   // of inHand
	text     *text   // what wire inflated to
}

// open refuses what needs no reading to be refused.
func (b *body) open() (err error) {
	if b.opened {
		return nil
	}
	b.opened = true
	if b.encoding, err = readEncoding(b.http.Header["Content-Encoding"]); err != nil {
		return err
	}
	if limit, err := b.limit(); b.http.ContentLength > int64(limit) {
		return err
	}
	if err := b.hold(firstWire); err != nil {
		return err
	}
	b.pooled = b.shared.buffers.Get().(*[]byte)
	b.wire = (*b.pooled)[:0]
	return nil
}

var (
	errWire  = refused(event.ErrTooLarge, "body over 2 MiB as sent")
	errFiles = refused(event.ErrTooLarge, "body over 8 MiB with its files")
	errText  = refused(event.ErrTooLarge, "body over 8 MiB inflated")
	errEmpty = refused(event.ErrInvalid, "the body is empty")
)

// limit bounds the wire, in bytes, and is the error of a longer one.
func (b *body) limit() (int, error) {
	if b.files && b.encoding == identity {
		return maxText, errFiles
	}
	return maxWire, errWire
}

// beside refuses a body of which too much is no file; files is how much is, in bytes.
func (b *body) beside(files int) error {
	if b.encoding == identity && len(b.wire)-files > maxWire {
		return errWire
	}
	return nil
}

// read returns the whole body, inflated.
func (b *body) read() ([]byte, error) {
	if err := b.open(); err != nil {
		return nil, err
	}
	if b.encoding == identity {
		limit, _ := b.limit()
		if err := b.fill(limit + 1); err != nil {
			return nil, err
		}
		return b.wire, nonEmpty(b.wire)
	}
	if err := b.fill(earlyWire); err != nil {
		return nil, err
	}
	if !b.ended {
		if err := b.tryEarly(); err != nil {
			return nil, err
		}
		if err := b.fill(maxWire + 1); err != nil {
			return nil, err
		}
	}
	var err error
	if b.text, err = b.shared.inflater.inflate(b.encoding, b.wire); err != nil {
		return nil, err
	}
	return b.text.bytes, nonEmpty(b.text.bytes)
}

func nonEmpty(text []byte) error {
	if len(text) == 0 {
		return errEmpty
	}
	return nil
}

// tryEarly refuses a body whose beginning inflates to too much already. Any other fault shows itself again
// when all of it is there.
func (b *body) tryEarly() error {
	text, err := b.shared.inflater.inflate(b.encoding, b.wire)
	if text != nil {
		text.release()
	}
	if errors.Is(err, event.ErrTooLarge) || errors.Is(err, errBusy) {
		return err
	}
	return nil
}

// head returns about the first n bytes of the inflated body, less where it ends.
func (b *body) head(n int) ([]byte, error) {
	if err := b.open(); err != nil {
		return nil, err
	}
	if b.encoding == identity {
		err := b.fill(n)
		return b.wire[:min(n, len(b.wire))], err
	}
	// A zstd block is up to 128 KiB and comes out whole or not at all.
	if err := b.fill(4 * earlyWire); err != nil {
		return nil, err
	}
	return b.shared.inflater.head(b.encoding, b.wire, n)
}

// fill reads until the wire has n bytes or ends.
func (b *body) fill(n int) error {
	limit, tooLong := b.limit()
	for !b.ended && len(b.wire) < n {
		if len(b.wire) == cap(b.wire) {
			if err := b.grow(); err != nil {
				return err
			}
		}
		got, err := b.http.Body.Read(b.wire[len(b.wire):cap(b.wire)])
		b.wire = b.wire[:len(b.wire)+got]
		switch {
		case len(b.wire) > limit:
			return tooLong
		case err == nil:
		case errors.Is(err, io.EOF):
			b.ended = true
		default:
			return readFault(err)
		}
	}
	return nil
}

func readFault(err error) error {
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return errSlow
	case errors.Is(err, io.ErrUnexpectedEOF):
		return refused(event.ErrInvalid, "the body ended before its Content-Length")
	default:
		return refused(event.ErrInvalid, "the body can't be read to its end")
	}
}

// grow makes room: four times what there is, and once an eighth of the limit has come, which nobody sends
// for nothing, all that Content-Length promises.
func (b *body) grow() error {
	room := 4 * cap(b.wire)
	limit, _ := b.limit()
	if n := int(b.http.ContentLength); n >= cap(b.wire) && (n < room || len(b.wire) >= limit/8) {
		room = n
	}
	room = min(room, limit) + 1
	if err := b.hold(int64(room - cap(b.wire))); err != nil {
		return err
	}
	b.wire = append(make([]byte, 0, room), b.wire...)
	return nil
}

func (b *body) hold(n int64) error {
	if b.shared.inHand.Add(n) > maxInHand {
		b.shared.inHand.Add(-n)
		return refused(errBusy, "too many bodies are being read")
	}
	b.held += n
	return nil
}

// release gives back all memory. Calling it again is harmless.
func (b *body) release() {
	if b.text != nil {
		b.text.release()
		b.text = nil
	}
	if b.pooled != nil {
		b.shared.buffers.Put(b.pooled)
		b.pooled = nil
	}
	b.wire = nil
	b.shared.inHand.Add(-b.held)
	b.held = 0
}
