package pack

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/trivetlabs/trivet/pkg/event"
)

func sample(raw string) Record {
	received := time.Date(2026, 11, 21, 19, 0, 0, 123456000, time.UTC)
	return Record{
		ID: event.NewID(received), Project: 7, Day: event.DayOf(received), Fallback: true, Received: received,
		Protocol: "sentry", IP: "192.0.2.1", UA: "Browser \"1\"\n", SDK: "sdk/1", SentAt: received.Add(-time.Second),
		Group: event.NewID(received), HTTP: HTTP{Release: "a@1", Brands: `"X";v="1"`}, Raw: []byte(raw),
	}
}

func TestWhatIsPackedComesBack(t *testing.T) {
	t.Parallel()
	want := []Record{sample(`{"a":"line\nbreak"}`), sample("\n\x00\xff not JSON"), sample("")}
	attachment := sample("\x89PNG\r\n")
	attachment.Kind, attachment.Of, attachment.Name, attachment.Type, attachment.HTTP.Local = Attachment, event.NewID(time.Now()), "screen.png", "image/png", true
	want = append(want, attachment)
	want[2].HTTP, want[2].Group, want[2].SentAt, want[2].Fallback = HTTP{}, event.ID{}, time.Time{}, false
	var body []byte
	for i := range want {
		body = want[i].Append(body)
	}
	c := NewCodec()
	inflated, err := c.Inflate(nil, c.Compress(nil, body))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Records(inflated)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, withoutBytes); diff != "" {
		t.Error(diff)
	}
	for i := range got {
		if string(got[i].Bytes) != string(want[i].Append(nil)) {
			t.Errorf("bytes of record %d differ", i)
		}
	}
}

var withoutBytes = cmpopts.IgnoreFields(Record{}, "Bytes")

func TestATornOrForeignPackIsRefusedWithoutLosingWhatIsWhole(t *testing.T) {
	t.Parallel()
	first, second := sample("1"), sample("2")
	whole := first.Append(nil)
	both := second.Append(first.Append(nil))
	for _, tc := range []struct {
		name string
		body []byte
		want error
		kept int
	}{
		{"torn in the body", both[:len(both)-1], ErrCorrupt, 1},
		{"torn in the header", both[:len(whole)+10], ErrCorrupt, 1},
		{"empty", nil, ErrCorrupt, 0},
		{"not records", []byte("hello\nworld\n"), ErrCorrupt, 0},
		{"no version", []byte("{\"len\":0}\n\n"), ErrCorrupt, 0},
		{"newer", []byte("{\"v\":3,\"shape\":\"unknown\"}\n"), ErrNewer, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			records, err := Records(tc.body)
			if !errors.Is(err, tc.want) || len(records) != tc.kept {
				t.Errorf("got %d records and %v, want %d and %v", len(records), err, tc.kept, tc.want)
			}
		})
	}
}

func TestAnIncompleteHeaderIsItsRecordsAlone(t *testing.T) {
	t.Parallel()
	good := sample("1")
	body := good.Append([]byte("{\"v\":1,\"project\":1,\"len\":2}\n{}\n"))
	records, err := Records(body)
	if err != nil || len(records) != 2 {
		t.Fatalf("%d records, %v, want 2", len(records), err)
	}
	if err := records[0].Check(); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v, want ErrCorrupt", err)
	}
	if err := records[1].Check(); err != nil {
		t.Error(err)
	}
}

func TestInflateIsBounded(t *testing.T) {
	t.Parallel()
	c := NewCodec()
	frame := c.Compress(nil, make([]byte, MaxDecoded+1))
	if _, err := c.Inflate(nil, frame); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v, want ErrCorrupt", err)
	}
}

func TestRecordsAreShownAsJSON(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{`{"a":1}`, "bytes \xff", ""} {
		r := sample(raw)
		b, err := json.Marshal(&r)
		if err != nil || !json.Valid(b) {
			t.Errorf("%q: %s, %v", raw, b, err)
		}
	}
}

// FuzzRecords holds Parse to its promise for any bytes, and a parsed record to its way back.
func FuzzRecords(f *testing.F) {
	r := sample(`{"a":1}`)
	f.Add(r.Append(nil))
	f.Add([]byte("{\"v\":2}\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		records, _ := Records(body)
		for _, r := range records {
			again, rest, err := Parse(r.Append(nil))
			if err != nil || len(rest) != 0 {
				t.Fatalf("record does not come back: %v", err)
			}
			if diff := cmp.Diff(r, again, withoutBytes); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
