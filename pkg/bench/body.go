package main

import (
	"bytes"
	"crypto/md5" // makes up keys, guards nothing
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strconv"
	"time"
)

// A request is one prebuilt POST of an envelope with the places that change on every sending.
type request struct {
	bytes  []byte
	body   int    // where the body starts
	event  int    // where the event in the body starts
	id     [2]int // places of the event id, 32 hex digits
	trace  [2]int // of the trace id, 32 hex digits
	sentAt int    // of RFC 3339 in milliseconds
	stamp  int    // of seconds with three decimals
	user   int    // of six digits
	about  about
}

// about is what the event of a request says, for measurements that need columns without parsing.
type about struct {
	project, issue                                           int
	kind, message, culprit, release, environment, url, agent string
}

const (
	sentAtForm  = "2006-01-02T15:04:05.000Z"
	zeroID      = "00000000000000000000000000000000"
	zeroStamp   = "0000000000.000"
	zeroVisitor = "000000"
)

// projectKey is the public key of a project; the same in every process and run.
func projectKey(id int) string {
	sum := md5.Sum([]byte("trivet bench key " + strconv.Itoa(id))) // as above
	return hex.EncodeToString(sum[:])
}

// buildRequests makes the bodies of the load, the same in every run. Each issue has at least one
// and otherwise as many as its share, so that what is common also varies.
func buildRequests(addr string) []request {
	weights := zipf(issues)
	all := make([]request, 0, bodies)
	spare := float64(bodies - issues)
	var owed float64
	for issue := range issues {
		owed += weights[issue] * spare
		n := 1 + int(owed)
		owed -= float64(n - 1)
		if issue == issues-1 {
			n = bodies - len(all)
		}
		for i := range n {
			rng := rand.New(rand.NewPCG(bodySeed, uint64(issue)<<32|uint64(i))) // bodies must be the same each time
			all = append(all, buildRequest(addr, issue, rng))
		}
	}
	return all
}

// zipf returns the shares of n things by Zipf's law with exponent 1.
func zipf(n int) []float64 {
	weights := make([]float64, n)
	var sum float64
	for i := range weights {
		weights[i] = 1 / float64(i+1)
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights
}

// order returns n indexes into all: an issue by Zipf's law, then one of its bodies.
func order(all []request, n int, rng *rand.Rand) []int32 {
	first := make([]int, issues+1)
	for i := len(all) - 1; i >= 0; i-- {
		first[all[i].about.issue] = i
	}
	first[issues] = len(all)
	upTo := zipf(issues)
	for i := 1; i < len(upTo); i++ {
		upTo[i] += upTo[i-1]
	}
	picks := make([]int32, n)
	for i := range picks {
		issue := min(sort.SearchFloat64s(upTo, rng.Float64()), issues-1)
		picks[i] = int32(first[issue] + rng.IntN(first[issue+1]-first[issue])) // far under 2³¹
	}
	return picks
}

// A writer appends text and tells where a piece of it begins.
type writer struct{ b []byte }

func (w *writer) add(parts ...string) {
	for _, p := range parts {
		w.b = append(w.b, p...)
	}
}

func (w *writer) mark(s string) int {
	at := len(w.b)
	w.b = append(w.b, s...)
	return at
}

func buildRequest(addr string, issue int, rng *rand.Rand) request {
	r := request{about: describe(issue, rng)}
	w := &writer{make([]byte, 0, 3<<10)}
	writeEnvelope(w, &r, rng)
	key := projectKey(r.about.project)
	head := fmt.Sprintf("POST /api/%d/envelope/?sentry_version=7&sentry_key=%s&sentry_client=sentry.javascript.browser%%2F10.78.0 HTTP/1.1\r\n"+
		"Host: %s\r\nContent-Length: %d\r\nUser-Agent: %s\r\nContent-Type: text/plain;charset=UTF-8\r\nAccept: */*\r\nOrigin: %s\r\nReferer: %s/\r\n"+
		"Accept-Encoding: gzip, deflate, br, zstd\r\n\r\n",
		r.about.project, key, addr, len(w.b), r.about.agent, origin(r.about.project), origin(r.about.project))
	r.bytes = append([]byte(head), w.b...)
	r.body = len(head)
	r.move(len(head))
	return r
}

// places are where a request changes with every sending; -1 is one it does not have.
func (r *request) places() []*int {
	return []*int{&r.event, &r.id[0], &r.id[1], &r.trace[0], &r.trace[1], &r.sentAt, &r.stamp, &r.user}
}

// absent gives a request no places.
func (r *request) absent() {
	for _, at := range r.places() {
		*at = -1
	}
}

// move shifts all places.
func (r *request) move(n int) {
	for _, at := range r.places() {
		if *at >= 0 {
			*at += n
		}
	}
}

// eventText is the event in an envelope.
func (r *request) eventText() []byte { return bytes.TrimSuffix(r.bytes[r.event:], []byte("\n")) }

// fill makes dst, a copy of r's bytes, an event of its own that happened at a time.
func (r *request) fill(dst []byte, at time.Time, rng *rand.Rand) (id [16]byte) {
	putUint64(id[:8], rng.Uint64())
	putUint64(id[8:], rng.Uint64())
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // version 4
	var trace [16]byte
	putUint64(trace[:8], rng.Uint64())
	putUint64(trace[8:], rng.Uint64())
	for _, hexed := range []struct {
		at int
		id *[16]byte
	}{{r.id[0], &id}, {r.id[1], &id}, {r.trace[0], &trace}, {r.trace[1], &trace}} {
		if hexed.at >= 0 {
			hex.Encode(dst[hexed.at:], hexed.id[:])
		}
	}
	if r.sentAt >= 0 {
		var room [len(sentAtForm)]byte
		copy(dst[r.sentAt:], at.UTC().AppendFormat(room[:0], sentAtForm))
	}
	if r.stamp >= 0 {
		digits(dst[r.stamp:r.stamp+10], uint64(at.Unix()))                                // after 1970
		digits(dst[r.stamp+11:r.stamp+14], uint64(at.Nanosecond()/int(time.Millisecond))) // not negative
	}
	if r.user >= 0 {
		digits(dst[r.user:r.user+6], rng.Uint64N(visitors))
	}
	return id
}

func putUint64(b []byte, v uint64) {
	for i := range 8 {
		b[i] = byte(v >> (8 * i))
	}
}

func digits(b []byte, v uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + v%10)
		v /= 10
	}
}

// percentile returns the value below which a share of a sorted list lies.
func percentile[T any](sorted []T, share float64) (value T) {
	if len(sorted) == 0 {
		return value
	}
	return sorted[min(max(int(math.Ceil(share*float64(len(sorted))))-1, 0), len(sorted)-1)]
}
