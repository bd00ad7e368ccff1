package ingest

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A tier is for texts up to a size. A body is inflated into the first that holds it: hardly any needs the
// second, and none of a client that means well the third.
type tier struct {
	size   int           // bytes of text
	window byte          // bits of a brotli window that covers it
	turns  chan struct{} // as many as may be under way at once
	// What may be used again; nil in the last tier, whose memory is given back to the system at once.
	buffers  *sync.Pool // *[]byte
	decoders map[encoding]*sync.Pool
	zstd     *zstd.Decoder
}

// zstdBlock is by how much zstd may overshoot a text before it is noticed.
const zstdBlock = 128 << 10

// turnWait is how long a request waits for its turn. Turns are all computation, never waiting for a
// network, and last milliseconds.
const turnWait = 2 * time.Second

// An inflater turns compressed bodies into text with memory that doesn't depend on how many come: a few
// small texts at once, and one of each larger tier. Safe for concurrent use.
type inflater struct{ tiers [3]tier }

func newInflater() *inflater {
	cores := max(2, runtime.GOMAXPROCS(0))
	return &inflater{[3]tier{newTier(256<<10, 18, cores), newTier(2<<20, 21, 1), {size: maxText, window: 23, turns: make(chan struct{}, 1)}}}
}

func newTier(size int, window byte, turns int) tier {
	buffers := &sync.Pool{New: func() any { return newBuffer(size) }}
	return tier{size, window, make(chan struct{}, turns), buffers, decoderPools(), newZstd(turns)}
}

func newBuffer(size int) *[]byte {
	b := make([]byte, 0, size+zstdBlock+1)
	return &b
}

// newZstd returns a decoder that stops where its buffer ends, into which it decodes directly: the window,
// at most the 8 MiB that RFC 9659 grants, costs nothing.
func newZstd(concurrency int) *zstd.Decoder {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(concurrency), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxText), zstd.WithDecoderMaxWindow(maxText), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		panic(err) // only for options that contradict each other
	}
	return z
}

func (t *tier) take() *[]byte {
	if t.buffers == nil {
		return new([]byte) // decode makes it when it knows what is needed
	}
	return t.buffers.Get().(*[]byte)
}

// A text is an inflated body. It holds a turn of its tier until release.
type text struct {
	bytes  []byte
	tier   *tier
	buffer *[]byte
}

func (t *text) release() {
	if t.tier.buffers != nil {
		t.tier.buffers.Put(t.buffer)
	} else {
		t.bytes, t.buffer = nil, nil
		debug.FreeOSMemory() // or the next one comes on top of this one, and of what Go keeps for growth
	}
	<-t.tier.turns
}

// take waits for a turn.
func take(turns chan struct{}) error {
	select {
	case turns <- struct{}{}:
		return nil
	default:
	}
	clock := time.NewTimer(turnWait)
	defer clock.Stop()
	select {
	case turns <- struct{}{}:
		return nil
	case <-clock.C:
		return refused(errBusy, "too many bodies are being unpacked")
	}
}

// inflate returns all of wire's text. One that its tier doesn't hold is begun again in the next.
func (f *inflater) inflate(e encoding, wire []byte) (t *text, err error) {
	for i := range f.tiers {
		if t, err = f.attempt(e, wire, &f.tiers[i]); !errors.Is(err, errOver) {
			return t, err
		}
	}
	return nil, errText
}

// errOver means that the text is larger than its tier.
var errOver = errors.New("text over its tier")

func (f *inflater) attempt(e encoding, wire []byte, in *tier) (*text, error) {
	if err := take(in.turns); err != nil {
		return nil, err
	}
	t := &text{tier: in, buffer: in.take()}
	var err error
	if t.bytes, err = in.decode(e, wire, (*t.buffer)[:0]); err != nil {
		t.release()
		return nil, err
	}
	return t, nil
}

// head returns the first n bytes of the text of wire, which may be cut off anywhere.
func (f *inflater) head(e encoding, wire []byte, n int) ([]byte, error) {
	in := &f.tiers[0]
	if err := take(in.turns); err != nil {
		return nil, err
	}
	t := text{tier: in, buffer: in.take()}
	defer t.release()
	out, err := in.decode(e, wire, (*t.buffer)[:0])
	if len(out) == 0 && err != nil && !errors.Is(err, errOver) {
		return nil, err
	}
	return bytes.Clone(out[:min(n, len(out))]), nil
}

// decode appends the text of wire to dst, which has room for one of the tier's size and a zstd block. On an
// error it returns what came before it; errOver when that is more than the size.
func (t *tier) decode(e encoding, wire, dst []byte) ([]byte, error) {
	switch {
	case e == zstded:
		return t.decodeZstd(wire, dst)
	case e == deflated && !hasZlibHeader(wire):
		e = rawDeflated // the name means zlib's format; some clients send it without zlib's header
	case e == brotlied && len(wire) > 0:
		first := wire[0]
		wire[0] = narrow(first, t.window)
		defer func() { wire[0] = first }()
	}
	limit := t.size
	if e == brotlied {
		limit = min(limit, 1<<t.window-16) // RFC 7932 §9.1: what a window holds
	}
	if t.decoders != nil {
		d := t.decoders[e].Get().(decoder)
		defer t.decoders[e].Put(d)
		return appendText(dst, d, wire, limit)
	}
	debug.FreeOSMemory() // so that this comes on top of what lives and of nothing else
	d := decoderPools()[e].Get().(decoder)
	n, err := measure(d, wire, limit)
	if err != nil {
		return nil, err
	}
	return appendText(make([]byte, 0, n+1), d, wire, n)
}

func (t *tier) decodeZstd(wire, dst []byte) ([]byte, error) {
	z := t.zstd
	if z == nil {
		z = newZstd(1) // a decoder keeps a reference to its last dst
		defer z.Close()
		dst = *newBuffer(t.size)
	}
	out, err := z.DecodeAll(wire, dst)
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), len(out) > t.size:
		return out, errOver
	case err != nil:
		return out, corrupt(err)
	}
	return out, nil
}

// appendText appends the text of wire, at most limit bytes and one of it.
func appendText(dst []byte, d decoder, wire []byte, limit int) ([]byte, error) {
	if err := d.restart(bytes.NewReader(wire)); err != nil {
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

// measure returns how long the text of wire is, so that a bomb costs no memory but its window's.
func measure(d decoder, wire []byte, limit int) (n int, err error) {
	if err := d.restart(bytes.NewReader(wire)); err != nil {
		return 0, corrupt(err)
	}
	scratch := make([]byte, 32<<10)
	for n <= limit {
		part, err := d.Read(scratch)
		switch n += part; {
		case n > limit:
			return n, errOver
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, corrupt(err)
		}
	}
	return n, errOver
}

// corrupt tells the client what a decoder's error means to it.
func corrupt(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return refused(event.ErrInvalid, "the compressed body ends early")
	}
	return refused(event.ErrInvalid, "the body is not what its Content-Encoding says")
}
