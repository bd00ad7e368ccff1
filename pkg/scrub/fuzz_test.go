package scrub

import (
	"bytes"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

// FuzzRecord holds Record to its promises on any bytes: JSON stays JSON, scrubbing twice is scrubbing once, nothing
// grows without bound, the sieves let nothing through that the close look would find.
func FuzzRecord(f *testing.F) {
	for _, records := range captured(f) {
		for _, rec := range records {
			if len(rec.Raw) < 4<<10 {
				f.Add(rec.Raw)
			}
		}
	}
	for _, text := range inText {
		for _, encoded := range encodings(strings.ReplaceAll(text, "%s", canary)) {
			f.Add([]byte(encoded))
		}
	}
	for _, member := range asMember {
		f.Add([]byte("{" + strings.ReplaceAll(member, "%s", canary) + "}"))
	}
	for _, secret := range byForm {
		f.Add([]byte(`["` + secret + `"]`))
	}
	scrubbers := []*Scrubber{
		New(project.Scrub{}, nil),
		New(project.Scrub{IP: project.Never, Email: project.Never, Fields: []string{"a"}}, nil),
		New(project.Scrub{IP: project.Truncate, Email: project.Truncate, Off: true}, nil),
		New(project.Scrub{IP: project.Hash, Email: project.Hash, SafeFields: []string{"token"}}, daySalt),
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		valid := jsonx.Check(raw) == nil || jsonx.Check(jsonx.Lenient(raw)) == nil
		for i, s := range scrubbers {
			for _, kind := range []pack.Kind{pack.Event, pack.Attachment} {
				rec := pack.Record{Raw: bytes.Clone(raw), UA: string(raw), IP: "192.0.2.7", Kind: kind}
				changed, err := s.Record(&rec)
				if kind == pack.Event && (err == nil) != valid {
					t.Fatalf("%d: %v, want valid to be %v", i, err, valid)
				}
				if rec.Checked && (kind != pack.Event || jsonx.Check(raw) != nil) {
					t.Fatalf("%d: vouched for %q", i, raw)
				}
				if err != nil {
					continue
				}
				if kind == pack.Event && jsonx.Check(rec.Raw) != nil {
					t.Fatalf("%d: became %q: %v", i, rec.Raw, jsonx.Check(rec.Raw))
				}
				if !changed && (!bytes.Equal(rec.Raw, raw) || rec.UA != string(raw)) {
					t.Fatalf("%d: changed without saying so", i)
				}
				if len(rec.Raw) > 12*len(raw)+64 {
					t.Fatalf("%d: %d bytes became %d", i, len(raw), len(rec.Raw))
				}
				once := rec
				if changed, err := s.Record(&rec); changed || err != nil {
					t.Fatalf("%d: %q, scrubbed twice, became %q %q, %v", i, once.Raw, rec.Raw, rec.UA, err)
				}
			}
		}
		if j := (&job{s: scrubbers[0]}); quiet(string(raw)) && !same(j.text(raw, plainText), raw) {
			t.Fatalf("not quiet: %q", j.text(raw, plainText))
		}
		d := document{job: &job{s: scrubbers[0]}, edits: edits{b: jsonx.AppendString(nil, string(raw))}}
		if seen := d.str(); seen&suspect == 0 && !same(d.text(d.b[1:len(d.b)-1], jsonText), d.b[1:len(d.b)-1]) {
			t.Fatalf("the sieve lets %s through", d.b)
		}
	})
}
