package docs

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/ingest"
	"github.com/trivetlabs/trivet/pkg/query"
	"github.com/trivetlabs/trivet/pkg/service"
)

// summaries says what each route is for; one that is missing here, or too many, fails the test.
var summaries = map[string]string{
	"POST /api/:project/envelope": "Sentry envelope: its `event` items are kept, other items are counted and answered. 200 `{\"id\"}`",
	"POST /api/:project/store":    "Sentry's older store request: one event, plain or base64 of zlib. 200 `{\"id\"}`",
	"POST /api/store":             "the same, the project being that of the key",
	"POST /api/:project/events":   "native: one JSON object, an array, or NDJSON, of any Content-Type. 200 `{\"id\"}` or `{\"ids\"}`",
	"POST /tunnel":                "a Sentry envelope whose key is in its `dsn` header; the path is INGEST_TUNNEL_PATH",
	"POST /api/v1/logs":           "`{content, meta}`; a key, or a token with scope write. 201 `{id, content, meta}`. Also taken by query, which passes it on",
	"GET /trivet.js":              "the newest version of our own script, for pages of any origin; kept for an hour",
	"HEAD /trivet.js":             "its headers",
	"GET /trivet-1.0.0.js":        "that version, for ever: `trivet script` prints the element that loads it, with its hash",
	"HEAD /trivet-1.0.0.js":       "its headers",

	"GET /api/v1/health":                          "`\"OK\"`: the process answers",
	"GET /api/v1/projects":                        "the projects the token may see",
	"GET /api/v1/projects/:project/events":        "events, newest first: `{\"events\":[…],\"next\":\"…\"\\|null}`. Filters: `from to issue level type release environment browser os url protocol`; `limit`, `cursor`, `fields`",
	"GET /api/v1/projects/:project/events/:event": "one event in full: exceptions with frames (outermost first, the crashing one last; oldest cause first), breadcrumbs, tags, contexts, user, request, sdk, and the client's bytes under `raw` (base64 where `raw_encoding` says so). `day` finds it faster",
	"GET /api/v1/projects/:project/issues":        "issues: `{\"issues\":[…],\"next\":…}`. Filters: `from to status level type`; `sort` last_seen, first_seen or events; `limit`, `cursor`, `fields`",
	"GET /api/v1/projects/:project/issues/:issue": "one issue with its events by hour",
	"GET /api/v1/projects/:project/stats":         "what became of the events, by `step` minute, hour or day, `from` and `to`",
	"GET /api/v1/logs":                            "logs of the token's project, newest first, as a bare array of `{id, content, meta}`; `Link: rel=\"next\"`",
	"GET /api/v1/logs/:log":                       "one log",
	"OPTIONS /api/v1/logs":                        "preflight of pages that post logs",
}

const apiIntro = `# HTTP API

Paths may have a trailing slash, doubled slashes and, on ingest, any prefix before ` + "`/api/`" + `. Every error has the shape
` + "`{\"error\":\"code\",\"message\":\"…\",\"detail\":\"…\"}`" + ` and repeats itself in ` + "`X-Sentry-Error`" + `; on ` + "`/api/v1/logs`" + ` there is also ` + "`errors`" + ` by field.

Keys (ingest) are taken from the first of: query ` + "`sentry_key` or `key`, `X-Sentry-Auth`, `Authorization`, `x-api-key`, `X-Trivet-Key`" + `, the envelope's ` + "`dsn`" + `.
Tokens (query) come as ` + "`Authorization: Bearer …`; on `/api/v1/logs` also as `Basic`, raw or base64." + ` ` + "`fields=a,b{c}`" + ` or the header ` + "`X-Fields`" + ` trims each object.
A revoked key or write token is refused by ingest at once; a revoked token may read for 30 seconds more.

Limits of a request: 2 MiB as sent, 8 MiB inflated (` + "`Content-Encoding` gzip, deflate, br or zstd" + `), 1,000 events of 1 MiB, JSON nested 64 deep. Of more than 100
tags the rest is dropped. Pages of lists hold at most 100.

## Shapes

A native event is an object in which everything is optional: ` + "`id`" + ` (sent again, it counts once), ` + "`timestamp`" + ` or ` + "`ts`" + ` (RFC 3339, seconds, or milliseconds above
1e11), ` + "`type`, `message`, `stack`" + ` (the text of ` + "`error.stack`" + ` in Chrome, Firefox or Safari, or a list of frames
` + "`{function, filename, lineno, colno, in_app}`" + `, outermost first), ` + "`level`, `url`, `release`, `environment`, `user`, `tags`, `breadcrumbs`, `meta`" + `. What has another
name is kept under ` + "`extra`" + `.

An event in lists: ` + "`id` (32 hex) `project_id issue_id day received_at occurred_at level protocol handled type message culprit release environment browser os url`" + `.
Lists are ordered by ` + "`received_at`, and `from` and `to` mean it; `occurred_at`" + ` is what the client's clock said.
An issue: ` + "`id project_id title type culprit level status events users first_seen last_seen first_release last_release`" + `.
`

func TestAPI(t *testing.T) {
	t.Parallel()
	env := service.Env{Log: zerolog.Nop(), Metrics: prometheus.NewRegistry(), Health: service.NewHealth()}
	edge, api := parts(t, env)
	defer edge.Close()
	body, unused := apiIntro, map[string]bool{}
	for route := range summaries {
		unused[route] = true
	}
	for _, role := range []struct {
		name   string
		routes []string
	}{{"ingest", edge.Routes()}, {"query", api.Routes()}} {
		body += fmt.Sprintf("\n## Routes of %s\n\n| route | what |\n|---|---|\n", role.name)
		for _, route := range role.routes {
			if summaries[route] == "" {
				t.Errorf("route %s has no summary here", route)
			}
			delete(unused, route)
			body += fmt.Sprintf("| `%s` | %s |\n", route, summaries[route])
		}
	}
	for route := range unused {
		t.Errorf("there is no route %s", route)
	}
	body += "\n## Refusals of ingest\n\n| status | error | message | Retry-After |\n|---|---|---|---|\n"
	for _, r := range ingest.Refusals() {
		status := fmt.Sprint(r.Status)
		if r.Logs != 0 {
			status += fmt.Sprintf(" (%d on /api/v1/logs)", r.Logs)
		}
		retry := ""
		switch {
		case r.Status == http.StatusTooManyRequests:
			retry = "until the next event would be taken, with X-Sentry-Rate-Limits"
		case r.Retry > 0:
			retry = fmt.Sprintf("%v to %v, not on Sentry's routes", r.Retry, 2*r.Retry)
		}
		body = appendOnce(body, fmt.Sprintf("| %s | `%s` | %s | %s |\n", status, r.Code, r.Message, retry))
	}
	body += "\n## Refusals of query\n\n| status | error | message |\n|---|---|---|\n"
	for _, r := range query.Refusals() {
		body = appendOnce(body, fmt.Sprintf("| %d | `%s` | %s |\n", r.Status, r.Code, r.Message))
	}
	check(t, "api.md", strings.TrimSpace(body)+"\n")
}

// appendOnce leaves out a row that stands there already: several causes may have one answer.
func appendOnce(body, row string) string {
	if strings.Contains(body, row) {
		return body
	}
	return body + row
}
