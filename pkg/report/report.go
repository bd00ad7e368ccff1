// Package report reads what browsers report by themselves: violations of the Content Security Policy by
// report-uri (CSP Level 2 §5), everything of the Reporting API (W3C Reporting API §2.5, report-to) and Network
// Error Logging. Split is thin and serves the edge; Normalise, the meaning, serves the worker. It promises to keep
// reports of types it does not know, and never to panic.
package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// MaxReports is how many reports one request may hold. Browsers send a handful.
const MaxReports = 1000

// A Report is one of a request.
type Report struct {
	Raw     []byte        // checked JSON: {"type":…,"age":…,"url":…,"user_agent":…,"body":{…}} or {"csp-report":{…}}
	Name    []byte        // the same in every try to send it; nil where no try after the first is known
	Age     time.Duration // since it was made
	Success bool          // Network Error Logging of a load that worked
}

// Split cuts a body into its reports: an array of them, or one alone. What else stands in an array is junk and only
// counted: the reports beside it are of a browser that won't send them again. Raw shares memory with body. The error
// is event.ErrInvalid or event.ErrTooLarge, wrapped; it holds nothing of the body.
func Split(body []byte) (reports []Report, junk int, err error) {
	if err := jsonx.Check(body); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", event.ErrInvalid, err)
	}
	r := jsonx.NewReader(body)
	if r.Kind() != jsonx.Array {
		one, ok := readHead(r)
		if !ok {
			return nil, 0, fmt.Errorf("%w: not a report", event.ErrInvalid)
		}
		return []Report{one}, 0, nil
	}
	for n := range r.Elements() {
		if n == MaxReports {
			return nil, 0, fmt.Errorf("%w: more than %d reports", event.ErrTooLarge, MaxReports)
		}
		if one, ok := readHead(r); ok {
			reports = append(reports, one)
		} else {
			junk++
		}
	}
	return reports, junk, nil
}

// readHead reads what the edge needs to know of a report, and tells whether it is one.
func readHead(r *jsonx.Reader) (one Report, ok bool) {
	if r.Kind() != jsonx.Object {
		r.Skip()
		return one, false
	}
	one.Raw = r.Raw()
	var kind, outcome string
	aged, old := false, false
	name := make([]byte, 0, len(one.Raw))
	members := jsonx.NewReader(one.Raw)
	for key := range members.Fields() {
		raw := members.Raw()
		value := jsonx.NewReader(raw)
		switch string(key) {
		case "age":
			one.Age, aged = readAge(value), true
			continue
		case "type":
			kind = value.Str()
		case "body":
			outcome = networkOutcome(value)
		default:
			old = old || isOld(key)
		}
		name = append(append(append(name, key...), ':'), raw...)
	}
	if kind == "" && !old {
		return one, false
	}
	if aged { // browsers queue what they give an age, and try again; report-uri is sent once
		one.Name = name
	}
	one.Success = kind == networkError && outcome == "ok"
	return one, true
}

// isOld tells by a member of a report without a type that it is one: of CSP, of Expect-CT or OCSP stapling, or of
// key pinning, which has no member around it (RFC 7469 §3).
func isOld(key []byte) bool {
	return strings.HasSuffix(string(key), "-report") || string(key) == "known-pins"
}

// networkOutcome reads the type of a body of Network Error Logging.
func networkOutcome(body *jsonx.Reader) (outcome string) {
	for key := range body.Fields() {
		if string(key) == "type" {
			outcome = body.Str()
		}
	}
	return outcome
}

// maxAge is as long as a report may have waited. Browsers give up after days.
const maxAge = 30 * 24 * time.Hour

// readAge reads milliseconds; what is no age is 0.
func readAge(r *jsonx.Reader) time.Duration {
	ms, ok := r.Float()
	if !ok || !(ms > 0) { // NaN is no age either
		return 0
	}
	return time.Duration(min(ms, float64(maxAge.Milliseconds())) * float64(time.Millisecond))
}
