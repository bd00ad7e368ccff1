package ingest

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
)

const faroBody = `{"meta":{"sdk":{"name":"faro-web","version":"2"},"app":{"name":"shop"}},
"exceptions":[{"type":"TypeError","value":"x","timestamp":"2026-11-21T12:00:00.000Z"},{"type":"TypeError","value":"x","timestamp":"2026-11-21T12:00:00.000Z"}],
"logs":[{"message":"bad","level":"error","timestamp":"2026-11-21T12:00:00.000Z"},{"message":"fine","level":"info","timestamp":"2026-11-21T12:00:00.000Z"}],
"events":[{"name":"session_start"}],"measurements":[{"type":"web-vitals","values":{"fcp":1}}]}`

func TestFaro(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	idle := `{"meta":{},"events":[{"name":"session_start"}]}`
	key := []string{"X-Api-Key", goodKey}
	for _, tc := range []struct {
		name, target, body string
		headers            []string
		want, kept         int
	}{
		{"the key in the path", "/collect/" + goodKey, faroBody, nil, 202, 3},
		{"the key in a header", "/collect", faroBody, key, 202, 3},
		{"the key in the query", "/collect?key=" + goodKey, faroBody, nil, 202, 3},
		{"a path before", "/faro//collect/" + goodKey + "/", faroBody, nil, 202, 3},
		{"a path before, with /api/ in it", "/api/x/collect", faroBody, key, 202, 3},
		{"a path that is no key beside a header", "/collect/shop", faroBody, key, 202, 3},
		{"nothing that is an error", "/collect", idle, key, 202, 0},
		{"nothing at all", "/collect", `{}`, key, 202, 0},
		{"no JSON", "/collect", `{"meta"`, key, 400, 0},
		{"an unknown key", "/collect/" + unknownKey, faroBody, nil, 403, 0},
		{"a key that is none", "/collect/shop", faroBody, nil, 403, 0},
		{"no key", "/collect", faroBody, nil, 401, 0},
		{"one error over 1 MiB", "/collect", `{"exceptions":[{"type":"E","value":"` + string(noise(maxEvent)) + `"}]}`, key, 413, 0},
	} {
		w := call(t, e, http.MethodPost, tc.target, tc.body, append(tc.headers, "Origin", "https://a.example", "Content-Type", "application/json")...)
		if w.Code != tc.want || tc.want == 202 && (w.Body.String() != "ok" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain")) {
			t.Errorf("%s: %d %s, want %d", tc.name, w.Code, w.Body, tc.want)
		}
		if !strings.Contains(w.Header().Get("Access-Control-Expose-Headers"), "X-Faro-Session-Status") {
			t.Errorf("%s: the page can't see its session's status", tc.name)
		}
		if got := stored(); len(got) != tc.kept {
			t.Errorf("%s: kept %d, want %d", tc.name, len(got), tc.kept)
		}
	}
}

func TestARetryOfFaroIsTheSame(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	send := func(idempotencyKey string) []pack.Record {
		t.Helper()
		w := call(t, e, http.MethodPost, "/collect/"+goodKey, faroBody, "Idempotency-Key", idempotencyKey)
		got := stored()
		if w.Code != 202 || len(got) != 3 || got[0].ID == got[1].ID || got[0].Protocol != "faro" || got[0].SDK != "faro-web/2" || !json.Valid(got[0].Raw) {
			t.Fatalf("%d, %d records", w.Code, len(got))
		}
		return got
	}
	one, again, other, none, noneAgain := send("a"), send("a"), send("b"), send(""), send("")
	for i := range one {
		if one[i].ID != again[i].ID || one[i].Day != again[i].Day {
			t.Errorf("%d: another event when it is sent again", i)
		}
		if one[i].ID == other[i].ID || none[i].ID == noneAgain[i].ID {
			t.Errorf("%d: two requests are taken for one", i)
		}
	}
}

// otlpJSON and otlpProtobuf are one log record with an exception, and one without.
const otlpJSON = `{"resourceLogs":[{"resource":{"attributes":[]},"scopeLogs":[{"scope":{"name":"s"},"logRecords":[
{"timeUnixNano":"1795262400000000000","attributes":[{"key":"exception.type","value":{"stringValue":"TypeError"}},{"key":"exception.message","value":{"stringValue":"x"}}]},
{"timeUnixNano":"1795262400000000000","body":{"stringValue":"fine"}}]}]}]}`

func otlpProtobuf() string {
	attribute := func(key, value string) string { return message(6, message(1, key)+message(2, message(1, value))) }
	at := string(binary.LittleEndian.AppendUint64([]byte{1<<3 | 1}, 1795262400000000000)) // time_unix_nano
	exception := at + attribute("exception.type", "TypeError") + attribute("exception.message", "x")
	return message(1, message(2, message(2, exception)+message(2, message(5, message(1, "fine")))))
}

// message is a field of protobuf's wire format with a length; it is short.
func message(number byte, content string) string {
	if len(content) > 127 {
		return string([]byte{number<<3 | 2, byte(len(content)) | 0x80, byte(len(content) >> 7)}) + content
	}
	return string([]byte{number<<3 | 2, byte(len(content))}) + content
}

func TestOTLP(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	const target, jsonKind, binary = "/api/7/otlp/v1/logs", "application/json", "application/x-protobuf"
	for _, tc := range []struct {
		name, target, kind, body string
		want                     int
		answer                   string
		kept                     int
	}{
		{"JSON", target, jsonKind, otlpJSON, 200, "{}", 1},
		{"JSON by its looks", target, "", otlpJSON, 200, "{}", 1},
		{"JSON under the other name", target, binary, otlpJSON, 200, "{}", 1},
		{"JSON on lines", target, "text/plain", "\n" + otlpJSON, 200, "{}", 1},
		{"protobuf", target, binary, otlpProtobuf(), 200, "", 1},
		{"protobuf by its looks", target, "", otlpProtobuf(), 200, "", 1},
		{"Sentry's path", "/x/api/7/integration/otlp/v1/logs/", binary, otlpProtobuf(), 200, "", 1},
		{"no logs", target, jsonKind, `{}`, 200, "{}", 0},
		{"JSON that is none", target, jsonKind, `{"resourceLogs"`, 400, "*", 0},
		{"protobuf that is none", target, binary, "\xff\xff\xff\xff", 400, "*", 0},
		{"a message without fields", target, binary, "", 200, "", 0},
		{"no bytes are no JSON", target, jsonKind, "", 400, "*", 0},
	} {
		w := call(t, e, http.MethodPost, tc.target, tc.body, "Content-Type", tc.kind, "X-Sentry-Auth", "sentry sentry_key="+goodKey)
		kind := "application/json"
		if tc.answer == "" {
			kind = binary
		}
		if w.Code != tc.want || tc.answer != "*" && w.Body.String() != tc.answer || w.Header().Get("Content-Type") != kind {
			t.Errorf("%s: %d %q %v, want %d %q", tc.name, w.Code, w.Body, w.Header()["Content-Type"], tc.want, tc.answer)
		}
		if got := stored(); len(got) != tc.kept {
			t.Errorf("%s: kept %d, want %d", tc.name, len(got), tc.kept)
		}
	}
	var ids []string
	for range 2 { // as an exporter does whose answer got lost
		call(t, e, http.MethodPost, target, otlpProtobuf(), "Authorization", "Bearer "+goodKey)
		for _, r := range stored() {
			ids = append(ids, r.ID.String())
			if !json.Valid(r.Raw) {
				t.Errorf("%q is no JSON", r.Raw)
			}
		}
	}
	if len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("sent again: %v", ids)
	}
}

// FuzzAnyRequest posts any bytes of any type to the routes that look into both: never a 5xx, and every event
// kept is JSON.
func FuzzAnyRequest(f *testing.F) {
	var kept []queue.Pack
	e, err := New(testEnv(f), config(), Deps{Directory: knownKeys(), Publisher: publish(func(_ context.Context, p queue.Pack) error {
		p.Frame = append([]byte(nil), p.Frame...)
		kept = append(kept, p)
		return nil
	})})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(e.Close)
	targets := []string{"/api/7/events", "/api/7/reports", "/collect", "/api/7/otlp/v1/logs", "/api/embed/error-page", "/api/7/envelope"}
	for i, body := range []string{part(`name="a"`, "b") + part(`name="f"; filename="f"`, "b") + "--b--", "[" + networkError(1, "ok") + "]", faroBody, otlpJSON, "comments=x", "{}\n" + item(`"type":"session"`, "{}")} {
		f.Add(uint8(i), "", []byte(body))
	}
	f.Add(uint8(0), "application/x-www-form-urlencoded", []byte("message=x&tags[a]=b"))
	f.Add(uint8(3), "application/x-protobuf", []byte(otlpProtobuf()))
	files, err := filepath.Glob("../../testdata/captures/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		for i, prefix := range []string{"native-", "reporting-", "faro-", "", "", "sentry-browser-7"} {
			if prefix != "" && strings.HasPrefix(filepath.Base(file), prefix) {
				f.Add(uint8(i), "", captured(f, file).Request.Body)
			}
		}
	}
	codec := pack.NewCodec()
	f.Fuzz(func(t *testing.T, target uint8, kind string, body []byte) {
		kept = kept[:0]
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, targets[int(target)%len(targets)]+"?eventId=x&key="+goodKey, strings.NewReader(string(body)))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		for _, p := range kept {
			inflated, err := codec.Inflate(nil, p.Frame)
			if err != nil {
				t.Fatal(err)
			}
			records, err := pack.Records(inflated)
			if err != nil {
				t.Fatal(err)
			}
			for _, record := range records {
				if err := record.Check(); err != nil {
					t.Error(err)
				}
				if record.Kind == pack.Event && record.Protocol != "sentry" && !isObject(record.Raw) {
					t.Errorf("kept as an event: %q", record.Raw)
				}
			}
		}
	})
}

func captured(t testing.TB, file string) (c capture) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return c
}

// BenchmarkProtocols is the edge without a queue and a network: what one error of each protocol costs.
func BenchmarkProtocols(b *testing.B) {
	e, err := New(testEnv(b), config(), Deps{Directory: knownKeys(), Publisher: publish(takeAll)})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	for _, bm := range []struct{ name, target, kind, body string }{
		{"native", "/api/7/events", "text/plain", `{"type":"TypeError","message":"x","stack":"TypeError: x\n    at f (https://a.example/app.js:1:2)"}`},
		{"form", "/api/7/events", "application/x-www-form-urlencoded", "type=TypeError&message=x&stack=TypeError%3A+x%0A++++at+f"},
		{"multipart", "/api/7/events", "", part(`name="type"`, "TypeError") + part(`name="message"`, "x") + "--b--"},
		{"report", "/api/7/reports", "application/reports+json", "[" + networkError(1, "http.error") + "]"},
		{"csp", "/api/7/security", "application/csp-report", cspReport},
		{"faro", "/collect", "application/json", `{"meta":{"app":{"name":"shop"}},"exceptions":[{"type":"TypeError","value":"x","timestamp":"2026-11-21T12:00:00.000Z"}]}`},
		{"otlp json", "/api/7/otlp/v1/logs", "application/json", otlpJSON},
		{"otlp protobuf", "/api/7/otlp/v1/logs", "application/x-protobuf", otlpProtobuf()},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bm.body)))
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r := httptest.NewRequest(http.MethodPost, bm.target+"?key="+goodKey, strings.NewReader(bm.body))
					r.Header.Set("Content-Type", bm.kind)
					w := httptest.NewRecorder()
					if e.ServeHTTP(w, r); w.Code/100 != 2 || w.Header().Get("X-Sentry-Error") != "" {
						b.Errorf("%d %s", w.Code, w.Body)
					}
				}
			})
		})
	}
}
