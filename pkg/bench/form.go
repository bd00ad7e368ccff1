package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
)

// A form is one way in which clients put an error on the wire.
type form struct {
	name   string
	events int // in one request
	write  func(w *writer, r *request, addr string, rng *rand.Rand)
}

// forms are those that ingest takes, the envelope of the other measurements first.
var forms = []form{
	{"sentry envelope", 1, writeEnvelopeRequest},
	{"sentry store", 1, writeStoreRequest},
	{"native", 1, func(w *writer, r *request, addr string, _ *rand.Rand) { writeNativeRequest(w, r, addr, 1) }},
	{"native, 20 a request", 20, func(w *writer, r *request, addr string, _ *rand.Rand) { writeNativeRequest(w, r, addr, 20) }},
	{"native form", 1, writeFormRequest},
	{"native pixel", 1, writePixelRequest},
	{"faro", 1, writeFaroRequest},
	{"csp report", 1, writeCSPRequest},
	{"reporting api", 1, writeReportsRequest},
	{"otlp json", 1, writeOTLPRequest},
	{"otlp protobuf", 1, writeOTLPProtobufRequest},
}

// formBodies is how many different bodies of each form are sent.
const formBodies = 1000

// buildForm makes the requests of one form, the same in every run.
func buildForm(name, addr string) []request {
	for _, f := range forms {
		if f.name != name {
			continue
		}
		all := make([]request, formBodies)
		for i := range all {
			rng := rand.New(rand.NewPCG(bodySeed, uint64(i))) // bodies must be the same each time
			r := &all[i]
			r.about = describe(i*issues/formBodies, rng)
			w := &writer{make([]byte, 0, 4<<10)}
			r.absent()
			f.write(w, r, addr, rng)
			r.bytes = w.b
		}
		return all
	}
	return nil
}

// post writes head and body; places in the body were marked from its start.
func (w *writer) post(r *request, addr, target, contentType, more string, body *writer) {
	w.add("POST ", target, " HTTP/1.1\r\nHost: ", addr, "\r\nContent-Length: ", strconv.Itoa(len(body.b)), "\r\nUser-Agent: ", r.about.agent,
		"\r\nContent-Type: ", contentType, "\r\nAccept: */*\r\nOrigin: ", origin(r.about.project), "\r\nReferer: ", origin(r.about.project), "/\r\n", more, "\r\n")
	r.move(len(w.b))
	r.body = len(w.b)
	w.b = append(w.b, body.b...)
}

func writeEnvelopeRequest(w *writer, r *request, addr string, rng *rand.Rand) {
	body := &writer{}
	writeEnvelope(body, r, rng)
	target := fmt.Sprintf("/api/%d/envelope/?sentry_version=7&sentry_key=%s", r.about.project, projectKey(r.about.project))
	w.post(r, addr, target, "text/plain;charset=UTF-8", "", body)
}

func writeStoreRequest(w *writer, r *request, addr string, rng *rand.Rand) {
	whole := &writer{}
	writeEnvelope(whole, r, rng)
	start := r.event
	r.move(-start)
	for _, at := range []*int{&r.id[0], &r.trace[0], &r.sentAt} { // of the envelope's header
		*at = -1
	}
	body := &writer{whole.b[start : len(whole.b)-1]}
	target := fmt.Sprintf("/api/%d/store/?sentry_version=7&sentry_key=%s", r.about.project, projectKey(r.about.project))
	w.post(r, addr, target, "text/plain;charset=UTF-8", "", body)
}

// stackText is the stack as Chrome writes it into error.stack.
func stackText(a *about) string {
	var s strings.Builder
	s.WriteString(a.kind + ": " + a.message)
	for i := range frames {
		function := verbs[(a.issue+7*i)%25] + aspects[(a.issue/3+i)%20]
		if i == 0 {
			function = thrower(a.issue)
		}
		fmt.Fprintf(&s, `\n    at %s (%s/js/%s.js:%d:%d)`, function, origin(a.project), pages[(a.issue+i)%len(pages)], 1+(a.issue+i)%40, 100+i*977)
	}
	return s.String()
}

func writeNativeRequest(w *writer, r *request, addr string, n int) {
	body := &writer{}
	a := &r.about
	for i := range n {
		body.add(`{`)
		if i == 0 { // the others get theirs from the edge
			body.add(`"id":"`)
			r.id[0] = body.mark(zeroID)
			body.add(`","timestamp":`)
			r.stamp = body.mark(zeroStamp)
			body.add(`,`)
		}
		body.add(`"type":"`, a.kind, `","message":"`, a.message, `","stack":"`, stackText(a), `","url":"`, a.url, `","release":"`, a.release,
			`","environment":"`, a.environment, `","user":{"id":"u`, strconv.Itoa(i), `"},"tags":{"variant":"2"}}`+"\n")
	}
	w.post(r, addr, fmt.Sprintf("/api/%d/events?key=%s", a.project, projectKey(a.project)), "text/plain;charset=UTF-8", "", body)
}

// fields are those of a form or of a pixel's query.
func fields(a *about) string {
	return url.Values{
		"type": {a.kind}, "message": {a.message}, "stack": {strings.ReplaceAll(stackText(a), `\n`, "\n")}, "url": {a.url},
		"release": {a.release}, "environment": {a.environment},
	}.Encode()
}

func writeFormRequest(w *writer, r *request, addr string, _ *rand.Rand) {
	body := &writer{[]byte(fields(&r.about))}
	w.post(r, addr, fmt.Sprintf("/api/%d/events?key=%s", r.about.project, projectKey(r.about.project)), "application/x-www-form-urlencoded;charset=UTF-8", "", body)
}

func writePixelRequest(w *writer, r *request, addr string, _ *rand.Rand) {
	w.add("GET ", fmt.Sprintf("/api/%d/pixel.gif?key=%s&", r.about.project, projectKey(r.about.project)), fields(&r.about), " HTTP/1.1\r\nHost: ", addr,
		"\r\nUser-Agent: ", r.about.agent, "\r\nAccept: image/*\r\nReferer: ", origin(r.about.project), "/\r\n\r\n")
	r.body = len(w.b)
}

func writeFaroRequest(w *writer, r *request, addr string, rng *rand.Rand) {
	body, a := &writer{}, &r.about
	body.add(`{"meta":{"sdk":{"name":"@grafana/faro-core","version":"2.12.1"},"app":{"name":"shop","release":"`, a.release, `","environment":"`, a.environment,
		`"},"session":{"id":"s1"},"page":{"url":"`, a.url, `"},"user":{"id":"u1"}},"exceptions":[{"type":"`, a.kind, `","value":"`, a.message,
		`","timestamp":"2026-11-21T17:16:37.757Z","stacktrace":{"frames":[`)
	for i := range frames {
		if i > 0 {
			body.add(",")
		}
		function := verbs[(a.issue+7*i)%25] + aspects[(a.issue/3+i)%20]
		if i == 0 {
			function = thrower(a.issue)
		}
		body.add(`{"filename":"`, origin(a.project), `/js/`, pages[(a.issue+i)%len(pages)], `.js","function":"`, function, `","lineno":`, strconv.Itoa(1+i), `,"colno":`, strconv.Itoa(rng.IntN(60_000)), `}`)
	}
	body.add(`]}}]}`)
	head := &writer{}
	head.add("Idempotency-Key: ")
	key := head.mark(zeroID)
	head.add("\r\n")
	w.post(r, addr, "/collect/"+projectKey(a.project), "application/json", string(head.b), body)
	r.id[0] = r.body - len("\r\n") - len(head.b) + key
}

// policy is as long as those of sites that use one are.
var policy = "default-src 'self'; script-src 'self' https://cdn.example; report-uri /csp" + strings.Repeat("; img-src https://images.example", 10)

func writeCSPRequest(w *writer, r *request, addr string, _ *rand.Rand) {
	body, a := &writer{}, &r.about
	body.add(`{"csp-report":{"document-uri":"`, a.url, `","referrer":"","violated-directive":"script-src-elem","effective-directive":"script-src-elem","original-policy":"`, policy,
		`","disposition":"enforce","blocked-uri":"https://evil.example/`, a.message[:12], `.js","line-number":14,"column-number":7,"source-file":"`, origin(a.project), `/js/app.js","status-code":200,"script-sample":""}}`)
	w.post(r, addr, fmt.Sprintf("/api/%d/security/?sentry_key=%s", a.project, projectKey(a.project)), "application/csp-report", "", body)
}

func writeReportsRequest(w *writer, r *request, addr string, _ *rand.Rand) {
	body, a := &writer{}, &r.about
	body.add(`[{"age":52,"body":{"blockedURL":"https://evil.example/x.js","columnNumber":7,"disposition":"enforce","documentURL":"`, a.url,
		`","effectiveDirective":"script-src-elem","lineNumber":14,"originalPolicy":"`, policy, `","referrer":"","sample":"`)
	r.id[0] = body.mark(zeroID) // or the same report would have the same id
	body.add(`","sourceFile":"`, origin(a.project), `/js/app.js","statusCode":200},"type":"csp-violation","url":"`, a.url, `","user_agent":"`, a.agent, `"}]`)
	w.post(r, addr, fmt.Sprintf("/api/%d/reports/?sentry_key=%s", a.project, projectKey(a.project)), "application/reports+json", "", body)
}

func writeOTLPRequest(w *writer, r *request, addr string, _ *rand.Rand) {
	body, a := &writer{}, &r.about
	text := func(key, value string) string { return `{"key":"` + key + `","value":{"stringValue":"` + value + `"}}` }
	body.add(`{"resourceLogs":[{"resource":{"attributes":[`, text("service.name", "shop"), ",", text("service.version", a.release), ",", text("deployment.environment.name", a.environment),
		`]},"scopeLogs":[{"scope":{"name":"errors"},"logRecords":[{"timeUnixNano":"1795281397757000000","severityNumber":17,"eventName":"exception","body":{},"attributes":[`,
		text("exception.type", a.kind), ",", text("exception.message", a.message), ",", text("exception.stacktrace", stackText(a)), ",", text("url.full", a.url), ",", `{"key":"session.id","value":{"stringValue":"`)
	r.id[0] = body.mark(zeroID)
	body.add(`"}}]}]}]}]}`)
	w.post(r, addr, fmt.Sprintf("/api/%d/otlp/v1/logs?key=%s", a.project, projectKey(a.project)), "application/json", "", body)
}
