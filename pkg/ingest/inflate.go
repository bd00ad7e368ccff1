package ingest

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Sizes of inflated text, in bytes. zstd's blocks may overshoot a limit by one block before it is noticed.
const (
	smallText = 256 << 10
	zstdBlock = 128 << 10
)

// inflateWait is how long a request waits for its turn. Turns are all computation, never waiting for a
// network, and last milliseconds.
const inflateWait = 2 * time.Second

// An inflater turns compressed bodies into text with memory that doesn't depend on how many come: a few
// small texts at once, one large, and one brotli, whose window alone can be 8 MiB. Safe for concurrent use.
type inflater struct {
	turns  chan struct{} // small texts
	brotli chan struct{}
	large  chan struct{}
	small  *sync.Pool // *[]byte
	big    *sync.Pool // *[]byte; holds one
	gzip   *sync.Pool
	zlib   *sync.Pool
	flate  *sync.Pool
	br     *sync.Pool // holds one
	zstd   *zstd.Decoder
}

func newInflater() inflater {
	turns := max(2, runtime.GOMAXPROCS(0))
	zstdDecoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(turns), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxText), zstd.WithDecoderMaxWindow(maxText), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		panic(err) // only for options that contradict each other
	}
	return inflater{
		turns: make(chan struct{}, turns), brotli: make(chan struct{}, 1), large: make(chan struct{}, 1),
		small: bufferPool(smallText + zstdBlock), big: bufferPool(maxText + zstdBlock),
		gzip: &sync.Pool{New: func() any { return new(gzipDecoder) }}, zlib: &sync.Pool{New: func() any { return new(zlibDecoder) }},
		flate: &sync.Pool{New: func() any { return new(flateDecoder) }}, br: &sync.Pool{New: func() any { return new(brotliDecoder) }}, zstd: zstdDecoder,
	}
}

func bufferPool(size int) *sync.Pool {
	return &sync.Pool{New: func() any { b := make([]byte, 0, size+1); return &b }}
}

// A text is an inflated body. It holds a turn until release.
type text struct {
	bytes  []byte
	buffer *[]byte
	from   *sync.Pool
	turn   func()
}

func (t *text) release() {
	t.from.Put(t.buffer)
	t.turn()
}

// take waits for a turn.
func take(turns chan struct{}) error {
	select {
	case turns <- struct{}{}:
		return nil
	default:
	}
	clock := time.NewTimer(inflateWait)
	defer clock.Stop()
	select {
	case turns <- struct{}{}:
		return nil
	case <-clock.C:
		return refused(errBusy, "too many bodies are being inflated")
	}
}

// inflate returns all of wire's text. Most texts are small; one that is not is inflated again in the large
// buffer.
func (f *inflater) inflate(e encoding, wire []byte) (*text, error) {
	if err := take(f.turns); err != nil {
		return nil, err
	}
	if e == brotlied {
		if err := take(f.brotli); err != nil {
			<-f.turns
			return nil, err
		}
		defer func() { <-f.brotli }()
	}
	t, err := f.attempt(e, wire, f.small, smallText)
	if !errors.Is(err, errOver) {
		return f.turned(t, err, func() { <-f.turns })
	}
	if err := take(f.large); err != nil {
		<-f.turns
		return nil, err
	}
	t, err = f.attempt(e, wire, f.big, maxText)
	if errors.Is(err, errOver) {
		err = errText
	}
	return f.turned(t, err, func() { <-f.large; <-f.turns })
}

// turned hands the turn over to the text, or ends it where there is none.
func (f *inflater) turned(t *text, err error, turn func()) (*text, error) {
	if err != nil {
		turn()
		return nil, err
	}
	t.turn = turn
	return t, nil
}

// errOver means that the text is larger than the buffer.
var errOver = errors.New("text over the buffer")

func (f *inflater) attempt(e encoding, wire []byte, from *sync.Pool, limit int) (*text, error) {
	buffer := from.Get().(*[]byte)
	out, err := f.decode(e, wire, (*buffer)[:0], limit)
	if err != nil {
		from.Put(buffer)
		return nil, err
	}
	return &text{bytes: out, buffer: buffer, from: from}, nil
}

// head returns the first n bytes of the text of wire, which may be cut off anywhere.
func (f *inflater) head(e encoding, wire []byte, n int) ([]byte, error) {
	if err := take(f.turns); err != nil {
		return nil, err
	}
	defer func() { <-f.turns }()
	if e == brotlied {
		if err := take(f.brotli); err != nil {
			return nil, err
		}
		defer func() { <-f.brotli }()
	}
	buffer := f.small.Get().(*[]byte)
	defer f.small.Put(buffer)
	limit := n
	if e == zstded {
		limit = smallText
	}
	out, err := f.decode(e, wire, (*buffer)[:0], limit)
	if len(out) == 0 && err != nil && !errors.Is(err, errOver) {
		return nil, err
	}
	return bytes.Clone(out[:min(n, len(out))]), nil
}

// decode appends the text of wire to dst, which has room for limit bytes and a zstd block. On an error it
// returns what came before it; errOver when that is more than limit.
func (f *inflater) decode(e encoding, wire, dst []byte, limit int) ([]byte, error) {
	switch e {
	case gzipped:
		return stream(f.gzip, wire, dst, limit)
	case deflated:
		// The name means zlib's format; some clients send it without zlib's header.
		out, err := stream(f.zlib, wire, dst, limit)
		if errors.Is(err, zlib.ErrHeader) {
			return stream(f.flate, wire, dst, limit)
		}
		return out, err
	case brotlied:
		return stream(f.br, narrow(wire), dst, min(limit, maxText-16))
	default:
		out, err := f.zstd.DecodeAll(wire, dst)
		switch {
		case errors.Is(err, zstd.ErrDecoderSizeExceeded), len(out) > limit:
			return out, errOver
		case err != nil:
			return out, corrupt(err)
		}
		return out, nil
	}
}

// narrow halves the widest window of brotli, 16 MiB, where the text announces it: no text may be longer
// than half of it, so that nothing in it can refer further back.
func narrow(wire []byte) []byte {
	if len(wire) > 0 && wire[0]&0x0f == 0x0f { // RFC 7932 §9.1: WBITS 24
		wire[0] = wire[0]&0xf0 | 0x0d // 23
	}
	return wire
}

// corrupt tells the client what a decoder's error means to it.
func corrupt(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return refused(event.ErrInvalid, "the compressed body ends early")
	}
	return refused(event.ErrInvalid, "the body is not what its Content-Encoding says")
}

// A decoder is a reader of one compressed format that can be used again.
type decoder interface {
	io.Reader
	// restart begins a new text. The error tells that its header is none.
	restart(src io.Reader) error
}

// stream appends the text of wire, at most limit bytes of it.
func stream(from *sync.Pool, wire, dst []byte, limit int) ([]byte, error) {
	d := from.Get().(decoder)
	defer from.Put(d)
	err := d.restart(bytes.NewReader(wire))
	switch {
	case errors.Is(err, zlib.ErrHeader):
		return dst, err
	case err != nil:
		return dst, corrupt(err)
	}
	for len(dst) <= limit {
		n, err := d.Read(dst[len(dst) : limit+1])
		dst = dst[:len(dst)+n]
		switch {
		case errors.Is(err, io.EOF):
			return dst, nil
		case err != nil:
			return dst, corrupt(err)
		}
	}
	return dst, errOver
}

type gzipDecoder struct{ gzip.Reader }

func (d *gzipDecoder) restart(src io.Reader) error { return d.Reset(src) }

type brotliDecoder struct{ brotli.Reader }

func (d *brotliDecoder) restart(src io.Reader) error { return d.Reset(src) }

type zlibDecoder struct{ io.ReadCloser }

func (d *zlibDecoder) restart(src io.Reader) (err error) {
	if reused, ok := d.ReadCloser.(zlib.Resetter); ok {
		return reused.Reset(src, nil)
	}
	d.ReadCloser, err = zlib.NewReader(src)
	return err
}

type flateDecoder struct{ io.ReadCloser }

func (d *flateDecoder) restart(src io.Reader) error {
	if reused, ok := d.ReadCloser.(flate.Resetter); ok {
		return reused.Reset(src, nil)
	}
	d.ReadCloser = flate.NewReader(src)
	return nil
}
