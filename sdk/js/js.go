// Package js holds Trivet's own client: its source in src, and in dist every version of the script that was
// ever published, as pages name them with their hashes.
package js

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
)

// Name is the path, below that of ingest, of the newest script of all.
const Name = "trivet.js"

//go:embed dist/*.js
var dist embed.FS

// A Script is one published version. It never changes.
type Script struct {
	Version string // 1.0.0
	Name    string // trivet-1.0.0.js
	Plain   []byte
	Gzip    []byte // the same, compressed as well as can be
	Brotli  []byte
}

// Scripts returns every version, the newest last. The caller may keep what it gets; compressing takes some
// milliseconds.
func Scripts() []Script {
	names, err := fs.Glob(dist, "dist/*.js")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	all := make([]Script, len(names))
	for i, name := range names {
		s := &all[i]
		s.Name = strings.TrimPrefix(name, "dist/")
		s.Version = strings.TrimSuffix(strings.TrimPrefix(s.Name, "trivet-"), ".js")
		if s.Plain, err = dist.ReadFile(name); err != nil {
			panic(err) // it is part of the program
		}
		s.Gzip, s.Brotli = zipped(s.Plain), brotlied(s.Plain)
	}
	slices.SortFunc(all, func(a, b Script) int { return slices.Compare(a.parts(), b.parts()) })
	return all
}

// Newest returns the version that new pages should name.
func Newest() Script {
	all := Scripts()
	return all[len(all)-1]
}

// Integrity returns the value of the integrity attribute: browsers run nothing else under it.
func (s Script) Integrity() string {
	sum := sha512.Sum384(s.Plain)
	return "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
}

// parts are the numbers of the version; what is no number counts as 0.
func (s Script) parts() (numbers []int) {
	for part := range strings.SplitSeq(s.Version, ".") {
		n, _ := strconv.Atoi(part)
		numbers = append(numbers, n)
	}
	return numbers
}

func zipped(plain []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

func brotlied(plain []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestCompression)
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}
