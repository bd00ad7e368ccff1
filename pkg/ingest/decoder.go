package ingest

import (
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// An encoding is a Content-Encoding, or how it is meant.
type encoding byte

const (
	identity encoding = iota
	gzipped
	deflated
	rawDeflated
	brotlied
	zstded
)

// readEncoding takes one encoding. Old Sentry SDKs send "" and "UTF-8".
func readEncoding(values []string) (encoding, error) {
	if len(values) == 0 {
		return identity, nil
	}
	switch strings.ToLower(strings.TrimSpace(strings.Join(values, ","))) {
	case "", "identity", "utf-8":
		return identity, nil
	case "gzip", "x-gzip":
		return gzipped, nil
	case "deflate":
		return deflated, nil
	case "br":
		return brotlied, nil
	case "zstd":
		return zstded, nil
	}
	return identity, errEncoding
}

// hasZlibHeader tells zlib's format from bare deflate (RFC 1950 §2.2).
func hasZlibHeader(wire []byte) bool {
	return len(wire) >= 2 && wire[0]&0x0f == 8 && wire[0]>>4 <= 7 && (int(wire[0])<<8|int(wire[1]))%31 == 0
}

// narrow returns the first byte of a brotli stream with its window cut to so many bits (18 to 23): a text
// that is no longer than the window has no reference that reaches further, and the decoder allocates what
// is announced, up to 16 MiB, however short the text is.
func narrow(first, bits byte) byte {
	// RFC 7932 §9.1: an odd low half says 17 and its other three bits; the other forms are 17 and less.
	if announced := first >> 1 & 7; first&1 == 1 && announced > bits-17 {
		return first&0xf0 | (bits-17)<<1 | 1
	}
	return first
}

// A decoder is a reader of one compressed format that can be used again.
type decoder interface {
	io.Reader
	// restart begins a new text. The error tells that it is none.
	restart(src io.Reader) error
}

func decoderPools() map[encoding]*sync.Pool {
	return map[encoding]*sync.Pool{
		gzipped:     {New: func() any { return new(gzipDecoder) }},
		deflated:    {New: func() any { return new(zlibDecoder) }},
		rawDeflated: {New: func() any { return new(flateDecoder) }},
		brotlied:    {New: func() any { return new(brotliDecoder) }},
	}
}

type gzipDecoder struct{ gzip.Reader }

func (d *gzipDecoder) restart(src io.Reader) error { return d.Reset(src) }

type brotliDecoder struct{ brotli.Reader }

func (d *brotliDecoder) restart(src io.Reader) error { return d.Reset(src) }

type zlibDecoder struct{ io.ReadCloser }

func (d *zlibDecoder) restart(src io.Reader) (err error) {
	if used, ok := d.ReadCloser.(zlib.Resetter); ok {
		return used.Reset(src, nil)
	}
	d.ReadCloser, err = zlib.NewReader(src)
	return err
}

type flateDecoder struct{ io.ReadCloser }

func (d *flateDecoder) restart(src io.Reader) error {
	if used, ok := d.ReadCloser.(flate.Resetter); ok {
		return used.Reset(src, nil)
	}
	d.ReadCloser = flate.NewReader(src)
	return nil
}
