package scrub

import (
	"bytes"
	"testing"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

// BenchmarkRecord measures what scrubbing costs the worker: an event without secrets, and the same with a token in
// its page's URL.
func BenchmarkRecord(b *testing.B) {
	var dirty pack.Record
	for _, rec := range captured(b)["sentry-browser-7.120.4-uncaught-typeerror"] {
		if len(rec.Raw) > len(dirty.Raw) {
			dirty = rec
		}
	}
	clean := dirty
	clean.HTTP.Referer = "https://shop.test/"
	clean.Raw = bytes.ReplaceAll(dirty.Raw, []byte("?step=2&token=secret"), []byte("/orders/2/items/orange"))
	b.Run("check alone", func(b *testing.B) { // what merely reading the syntax costs
		b.SetBytes(int64(len(clean.Raw)))
		for b.Loop() {
			if err := jsonx.Check(clean.Raw); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, bm := range []struct {
		name string
		rec  pack.Record
	}{{"clean", clean}, {"dirty", dirty}} {
		b.Run(bm.name, func(b *testing.B) {
			s := New(project.Scrub{}, nil)
			b.SetBytes(int64(len(bm.rec.Raw)))
			b.ReportAllocs()
			for b.Loop() {
				rec := bm.rec
				if changed, err := s.Record(&rec); err != nil || changed != (bm.name == "dirty") {
					b.Fatal(changed, err)
				}
			}
		})
	}
}
