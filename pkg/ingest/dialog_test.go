package ingest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/pack"
)

// dialogURL is where an SDK loads the dialog from.
func dialogURL(key, project, more string) string {
	return "/api/embed/error-page/?dsn=" + url.QueryEscape("https://"+key+"@in.example/sub/"+project) + "&eventId=" + someID + more
}

func TestTheReportDialog(t *testing.T) {
	t.Parallel()
	e, stored := openReal(t, config())
	w := call(t, e, http.MethodGet, dialogURL(goodKey, "7", "&name=Ada&email=ada%40a.example&title=Oh"), "", "Origin", "https://a.example")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/javascript; charset=utf-8" || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Set-Cookie") != "" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	if !strings.HasPrefix(w.Body.String(), "(function (options) {") || !strings.HasSuffix(w.Body.String(), "})\n({\"email\":\"ada@a.example\",\"name\":\"Ada\",\"title\":\"Oh\"})\n") {
		t.Errorf("%s", w.Body)
	}
	for _, tc := range []struct {
		name, target, kind, body string
		want                     int
		comments                 string
	}{
		{"a form", dialogURL(goodKey, "7", ""), "application/x-www-form-urlencoded;charset=UTF-8", "name=Ada&email=a%40b&comments=It+broke%0A%22", 200, "It broke\n\""},
		{
			"a form of parts", dialogURL(goodKey, "7", ""), "multipart/form-data; boundary=b",
			"--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAda\r\n--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na@b\r\n" +
				"--b\r\nContent-Disposition: form-data; name=\"comments\"\r\n\r\nbroken\r\n--b--\r\n", 200, "broken",
		},
		{"JSON", dialogURL(goodKey, "7", ""), "application/json", `{"name":"Ada","email":"a@b","comments":"broken"}`, 200, "broken"},
		{"any key", "/api/embed/error-page?key=" + goodKey + "&eventId=" + someID, "", `{"name":"Ada","email":"a@b","comments":"x"}`, 200, "x"},
		{"no comments", dialogURL(goodKey, "7", ""), "", "name=Ada&comments=", 400, ""},
		{"a list", dialogURL(goodKey, "7", ""), "", `[]`, 400, ""},
		{"broken JSON", dialogURL(goodKey, "7", ""), "", `{"comments"`, 400, ""},
		{"too long", dialogURL(goodKey, "7", ""), "", "comments=" + strings.Repeat("x", maxSidecar), 413, ""},
		{"an unknown key", dialogURL(unknownKey, "7", ""), "", "comments=x", 403, ""},
		{"another project", dialogURL(goodKey, "8", ""), "", "comments=x", 403, ""},
		{"no dsn", "/api/embed/error-page/", "", "comments=x", 401, ""},
		{"a dsn that is none", "/api/embed/error-page/?dsn=x", "", "comments=x", 403, ""},
	} {
		w := call(t, e, http.MethodPost, tc.target, tc.body, "Content-Type", tc.kind)
		got := stored()
		if w.Code != tc.want || (len(got) == 1) != (tc.want == 200) || tc.want == 200 && w.Body.String() != "{}" {
			t.Errorf("%s: %d %s, kept %d", tc.name, w.Code, w.Body, len(got))
		}
		if len(got) != 1 {
			continue
		}
		var said map[string]string
		if err := json.Unmarshal(got[0].Raw, &said); err != nil || got[0].Kind != pack.Feedback || got[0].Of.String() != someID {
			t.Errorf("%s: %v %+v", tc.name, err, got[0])
		}
		if said["event_id"] != someID || said["name"] != "Ada" || said["email"] != "a@b" || said["comments"] != tc.comments {
			t.Errorf("%s: %v", tc.name, said)
		}
	}
	if w := call(t, e, http.MethodGet, dialogURL(unknownKey, "7", ""), ""); w.Code != 403 {
		t.Errorf("the dialog of an unknown key: %d", w.Code)
	}
}

// TestNothingIsReflected: whoever makes a page load the dialog must not get code of theirs into it.
func TestNothingIsReflected(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	hostile := `</script><img src=x onerror=alert(1)>"'` + "`\\\u2028\u2029\n&"
	more := "&unknown=" + url.QueryEscape(hostile) + "&eventId=" + url.QueryEscape(hostile)
	for _, name := range dialogTexts {
		more += "&" + name + "=" + url.QueryEscape(hostile)
	}
	w := call(t, e, http.MethodGet, dialogURL(goodKey, "7", more+"&lang=%ff&title="+strings.Repeat("x", maxDialogText+1)), "")
	_, options, _ := strings.Cut(w.Body.String(), "})\n(")
	if w.Code != 200 || options == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if strings.ContainsAny(options, "<>&\u2028\u2029") {
		t.Errorf("unescaped: %s", options)
	}
	var said map[string]string
	if err := json.Unmarshal([]byte(strings.TrimSuffix(options, ")\n")), &said); err != nil || len(said) != len(dialogTexts) || said["title"] != hostile {
		t.Errorf("%v: %q", err, said)
	}
}
