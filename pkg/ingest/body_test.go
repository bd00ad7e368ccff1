package ingest

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/trivetlabs/trivet/pkg/event"
)

// packers make the compressed forms that clients send, by Content-Encoding. The raw form of deflate is
// under a name of its own.
func packers(t testing.TB) map[string]func(io.Writer) io.WriteCloser {
	t.Helper()
	return map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser {
			z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
			check(t, err)
			return z
		},
		"deflate": func(w io.Writer) io.WriteCloser {
			z, err := zlib.NewWriterLevel(w, zlib.BestSpeed)
			check(t, err)
			return z
		},
		"Deflate": func(w io.Writer) io.WriteCloser {
			z, err := flate.NewWriter(w, flate.BestSpeed)
			check(t, err)
			return z
		},
		"br": func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 2) },
		"BR": func(w io.Writer) io.WriteCloser {
			return brotli.NewWriterOptions(w, brotli.WriterOptions{Quality: 5, LGWin: 24})
		},
		"zstd": func(w io.Writer) io.WriteCloser {
			z, err := zstd.NewWriter(w, zstd.WithWindowSize(8<<20))
			check(t, err)
			return z
		},
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func inAllEncodings(t testing.TB, text []byte) map[string][]byte {
	t.Helper()
	forms := map[string][]byte{"": text, "identity": text, "UTF-8": text}
	for name, packer := range packers(t) {
		var out bytes.Buffer
		w := packer(&out)
		_, err := w.Write(text)
		check(t, err)
		check(t, w.Close())
		forms[name] = out.Bytes()
	}
	forms["x-gzip"] = forms["gzip"]
	return forms
}

func TestBodiesOfEverySizeComeOutWhole(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	for _, size := range []int{1, 3000, firstWire, earlyWire + 7, 256 << 10, maxEvent - 20} {
		text := []byte(`{"message":"` + string(noise(size)) + `"}`)
		for name, wire := range inAllEncodings(t, text) {
			w := call(t, e, http.MethodPost, "/api/7/events?key="+goodKey, string(wire), "Content-Encoding", name)
			if w.Code != http.StatusOK {
				t.Fatalf("%d bytes in %q: %d %s", size, name, w.Code, w.Body)
			}
			records := stored()
			if len(records) != 1 || !bytes.Equal(records[0].Raw, text) {
				t.Fatalf("%d bytes in %q: %d records, not what was sent", size, name, len(records))
			}
		}
	}
}

// noise is text that compresses badly, so that its wire is large too.
func noise(n int) []byte {
	out := make([]byte, n)
	state := uint32(1)
	for i := range out {
		state = state*1664525 + 1013904223
		out[i] = "0123456789abcdefghijklmnopqrstuv"[state>>27]
	}
	return out
}

func TestTheLargestTextComesOutWhole(t *testing.T) {
	t.Parallel()
	b := newBodies()
	text := make([]byte, maxText-16) // its end refers to its beginning, where the window reaches so far
	copy(text, noise(128<<10))
	copy(text[len(text)-(128<<10):], text)
	for name, wire := range inAllEncodings(t, text) {
		e, err := readEncoding([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		if e == identity {
			continue
		}
		got, err := b.inflater.inflate(e, wire)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(got.bytes, text) {
			t.Errorf("%s: other text", name)
		}
		got.release()
	}
}

// TestATextOverTheLimitIsRefused: a decoder may give its last bytes together with the end.
func TestATextOverTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	b := newBodies()
	text := bytes.Repeat([]byte(" "), maxText+1)
	for name, wire := range inAllEncodings(t, text) {
		e, err := readEncoding([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		if e == identity {
			continue
		}
		if _, err := b.inflater.inflate(e, wire); !errors.Is(err, event.ErrTooLarge) {
			t.Errorf("%s: %v, want too large", name, err)
		}
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	forms := inAllEncodings(t, []byte(`{"message":"something of some length, length, length"}`))
	large := `{"message":"` + string(noise(maxEvent)) + `"}`
	for _, tc := range []struct {
		name, encoding, body string
		want                 int
	}{
		{"two encodings", "gzip, br", string(forms["gzip"]), 415},
		{"an unknown encoding", "compress", "x", 415},
		{"gzip that is none", "gzip", "{}", 400},
		{"deflate that is none", "deflate", "\xff\xff{}", 400},
		{"brotli that is none", "br", "\xff\xff{}", 400},
		{"zstd that is none", "zstd", "{}", 400},
		{"gzip cut off", "gzip", string(forms["gzip"][:30]), 400},
		{"deflate cut off", "deflate", string(forms["deflate"][:30]), 400},
		{"brotli cut off", "br", string(forms["br"][:30]), 400},
		{"zstd cut off", "zstd", string(forms["zstd"][:30]), 400},
		{"gzip and more behind it", "gzip", string(forms["gzip"]) + "tail", 400},
		{"nothing", "", "", 400},
		{"nothing, compressed", "gzip", "", 400},
		{"one event over 1 MiB", "", large, 413},
		{"more than 2 MiB", "", large + large, 413},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := call(t, e, http.MethodPost, "/api/7/events?key="+goodKey, tc.body, "Content-Encoding", tc.encoding)
			if w.Code != tc.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, tc.want)
			}
		})
	}
	if held := e.bodies.inHand.Load(); held != 0 {
		t.Errorf("%d bytes still count as held", held)
	}
}
