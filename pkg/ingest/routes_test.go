package ingest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	body := map[string]string{
		"envelope": envelope(`{}`, `{"message":"x"}`), "store": `{"message":"x"}`, "events": `{"message":"x"}`, "logs": `{"content":"x"}`,
		"tunnel": envelope(`{"dsn":"https://`+goodKey+`@in.example/7"}`, `{}`), "reports": cspReport, "faro": faroBody, "otlp": otlpJSON,
	}
	for _, tc := range []struct {
		name, method, path, body string
		want                     int
	}{
		{"an envelope", "POST", "/api/7/envelope/", "envelope", 200},
		{"no trailing slash", "POST", "/api/7/envelope", "envelope", 200},
		{"doubled slashes", "POST", "//api//7///envelope//", "envelope", 200},
		{"a path before /api/", "POST", "/sub/path/api/7/envelope/", "envelope", 200},
		{"a path before /api/ that holds /api/", "POST", "/api/x/api/7/store/", "store", 200},
		{"store", "POST", "/api/7/store/", "store", 200},
		{"store without a project", "POST", "/api/store/", "store", 200},
		{"native events", "POST", "/api/7/events", "events", 200},
		{"native events with a slash", "POST", "/x/api/7/events/", "events", 200},
		{"logs", "POST", "/api/v1/logs", "logs", 201},
		{"logs with a slash", "POST", "/api/v1/logs/", "logs", 201},
		{"the tunnel", "POST", "/tunnel", "tunnel", 200},
		{"the tunnel with a slash", "POST", "//tunnel/", "tunnel", 200},
		{"another project in the path", "POST", "/api/8/envelope/", "envelope", 403},
		{"no number in the path", "POST", "/api/seven/envelope/", "envelope", 403},
		{"a number too large", "POST", "/api/99999999999999999999999/envelope/", "envelope", 403},
		{"an unknown route", "POST", "/api/7/unknown/", "store", 404},
		{"the root", "GET", "/", "", 404},
		{"an escaped slash", "POST", "/api%2f7%2fnothing", "store", 404},
		{"native events by the key's own path", "POST", "/sub/t/" + goodKey, "events", 200},
		{"a browser's reports", "POST", "/sub/api/7/reports/", "reports", 204},
		{"Faro", "POST", "/sub/collect/", "faro", 202},
		{"OpenTelemetry", "POST", "/sub/api/7/otlp/v1/logs", "otlp", 200},
		{"a pixel", "GET", "/sub/api/7/pixel.gif", "", 400},
		{"a method that isn't taken", "GET", "/api/7/envelope/", "", 405},
		{"a pixel that is posted", "POST", "/api/7/pixel.gif", "events", 405},
		{"reports that are asked for", "GET", "/api/7/reports", "", 405},
		{"a body to DELETE", "DELETE", "/api/v1/logs", "logs", 405},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			target := tc.path + "?sentry_key=" + goodKey
			if tc.body == "tunnel" {
				target = tc.path
			}
			w := call(t, e, tc.method, target, body[tc.body])
			if w.Code != tc.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, tc.want)
			}
		})
	}
}

func TestPreflightsAreAnsweredWithoutAKey(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	for _, path := range []string{"/api/7/envelope/", "/api/v1/logs", "/tunnel", "/collect", "/collect/" + unknownKey, "/api/7/reports/", "/t/x", "/api/nothing", "/"} {
		for _, origin := range []string{"https://shop.example", "null", ""} {
			for _, asked := range []string{"", "content-type", "x-team,content-encoding"} {
				headers := []string{"Access-Control-Request-Method", "POST"}
				if origin != "" {
					headers = append(headers, "Origin", origin)
				}
				if asked != "" {
					headers = append(headers, "Access-Control-Request-Headers", asked)
				}
				w := call(t, e, http.MethodOptions, path, "", headers...)
				h := w.Header()
				if w.Code != 204 || h.Get("Access-Control-Allow-Headers") != asked || h.Get("Access-Control-Max-Age") != "3600" ||
					!strings.Contains(h.Get("Access-Control-Allow-Methods"), "POST") || w.Body.Len() > 0 {
					t.Errorf("%s from %q asking %q: %d %v", path, origin, asked, w.Code, h)
				}
			}
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	const store, logs, env = "/api/store", "/api/v1/logs", "/api/7/envelope"
	for _, tc := range []struct {
		name, target string
		headers      []string
		want         int
	}{
		{"sentry_key in the query", store + "?sentry_version=7&sentry_key=" + goodKey, nil, 200},
		{"key in the query", store + "?key=" + goodKey, nil, 200},
		{"sentry_key beats key", store + "?key=" + unknownKey + "&sentry_key=" + goodKey, nil, 200},
		{"the query beats every header", store + "?key=" + unknownKey, []string{"X-Sentry-Auth", "Sentry sentry_key=" + goodKey, "X-Api-Key", goodKey}, 403},
		{"X-Sentry-Auth", store, []string{"X-Sentry-Auth", "Sentry sentry_version=7, sentry_key=" + goodKey + ",sentry_client=x/1"}, 200},
		{"X-Sentry-Auth beats Authorization", store, []string{"X-Sentry-Auth", "Sentry sentry_key=" + goodKey, "Authorization", unknownKey}, 200},
		{"Authorization with the scheme Sentry", store, []string{"Authorization", "Sentry sentry_key=" + goodKey + ", sentry_version=7"}, 200},
		{"Authorization raw", store, []string{"Authorization", goodKey}, 200},
		{"Authorization raw with Basic", store, []string{"Authorization", "Basic " + goodKey}, 200},
		{"Authorization raw with Bearer", store, []string{"Authorization", "Bearer " + goodKey}, 200},
		{"Authorization base64", store, []string{"Authorization", b64(goodKey)}, 200},
		{"Authorization base64 with Basic", store, []string{"Authorization", "Basic " + b64(goodKey)}, 200},
		{"Authorization as user and no password", store, []string{"Authorization", "basic " + b64(goodKey+":")}, 200},
		{"Authorization as user and password", store, []string{"Authorization", "Basic " + b64(goodKey+":secret")}, 200},
		{"Authorization raw up to the colon", store, []string{"Authorization", goodKey + ":x"}, 200},
		{"Authorization beats x-api-key", store, []string{"Authorization", unknownKey, "X-Api-Key", goodKey}, 403},
		{"somebody's own Authorization is passed over", store, []string{"Authorization", "Basic " + b64("user:word"), "X-Api-Key", goodKey}, 200},
		{"somebody's own Authorization is no key", store, []string{"Authorization", "Basic " + b64("user:word")}, 403},
		{"x-api-key", store, []string{"X-Api-Key", goodKey}, 200},
		{"x-api-key beats X-Trivet-Key", store, []string{"X-Api-Key", unknownKey, "X-Trivet-Key", goodKey}, 403},
		{"X-Trivet-Key", store, []string{"X-Trivet-Key", goodKey}, 200},
		{"no key", store, nil, 401},
		{"an unknown key", store + "?key=" + unknownKey, nil, 403},
		{"no form of a key", store + "?key=%00%ff'", nil, 403},
		{"a revoked key", store + "?key=" + revokedKey, nil, 403},
		{"no key and no dsn in an envelope", env, nil, 401},
		{"the key of another project", env + "?sentry_key=" + shopKey, nil, 403},
		{"a token where only keys count", store, []string{"Authorization", "Bearer " + goodToken}, 403},
		{"a token on logs", logs, []string{"Authorization", "Bearer " + goodToken}, 201},
		{"a token on logs as mittens sends it", logs, []string{"Authorization", "Basic " + b64(goodToken)}, 201},
		{"a key on logs", logs, []string{"Authorization", "Basic " + goodKey}, 201},
		{"no key on logs", logs, nil, 401},
		{"an empty key on logs", logs, []string{"Authorization", ""}, 401},
		{"a malformed key on logs", logs, []string{"Authorization", "Basic ???"}, 401},
		{"an unknown key on logs", logs, []string{"Authorization", b64(unknownKey)}, 401},
		{"an unknown token on logs", logs, []string{"Authorization", "trv_" + strings.Repeat("00", 32)}, 401},
		{"a revoked key on logs", logs, []string{"Authorization", revokedKey}, 403},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			body := `{"message":"x"}`
			switch {
			case strings.HasPrefix(tc.target, logs):
				body = `{"content":"x"}`
			case strings.HasPrefix(tc.target, env):
				body = envelope("{}", body)
			}
			w := call(t, e, http.MethodPost, tc.target, body, tc.headers...)
			if w.Code != tc.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, tc.want)
			}
		})
	}
}

func TestTheKeyInAnEnvelope(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	dsn := func(key, project string) string {
		return `{"dsn":"https://` + key + `@in.example/sub/` + project + `"}`
	}
	for _, tc := range []struct {
		name, target, header string
		want                 int
	}{
		{"the dsn is the last resort", "/tunnel", dsn(goodKey, "7"), 200},
		{"also where the path names the project", "/api/7/envelope", dsn(goodKey, "7"), 200},
		{"a project of digits and more", "/tunnel", dsn(goodKey, "7abc"), 200},
		{"another project than the key's", "/tunnel", dsn(goodKey, "8"), 403},
		{"another project than the query's key", "/api/7/envelope?sentry_key=" + goodKey, dsn(shopKey, "8"), 403},
		{"another key of the same project", "/api/7/envelope?sentry_key=" + goodKey, dsn(unknownKey, "7"), 200},
		{"an unknown key", "/tunnel", dsn(unknownKey, "7"), 403},
		{"a revoked key", "/tunnel", dsn(revokedKey, "7"), 403},
		{"no dsn", "/tunnel", `{}`, 401},
		{"a dsn that is none", "/tunnel", `{"dsn":"x"}`, 403},
		{"no envelope", "/tunnel", `hello`, 400},
		{"a header without an end", "/tunnel", `{"dsn":"` + strings.Repeat("x", 10<<10), 413},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			body := envelope(tc.header, `{"message":"x"}`)
			for name, wire := range inAllEncodings(t, []byte(body)) {
				w := call(t, e, http.MethodPost, tc.target, string(wire), "Content-Encoding", name)
				if w.Code != tc.want {
					t.Errorf("%q: got %d %s, want %d", name, w.Code, w.Body, tc.want)
				}
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	for origin, want := range map[string]int{
		"": 200, "https://shop.example": 200, "https://evil-shop.example": 403, "https://shop.example.evil.example": 403,
		"http://shop.example": 403, "https://shop.example:444": 403, "null": 403,
	} {
		var headers []string
		if origin != "" {
			headers = []string{"Origin", origin}
		}
		if w := call(t, e, http.MethodPost, "/api/8/store/?sentry_key="+shopKey, `{}`, headers...); w.Code != want {
			t.Errorf("%q: got %d %s, want %d", origin, w.Code, w.Body, want)
		}
	}
}

func TestErrorsHaveOneShape(t *testing.T) {
	t.Parallel()
	e := open(t, config(), Deps{Publisher: publish(takeAll)})
	e.echo.POST("/panic", func(echo.Context) error { panic("a bug") })
	e.echo.POST("/odd", func(echo.Context) error { return errors.New("a secret of ours") })
	for _, tc := range []struct {
		name, method, target, body, code string
		want                             int
	}{
		{"no JSON", "POST", "/api/store?key=" + goodKey, `{"a":}`, "invalid", 400},
		{"no envelope", "POST", "/api/7/envelope?key=" + goodKey, "{}\n{\"type\":\"event\",\"length\":9}\n{}\n", "invalid", 400},
		{"an empty body", "POST", "/api/7/events?key=" + goodKey, "", "invalid", 400},
		{"no key", "POST", "/api/store", "{}", "no_key", 401},
		{"no route", "POST", "/nothing", "", "not_found", 404},
		{"no method", "GET", "/api/store", "", "method_not_allowed", 405},
		{"a panic", "POST", "/panic", "", "internal", 500},
		{"an error nobody expected", "POST", "/odd", "", "internal", 500},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := call(t, e, tc.method, tc.target, tc.body, "Origin", "https://a.example", "X-Request-Id", "from-proxy.1")
			var got struct{ Error, Message, Detail string }
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%s: %v", w.Body, err)
			}
			if w.Code != tc.want || got.Error != tc.code || got.Message == "" {
				t.Errorf("got %d %+v, want %d %s", w.Code, got, tc.want, tc.code)
			}
			if tc.want == 400 && !strings.Contains(got.Detail, "byte") && tc.body != "" {
				t.Errorf("doesn't say where: %+v", got)
			}
			if w.Header().Get("X-Request-Id") != "from-proxy.1" || strings.Contains(w.Body.String(), "secret") {
				t.Errorf("request id %q, body %s", w.Header().Get("X-Request-Id"), w.Body)
			}
		})
	}
	if w := call(t, e, http.MethodGet, "/api/store", ""); !strings.Contains(w.Header().Get("Allow"), "POST") {
		t.Errorf("405 without Allow: %v", w.Header())
	}
	if w := call(t, e, http.MethodGet, "/", "", "X-Request-Id", "a b\"c"); strings.Contains(w.Header().Get("X-Request-Id"), " ") {
		t.Errorf("request id %q", w.Header().Get("X-Request-Id"))
	}
}

func TestEveryRefusalIsWhole(t *testing.T) {
	t.Parallel()
	for _, r := range Refusals() {
		if r.Code == "" || r.Message == "" || r.Status < 400 || (r.Status == 503) != (r.Retry > 0) {
			t.Errorf("%+v", r)
		}
	}
}
