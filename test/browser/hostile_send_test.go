//go:build browser

package browser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// hostileEvent is an event in Sentry's form with something hostile in every field that a client fills in.
func hostileEvent(k int) map[string]any {
	field := 0
	some := func() string { field++; return turn(k, field) }
	lines := func() []string { return []string{some(), some()} }
	frame := func() map[string]any {
		return map[string]any{
			"function": some(), "module": some(), "filename": some(), "abs_path": some(), "lineno": 1, "colno": 2, "in_app": true,
			"pre_context": lines(), "context_line": some(), "post_context": lines(), "vars": map[string]any{some(): some()},
		}
	}
	tags, extra, crumbs := map[string]string{}, map[string]any{}, []any{}
	for i := range 8 {
		tags[fmt.Sprintf("t%d.%s", i, some())] = some()
		tags[fmt.Sprintf("plain%d", i)] = some()
		extra[some()] = map[string]any{some(): []any{some(), map[string]any{some(): some()}}}
		crumbs = append(crumbs, map[string]any{
			"type": some(), "category": some(), "level": "info", "message": some(), "data": map[string]any{some(): some(), "url": some(), "method": some()},
		})
	}
	return map[string]any{
		"level": "error", "platform": "javascript", "logger": some(), "server_name": some(), "transaction": some(), "release": some(), "dist": some(),
		"environment": some(), "culprit": some(), "message": some(), "fingerprint": []string{fmt.Sprint("hostile ", k), some()},
		"exception": map[string]any{"values": []any{
			map[string]any{"type": some(), "value": some(), "module": some(), "stacktrace": map[string]any{"frames": []any{frame()}}},
			map[string]any{
				"type": some(), "value": some(), "module": some(), "mechanism": map[string]any{"type": some(), "source": some(), "handled": false},
				"stacktrace": map[string]any{"frames": []any{frame(), frame()}},
			},
		}},
		"breadcrumbs": crumbs, "tags": tags, "extra": extra, "modules": map[string]string{some(): some()},
		"user": map[string]any{"id": some(), "username": some(), "email": some(), "ip_address": "192.0.2.1", "name": some(), "plan": some()},
		"request": map[string]any{
			"url": some(), "method": some(), "query_string": some(), "headers": map[string]string{"User-Agent": some(), "Referer": some(), some(): some()},
			"data": some(), "cookies": some(), "env": map[string]string{some(): some()},
		},
		"sdk": map[string]any{"name": some(), "version": some(), "integrations": lines(), "packages": []any{map[string]any{"name": some(), "version": some()}}},
		"contexts": map[string]any{
			"browser": map[string]any{"name": some(), "version": some()}, "os": map[string]any{"name": some()}, "device": map[string]any{"model": some(), "family": some()},
			some(): map[string]any{some(): some()}, "trace": map[string]any{"trace_id": some()},
		},
		"debug_meta": map[string]any{"images": []any{map[string]any{"type": "sourcemap", "code_file": some(), "debug_id": some()}}},
	}
}

// sendEnvelope sends an event with files and with what a visitor wrote, and tells its id.
func (p *project) sendEnvelope(k int, event map[string]any) (id string) {
	p.t.Helper()
	id = fmt.Sprintf("%032x", 0xbad0000+k)
	event["event_id"] = id
	var body bytes.Buffer
	item := func(head map[string]any, payload []byte) {
		head["length"] = len(payload)
		line, _ := json.Marshal(head)
		body.Write(line)
		body.WriteByte('\n')
		body.Write(payload)
		body.WriteByte('\n')
	}
	text := func(v any) []byte { b, _ := json.Marshal(v); return b }
	fmt.Fprintf(&body, "{\"event_id\":%q}\n", id)
	item(map[string]any{"type": "event"}, text(event))
	item(map[string]any{"type": "attachment", "filename": turn(k, 1), "content_type": turn(k, 2)}, []byte(turn(k, 3)))
	item(map[string]any{"type": "user_report"}, text(map[string]any{"event_id": id, "name": turn(k, 4), "email": turn(k, 5), "comments": turn(k, 6) + " " + turn(k, 7)}))
	item(map[string]any{"type": "session"}, text(map[string]any{"sid": id, "init": true, "status": "crashed", "started": "2026-01-01T00:00:00Z", "attrs": map[string]any{"release": turn(k, 8), "environment": turn(k, 9)}}))
	item(map[string]any{"type": "client_report"}, text(map[string]any{"discarded_events": []any{map[string]any{"reason": turn(k, 10), "category": turn(k, 11), "quantity": 1}}}))
	p.send(fmt.Sprintf("/api/%d/envelope/?sentry_key=%s", p.id, p.key), "", body.Bytes())
	return id
}

// send gives ingest a request that it must take.
func (p *project) send(path, kind string, body []byte) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, the.info.IngestURL+path, bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if said, _ := io.ReadAll(resp.Body); resp.StatusCode/100 != 2 {
		p.t.Fatalf("%s: %d %s", path, resp.StatusCode, said)
	}
}

// sendOthers sends something hostile over the other protocols.
func (p *project) sendOthers(t *testing.T) (n int) {
	t.Helper()
	text := func(v any) []byte { b, _ := json.Marshal(v); return b }
	for k := range 6 {
		p.send(fmt.Sprintf("/api/%d/events?key=%s", p.id, p.key), "text/plain", text(map[string]any{
			"type": turn(k, 20), "message": turn(k, 21), "stack": "Error: x\n    at " + turn(k, 22) + " (" + turn(k, 23) + ":1:2)", "url": turn(k, 24),
			"release": turn(k, 25), "tags": map[string]string{"a": turn(k, 26)}, "meta": map[string]any{turn(k, 27): turn(k, 28)}, "user": map[string]any{"id": turn(k, 29)},
		}))
		p.send("/collect/"+p.key, "application/json", text(map[string]any{
			"meta":       map[string]any{"app": map[string]any{"name": turn(k, 30), "release": turn(k, 31)}, "page": map[string]any{"url": turn(k, 32)}, "browser": map[string]any{"name": turn(k, 33)}},
			"exceptions": []any{map[string]any{"type": turn(k, 34), "value": turn(k, 35), "timestamp": "2026-01-01T00:00:00Z", "stacktrace": map[string]any{"frames": []any{map[string]any{"function": turn(k, 36), "filename": turn(k, 37), "lineno": 1}}}}},
		}))
		p.send(fmt.Sprintf("/api/%d/security/?sentry_key=%s", p.id, p.key), "application/csp-report", text(map[string]any{"csp-report": map[string]any{
			"document-uri": "https://shop.example/" + turn(k, 38), "violated-directive": turn(k, 39), "blocked-uri": turn(k, 40), "source-file": turn(k, 41), "script-sample": turn(k, 42), "original-policy": turn(k, 43),
		}}))
		n += 3
	}
	form := url.Values{"name": {hostile[0]}, "email": {hostile[3]}, "comments": {strings.Join(hostile[:9], " ")}}
	dsn := url.QueryEscape(fmt.Sprintf("http://%s@%s/%d", p.key, strings.TrimPrefix(the.info.IngestURL, "http://"), p.id))
	p.send("/api/embed/error-page/?dsn="+dsn+"&eventId=0123456789abcdef0123456789abcdef", "application/x-www-form-urlencoded", []byte(form.Encode()))
	return n
}

// sendNoise sends what the project's settings ignore.
func (p *project) sendNoise(k int) {
	p.t.Helper()
	body, err := json.Marshal(map[string]any{
		"message": "noise " + turn(k, 1), "url": turn(k, 1), "release": turn(k, 2), "tags": map[string]string{turn(k, 3): turn(k, 4)}, "user": map[string]any{"id": turn(k, 5)},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.send(fmt.Sprintf("/api/%d/events?key=%s", p.id, p.key), "text/plain", body)
}
