package sentry

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
	"github.com/trivetlabs/trivet/pkg/pack"
)

func TestParseEnvelopeKeepsToTheFraming(t *testing.T) {
	t.Parallel()
	items := func(payloads ...string) (list []Item) {
		for _, p := range payloads {
			list = append(list, Item{Type: "event", Payload: []byte(p)})
		}
		return list
	}
	for _, tc := range []struct {
		name, in string
		want     []Item
	}{
		{"no items", "{}", nil},
		{"no items, with a newline", "{}\n", nil},
		{"a payload up to the end", "{}\n{\"type\":\"event\"}\n{\"a\":1}", items(`{"a":1}`)},
		{"a payload up to the newline", "{}\n{\"type\":\"event\"}\n{\"a\":1}\n", items(`{"a":1}`)},
		{"two payloads by line", "{}\n{\"type\":\"event\"}\na\n{\"type\":\"event\"}\nb", items("a", "b")},
		{"a length, newlines inside", "{}\n{\"type\":\"event\",\"length\":3}\na\nb\n{\"type\":\"event\"}\nc", items("a\nb", "c")},
		{"a length up to the end", "{}\n{\"type\":\"event\",\"length\":3}\na\nb", items("a\nb")},
		{"a length in bytes, not characters", "{}\n{\"type\":\"event\",\"length\":3}\né!\n", items("é!")},
		{"length zero still has its newline", "{}\n{\"type\":\"event\",\"length\":0}\n\n{\"type\":\"event\"}\na", items("", "a")},
		{"length null is none", "{}\n{\"type\":\"event\",\"length\":null}\na\n", items("a")},
		{"a header as the last line", "{}\n{\"type\":\"event\"}", items("")},
		{"a header as the last line, length zero", "{}\n{\"type\":\"event\",\"length\":0}", items("")},
		{"a carriage return is payload", "{}\n{\"type\":\"event\"}\na\r\n", items("a\r")},
		{
			"an unknown type and what headers may say", "{}\n{\"type\":\"new\",\"item_count\":5,\"content_type\":\"a/b\",\"filename\":\"f\",\"more\":[1]}\nx",
			[]Item{{Type: "new", ItemCount: 5, ContentType: "a/b", Filename: "f", Payload: []byte("x")}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			env, err := ParseEnvelope([]byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, env.Items); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseEnvelopeReadsTheHeader(t *testing.T) {
	t.Parallel()
	env, err := ParseEnvelope([]byte(`{"event_id":"44447d3a-5cbd-4aa4-b017-33e2818a4098","dsn":"http://k@h/1","sent_at":"2026-11-21T17:16:37.758344392Z",` +
		`"sdk":{"name":"sentry.go","version":"0.50.0","packages":[{"name":"x"}]},"trace":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Envelope{
		EventID: "44447d3a-5cbd-4aa4-b017-33e2818a4098", DSN: "http://k@h/1", SDK: "sentry.go/0.50.0",
		SentAt: time.Date(2026, 11, 21, 17, 16, 37, 758344392, time.UTC),
	}
	if diff := cmp.Diff(want, env); diff != "" {
		t.Error(diff)
	}
}

func TestParseEnvelopeSaysWhereAndWhy(t *testing.T) {
	t.Parallel()
	long := `{"a":"` + strings.Repeat("x", MaxHeader) + `"}`
	for _, tc := range []struct {
		name, in, want string
		kind           error
	}{
		{"nothing", "", "empty envelope at byte 0", event.ErrInvalid},
		{"no JSON", "hello", "header line: unexpected character where a value should start at byte 0", event.ErrInvalid},
		{"no object", "[]\n", "header line is not a JSON object at byte 0", event.ErrInvalid},
		{"a blank line", "\n{}", "header line: unexpected end of JSON at byte 0", event.ErrInvalid},
		{"a second newline at the end", "{}\n{\"type\":\"event\"}\na\n\n", "header line: unexpected end of JSON at byte 22", event.ErrInvalid},
		{"a broken item header", "{}\n{\"type\":}\n", "header line: unexpected character where a value should start at byte 11", event.ErrInvalid},
		{"an item without a type", "{}\n{\"length\":1}\na", "item header without a type at byte 3", event.ErrInvalid},
		{"a length past the end", "{}\n{\"type\":\"event\",\"length\":9}\nab", "payload shorter than its length says: unexpected end at byte 33", event.ErrInvalid},
		{"a length that ends inside", "{}\n{\"type\":\"event\",\"length\":1}\nab\n", "payload longer than its length says: missing newline at byte 32", event.ErrInvalid},
		{"a negative length", "{}\n{\"type\":\"event\",\"length\":-1}\nab", "item length is not a whole number at byte 3", event.ErrInvalid},
		{"a fraction of a byte", "{}\n{\"type\":\"event\",\"length\":1.5}\nab", "item length is not a whole number at byte 3", event.ErrInvalid},
		{"a length as text", "{}\n{\"type\":\"event\",\"length\":\"2\"}\nab", "item length is not a whole number at byte 3", event.ErrInvalid},
		{"a huge length", "{}\n{\"type\":\"event\",\"length\":1e300}\nab", "payload shorter than its length says: unexpected end at byte 37", event.ErrInvalid},
		{"a long header", long, "header line longer than 16384 bytes at byte 0", event.ErrTooLarge},
		{"too many items", "{}\n" + strings.Repeat("{\"type\":\"a\"}\n\n", MaxItems+1), "more than 1000 items at byte 14003", event.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseEnvelope([]byte(tc.in))
			if fmt.Sprint(err) != tc.want || !errors.Is(err, tc.kind) || !errors.As(err, new(*FrameError)) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func deflate(s string) string {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	if _, err := z.Write([]byte(s)); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.String()
}

func TestDecodeStoreTakesEveryForm(t *testing.T) {
	t.Parallel()
	const want = `{"message":"store ??>>"}` // has + and / in base64
	b64 := base64.StdEncoding.EncodeToString
	for _, tc := range []struct{ name, in string }{
		{"plain", want},
		{"plain with space around", "\n " + want + "\r\n"},
		{"base64", b64([]byte(want))},
		{"base64 in lines", b64([]byte(want))[:20] + "\r\n" + b64([]byte(want))[20:]},
		{"base64 for URLs without padding", base64.RawURLEncoding.EncodeToString([]byte(want))},
		{"base64 of zlib", b64([]byte(deflate(want)))},
		{"a form", "sentry_data=" + url.QueryEscape(b64([]byte(deflate(want)))) + "&sentry_key=x"},
		{"a form with bare signs", "sentry_data=" + b64([]byte(want))},
		{"a form with JSON", "sentry_data=" + url.PathEscape(want)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := DecodeStore([]byte(tc.in), 1000)
			if string(got) != want || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestDecodeStoreRefusesTheRest(t *testing.T) {
	t.Parallel()
	b64 := base64.StdEncoding.EncodeToString
	bomb := b64([]byte(deflate(strings.Repeat(" ", 1<<20) + "{}")))
	for _, tc := range []struct {
		name, in string
		kind     error
	}{
		{"nothing", " ", event.ErrInvalid},
		{"text", "hello there!", event.ErrInvalid},
		{"an array", "[]", event.ErrInvalid},
		{"base64 of text", b64([]byte("hello")), event.ErrInvalid},
		{"torn zlib", b64([]byte(deflate(`{"a":"bbbbbbbbbbbbbb"}`)[:12])), event.ErrInvalid},
		{"zlib of text", b64([]byte(deflate("hello"))), event.ErrInvalid},
		{"bad escapes", "sentry_data=%zz", event.ErrInvalid},
		{"a bomb", bomb, event.ErrTooLarge},
		{"plain over the limit", `{"a":"` + strings.Repeat("x", 1000) + `"}`, event.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got, err := DecodeStore([]byte(tc.in), 1000); !errors.Is(err, tc.kind) || !errors.As(err, new(*FrameError)) {
				t.Errorf("got %q, %v, want %v", got, err, tc.kind)
			}
		})
	}
}

func TestReadHead(t *testing.T) {
	t.Parallel()
	got := ReadHead([]byte(`{"exception":{"event_id":"no"},"type":"feedback","event_id":"abc","timestamp":1795280259.451}`))
	want := Head{"abc", time.Date(2026, 11, 21, 16, 57, 39, 451000000, time.UTC), "feedback"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzParseEnvelope holds the framing and the reading of each item to their promises for any body.
func FuzzParseEnvelope(f *testing.F) {
	f.Add([]byte("{\"event_id\":\"44447d3a5cbd4aa4b01733e2818a4098\"}\n{\"type\":\"event\"}\n" + everything))
	f.Add([]byte("{}\n{\"type\":\"attachment\",\"length\":3,\"filename\":\"a\"}\na\nb\n{\"type\":\"event\",\"length\":2}\n{}\n"))
	f.Add([]byte("{}\n{\"type\":\"event\",\"length\":0}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		env, err := ParseEnvelope(body)
		if err != nil {
			if !errors.As(err, new(*FrameError)) {
				t.Fatalf("error is a %T", err)
			}
			return
		}
		total := 0
		for _, item := range env.Items {
			total += len(item.Payload)
			fuzzEvent(t, item.Payload)
		}
		if total > len(body) {
			t.Fatalf("%d bytes of payload from %d", total, len(body))
		}
	})
}

// FuzzStore does the same for store bodies.
func FuzzStore(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte(base64.StdEncoding.EncodeToString([]byte(deflate(everything)))))
	f.Add([]byte("sentry_data=%7B%22message%22%3ANaN%7D"))
	f.Add([]byte(`{"exception":{"values":[{"value":[NaN,-Infinity]}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		text, err := DecodeStore(body, 1<<20)
		if err != nil {
			if !errors.As(err, new(*FrameError)) {
				t.Fatalf("error is a %T", err)
			}
			return
		}
		fuzzEvent(t, text)
	})
}

func fuzzEvent(t *testing.T, payload []byte) {
	t.Helper()
	e, err := Normalise(&pack.Record{Raw: payload, Received: time.Unix(1e9, 0), IP: "192.0.2.7"})
	if err != nil {
		if !errors.Is(err, event.ErrInvalid) {
			t.Fatalf("error is %v", err)
		}
		return
	}
	eventtest.Check(t, e)
	if text, err := CheckEvent(payload); err == nil {
		ReadHead(text)
	}
}
