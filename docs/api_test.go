package docs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/filter"
	"github.com/trivetlabs/trivet/pkg/ingest"
	"github.com/trivetlabs/trivet/pkg/openapi"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/web"
)

// summaries says what each route of ingest is for; one that is missing here, or too many, fails the test. What those of query
// are for stands where they are added: see pkg/query/describe.go.
var summaries = map[string]string{
	"POST /api/:project/envelope":                 "Sentry envelope: `event` items and the `attachment`, `feedback`, `user_report`, `session`, `sessions` and `client_report` beside them are kept, other items are counted and answered. 200 `{\"id\"}`",
	"POST /api/:project/store":                    "Sentry's older store request: one event, plain or base64 of zlib. 200 `{\"id\"}`",
	"POST /api/store":                             "the same, the project being that of the key",
	"GET /api/:project/store":                     "the same in the query, `sentry_data`. 200, an image",
	"POST /api/:project/events":                   "native: one JSON object, an array, or NDJSON, of any Content-Type; or one event as a form or multipart form, files being its attachments. 200 `{\"id\"}` or `{\"ids\"}`",
	"POST /t/:key":                                "the same, the key being in the path",
	"GET /api/:project/pixel.gif":                 "native: one event, its fields in the query, for pages without scripts. 200, an image",
	"POST /api/:project/security":                 "a browser's own reports: `application/csp-report` or `application/reports+json`. 204, also when they were limited or can't be read",
	"POST /api/:project/csp-report":               "the same",
	"POST /api/:project/reports":                  "the same",
	"POST /api/:project/nel":                      "the same; network errors logged with their successes, which are counted only",
	"POST /collect":                               "Grafana Faro: exceptions and error logs are kept, the rest is counted; `Idempotency-Key` makes a retry count once. 202 `ok`",
	"POST /collect/:key":                          "the same, the key being in the path",
	"POST /api/:project/otlp/v1/logs":             "OTLP/HTTP logs, JSON or protobuf: records with an exception are kept. 200 and an empty message",
	"POST /api/:project/integration/otlp/v1/logs": "the same",
	"GET /api/embed/error-page":                   "the report dialog as a script, for `Sentry.showReportDialog`: `dsn`, `eventId`, `name`, `email` and its texts in the query",
	"POST /api/embed/error-page":                  "what a visitor wrote: `name`, `email`, `comments` as a form of either type or JSON; `dsn` and `eventId` in the query. 200 `{}`",
	"POST /tunnel":                                "a Sentry envelope whose key is in its `dsn` header; the path is INGEST_TUNNEL_PATH",
	"POST /api/v1/logs":                           "`{content, meta}`; a key, or a token with scope write. 201 `{id, content, meta}`. Also taken by query, which passes it on",
	"GET /trivet.js":                              "the newest version of our own script, for pages of any origin; kept for an hour",
	"HEAD /trivet.js":                             "its headers",
	"GET /trivet-1.0.0.js":                        "that version, for ever: `trivet script` prints the element that loads it, with its hash",
	"HEAD /trivet-1.0.0.js":                       "its headers",
}

const settingsExample = `{
  "filters": {
    "switches": {"crawler": false},
    "messages": ["TimeoutError: *", "*quota exceeded*"]
  },
  "scrub": {"off": false, "ip": "truncate", "email": "hash", "fields": ["iban"], "safe_fields": ["token_count"]},
  "grouping": {"rules": [{"type": "PaymentError", "message": "*declined*", "file": "*/checkout/*", "function": "pay*", "fingerprint": ["payment", "{{ default }}"]}]},
  "attachments": true
}
`

const apiIntro = `# HTTP API

Paths may have a trailing slash, doubled slashes and, on ingest, any prefix before ` + "`/api/`, `/collect` and `/t/`" + `. Every error has the shape
` + "`{\"error\":\"code\",\"message\":\"…\",\"detail\":\"…\"}`" + ` and repeats itself in ` + "`X-Sentry-Error`" + `; on ` + "`/api/v1/logs`" + ` there is also ` + "`errors`" + ` by field.

Keys (ingest) are taken from the first of: query ` + "`sentry_key` or `key`, `X-Sentry-Auth`, `Authorization`, `x-api-key`, `X-Trivet-Key`" + `, the path, the ` + "`dsn`" + ` of the envelope or the dialog.
Tokens (query) come as ` + "`Authorization: Bearer …`; on `/api/v1/logs` also as `Basic`, raw or base64." + ` ` + "`fields=a,b{c}`" + ` or the header ` + "`X-Fields`" + ` trims each object.
A revoked key or write token is refused by ingest at once; a revoked token may read for 30 seconds more.

Limits of a request: 2 MiB as sent, files that are not compressed apart, 8 MiB with them or inflated (` + "`Content-Encoding` gzip, deflate, br or zstd" + `), 1,000 events of 1 MiB, JSON nested 64 deep. Of more than 100
tags the rest is dropped. Attachments of 4 MiB together; one that is too much is dropped, its event is kept. Forms of 1,000 fields. Pages of lists hold at most 100.

## Shapes

A native event is an object in which everything is optional: ` + "`id`" + ` (sent again, it counts once), ` + "`timestamp`" + ` or ` + "`ts`" + ` (RFC 3339, seconds, or milliseconds above
1e11), ` + "`type`, `message`, `stack`" + ` (the text of ` + "`error.stack`" + ` in Chrome, Firefox or Safari, or a list of frames
` + "`{function, filename, lineno, colno, in_app}`" + `, outermost first), ` + "`causes` (a list of `{type, message, stack, source, parent}`), `level`, `url`, `release`, `environment`, `user`, `tags`, `breadcrumbs`, `meta`" + `. What has another
name is kept under ` + "`extra`" + `.

An event in lists: ` + "`id` (32 hex) `project_id issue_id day received_at occurred_at level protocol handled type message culprit release environment browser os url`" + `.
Lists are ordered by ` + "`received_at`, and `from` and `to` mean it; `occurred_at`" + ` is what the client's clock said.
An issue: ` + "`id project_id title type culprit level status events users first_seen last_seen first_release last_release`" + `.
An attachment: ` + "`id event_id day received_at name content_type size`" + `; name and type are the client's word. Feedback: ` + "`id event_id received_at name email message url`" + `.

Settings are one document in which everything is optional; what is absent stands as shipped, and a member that is not known is refused:

` + "```\n" + settingsExample + "```" + `

In ` + "`messages`" + ` and rules ` + "`*`" + ` stands for any text, case does not count, and the whole text must match: that of ` + "`Type: message`" + ` or the message alone. Of the
rules the first counts whose matchers all match. ` + "`ip` and `email`" + ` are keep, never, truncate or hash. At most 100 rules, messages and fields, each text of 1 to
200 characters.

## Noise filters

All are on; ` + "`switches`" + ` turns each off, or ` + "`localhost`" + ` on where it would not apply. What they drop is counted under ` + "`drops`" + `, and the last of it shown under
` + "`filtered`" + `. Errors of servers are judged by ` + "`ignored`" + ` alone. "Script error.", failed chunks and hydration errors are never noise.

| filter | drops |
|---|---|
`

func TestAPI(t *testing.T) {
	t.Parallel()
	env := service.Env{Log: zerolog.Nop(), Metrics: prometheus.NewRegistry(), Health: service.NewHealth()}
	edge, api := parts(t, env)
	defer edge.Close()
	if _, err := project.ReadSettings([]byte(settingsExample)); err != nil {
		t.Errorf("the example of settings: %v", err)
	}
	body, unused := apiIntro, map[string]bool{}
	for _, f := range filter.Filters() {
		body += fmt.Sprintf("| `%s` | %s |\n", f.Name, cell(f.About))
	}
	for route := range summaries {
		unused[route] = true
	}
	body += "\n## Routes of ingest\n\n| route | what |\n|---|---|\n"
	for _, route := range edge.Routes() {
		if summaries[route] == "" {
			t.Errorf("route %s has no summary here", route)
		}
		delete(unused, route)
		body += fmt.Sprintf("| `%s` | %s |\n", route, summaries[route])
	}
	for route := range unused {
		t.Errorf("there is no route %s", route)
	}
	operations, err := api.Operations()
	if err != nil {
		t.Fatal(err)
	}
	body += routesIntro + "\n| route | what | needs |\n|---|---|---|\n"
	for _, o := range operations {
		body += operationRow(o)
	}
	body += "\n## Refusals of ingest\n\n| status | error | message | Retry-After |\n|---|---|---|---|\n"
	for _, r := range ingest.Refusals() {
		status := fmt.Sprint(r.Status)
		if r.Logs != 0 {
			status += fmt.Sprintf(" (%d on /api/v1/logs)", r.Logs)
		}
		if r.Dropped {
			status += " (204 to browsers' own reports)"
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
	for _, r := range web.Refusals() {
		body = appendOnce(body, fmt.Sprintf("| %d | `%s` | %s |\n", r.Status, r.Code, r.Message))
	}
	check(t, "api.md", strings.TrimSpace(body)+"\n")
}

const routesIntro = `
## Routes of query

With every member and status they are in the OpenAPI document at ` + "`/openapi.json`, which `/docs`" + ` shows and tries out. A list is
` + "`{\"<name>\":[…],\"next\":…}`: asked again with `cursor` set to `next`" + `, it goes on; null ends it.
`

// operationRow tells of a route in a line.
func operationRow(o openapi.Operation) string {
	what := o.Summary + ". " + strings.ReplaceAll(o.More, "\n", " ")
	if i := strings.LastIndex(what, "Needs `"); i >= 0 {
		what = what[:i] // it has a column of its own
	}
	what = strings.TrimSpace(what)
	if o.List != "" {
		what += fmt.Sprintf(" A list, `%s`.", o.List)
	}
	if o.Status != http.StatusOK {
		what += fmt.Sprintf(" %d.", o.Status)
	}
	var names []string
	for _, p := range o.Params {
		if p.In == "query" && p.Name != "fields" {
			names = append(names, p.Name)
		}
	}
	if len(names) > 0 {
		what += " Parameters: `" + strings.Join(names, " ") + "`."
	}
	if o.Takes != nil {
		example, err := json.Marshal(o.Takes)
		if err != nil {
			return err.Error()
		}
		what += fmt.Sprintf(" Body: `%s`.", example)
	}
	need := "nothing"
	for _, ways := range o.Security {
		for _, scopes := range ways {
			need = cmp.Or(strings.Join(scopes, " "), "see there")
		}
	}
	return fmt.Sprintf("| `%s %s` | %s | %s |\n", o.Method, o.Path, cell(what), need)
}

// appendOnce leaves out a row that stands there already: several causes may have one answer.
func appendOnce(body, row string) string {
	if strings.Contains(body, row) {
		return body
	}
	return body + row
}
