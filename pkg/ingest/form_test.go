package ingest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/pack"
)

// part is one part of a multipart body with the boundary "b".
func part(disposition, body string) string {
	return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + body + "\r\n"
}

func TestNativeEventsOfEveryForm(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	const form, multipart = "application/x-www-form-urlencoded;charset=UTF-8", "multipart/form-data; boundary=b"
	for _, tc := range []struct{ name, kind, body, want string }{
		{"JSON by any name", form, ` {"id":"` + someID + `"}`, `{"id":"` + someID + `"}`},
		{"JSON without a name", "", `{"id":"` + someID + `"}`, `{"id":"` + someID + `"}`},
		{"JSON behind a byte order mark", "text/plain", "\ufeff" + `{"id":"` + someID + `"}`, `{"id":"` + someID + `"}`},
		{"JSON called multipart", multipart, `{"id":"` + someID + `"}`, `{"id":"` + someID + `"}`},
		{"a form", form, "id=" + someID + "&message=form+beacon&tags[a]=1", `{"id":"` + someID + `","message":"form beacon","tags":{"a":"1"}}`},
		{"a form that holds JSON", form, "event=" + url.QueryEscape(`{"id":"`+someID+`"}`), `{"id":"` + someID + `"}`},
		{"a multipart form", multipart, part(`name="id"`, someID) + part(`name="message"`, "a") + "--b--", `{"id":"` + someID + `","message":"a"}`},
		{"a multipart form by its first line", "", part(`name="id"`, someID) + "--b--", `{"id":"` + someID + `"}`},
		{"a Blob in a form", multipart, part(`name="event"; filename="blob"`, `{"id":"`+someID+`"}`) + "--b--", `{"id":"` + someID + `"}`},
	} {
		w := call(t, e, http.MethodPost, eventsURL, tc.body, "Content-Type", tc.kind)
		got := stored()
		if w.Code != http.StatusOK || w.Body.String() != `{"id":"`+someID+`"}` || len(got) != 1 || string(got[0].Raw) != tc.want {
			t.Errorf("%s: %d %s, kept %d records", tc.name, w.Code, w.Body, len(got))
		}
	}
}

func TestFilesOfAFormAreAttachments(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	body := part(`name="log"; filename="a.log"`, "line") + part(`name="message"`, "x") + part(`name="large"; filename="b"`, strings.Repeat("\x00", maxAttachments)) + "--b--"
	wire := inAllEncodings(t, []byte(body))["zstd"]
	w := call(t, e, http.MethodPost, eventsURL, string(wire), "Content-Type", "multipart/form-data; boundary=b", "Content-Encoding", "zstd")
	got := stored()
	if w.Code != http.StatusOK || kinds(got) != "event attachment" || got[1].Of != got[0].ID || got[1].Name != "a.log" || string(got[1].Raw) != "line" {
		t.Errorf("%d %s: %+v", w.Code, w.Body, kinds(got))
	}
	if held := e.bodies.inHand.Load(); held != 0 {
		t.Errorf("%d bytes still count as held", held)
	}
}

func TestFormsThatAreRefused(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	const form, multipart = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	for _, tc := range []struct {
		name, kind, body string
		want             int
	}{
		{"no form and no JSON", "text/plain", "message=x", 400},
		{"no fields", form, "&&", 400},
		{"1,001 fields", form, strings.Repeat("a=b&", 1000) + "a=b", 413},
		{"a form over 1 MiB", form, "a=" + strings.Repeat("x", maxEvent), 413},
		{"a form that grows over 1 MiB", form, "a=" + strings.Repeat("\x01", maxEvent/5), 413},
		{"broken JSON in a form", form, `event={"a"`, 400},
		{"1,001 parts", multipart, strings.Repeat(part(`name="a"`, "b"), 1001) + "--b--", 413},
		{"a part without an end", multipart, part(`name="a"`, "b"), 400},
		{"a part with headers of 20 KiB", multipart, "--b\r\nA: " + strings.Repeat("x", 20<<10) + "\r\n\r\n\r\n--b--", 413},
		{"files alone", multipart, part(`name="a"; filename="a.png"`, "x") + "--b--", 400},
		{"dashes", "", "--", 400},
	} {
		if w := call(t, e, http.MethodPost, eventsURL, tc.body, "Content-Type", tc.kind); w.Code != tc.want {
			t.Errorf("%s: %d %s, want %d", tc.name, w.Code, w.Body, tc.want)
		}
	}
}

func TestImagesAreEventsToo(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	pixel, store := "/api/7/pixel.gif?key="+goodKey, "/api/7/store/?sentry_version=4&sentry_client=raven-js%2F1.1&sentry_key="+goodKey
	text := `{"event_id":"` + someID + `","message":"+/x"}`
	for _, tc := range []struct{ name, target, want string }{
		{"a pixel", pixel + "&message=no+script&level=error", `{"message":"no script","level":"error"}`},
		{"a pixel with short names", pixel + "&msg=img%20beacon", `{"message":"img beacon"}`},
		{"a pixel with Sentry's names", "/p/api/7/pixel.gif/?sentry_key=" + goodKey + "&sentry_release=a&type=E", `{"type":"E"}`},
		{"raven's image", store + "&sentry_data=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(text))), text},
		{"raven's image, not base64", store + "&sentry_data=" + url.QueryEscape(text), text},
	} {
		w := call(t, e, http.MethodGet, tc.target, "", "Origin", "https://a.example")
		got := stored()
		if w.Code != 200 || w.Header().Get("Content-Type") != "image/gif" || w.Header().Get("Cache-Control") != "no-store" ||
			w.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" || !strings.HasPrefix(w.Body.String(), "GIF89a") {
			t.Errorf("%s: %d %v %q", tc.name, w.Code, w.Header(), w.Body)
		}
		if len(got) != 1 || string(got[0].Raw) != tc.want {
			t.Errorf("%s: kept %d records", tc.name, len(got))
		}
	}
	for target, want := range map[string]int{
		pixel: 400, pixel + "&message=" + strings.Repeat("%00", 300_000): 413, "/api/7/pixel.gif?message=x": 401, "/api/7/pixel.gif?message=x&key=" + unknownKey: 403,
		store: 400, store + "&sentry_data=!": 400, "/api/8/pixel.gif?message=x&key=" + goodKey: 403,
	} {
		if w := call(t, e, http.MethodGet, target, ""); w.Code != want {
			t.Errorf("%.80s: %d %s, want %d", target, w.Code, w.Body, want)
		}
	}
	if got := stored(); len(got) != 0 {
		t.Errorf("%d refused events are kept", len(got))
	}
}

func TestAKeyInThePath(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	for target, want := range map[string]int{
		"/t/" + goodKey: 200, "/errors//t/" + goodKey + "/": 200, "/t/" + unknownKey: 403, "/t/" + revokedKey: 403, "/t/x": 403, "/t": 404,
		"/t/" + unknownKey + "?key=" + goodKey: 200,
	} {
		w := call(t, e, http.MethodPost, target, `{"message":"x"}`, "Content-Type", "text/plain;charset=UTF-8")
		if w.Code != want {
			t.Errorf("%s: %d %s, want %d", target, w.Code, w.Body, want)
		}
		if got := stored(); (len(got) == 1) != (want == 200) || len(got) == 1 && (got[0].Protocol != "native" || got[0].Kind != pack.Event) {
			t.Errorf("%s: kept %d records", target, len(got))
		}
	}
}
