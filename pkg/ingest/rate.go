package ingest

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"
)

// burstSeconds is how many seconds of its rate somebody may send at once.
const burstSeconds = 10

// maxBuckets bounds the memory of one limiter, at about 6 MB. It is more addresses than one edge serves at
// its best within the ten seconds that a bucket needs to be full again and dispensable.
const maxBuckets = 1 << 16

// limits are the rates of projects, in records, and of client addresses, in requests.
type limits struct {
	projects *limiter
	clients  *limiter
}

func newLimits(projectRate, clientRate float64) limits {
	return limits{newLimiter(projectRate), newLimiter(clientRate)}
}

// admit takes a token from the client's address and one from the project. The project's pays for the first
// event, or for the work of looking at a body that holds none.
func (r *request) admit() error {
	if err := r.admitClient(); err != nil {
		return err
	}
	if wait := r.edge.limits.projects.take(projectBucket(r.project), r.rate, r.received); wait > 0 {
		return &refusedError{kind: errProjectRate, wait: wait}
	}
	return nil
}

// admitClient takes a token from the client's address, once a request.
func (r *request) admitClient() error {
	if !r.limited {
		return nil
	}
	r.limited = false
	if wait := r.edge.limits.clients.take(clientBucket(r.client), 0, r.received); wait > 0 {
		return &refusedError{kind: errClientRate, wait: wait}
	}
	return nil
}

// charge makes the project pay for the records beyond the first: files and sessions cost the database no less than
// events.
func (r *request) charge(records int) {
	if records > 1 {
		r.edge.limits.projects.charge(projectBucket(r.project), records-1)
	}
}

// A bucketKey is a project's id or an address.
type bucketKey [16]byte

func projectBucket(id int64) (k bucketKey) {
	binary.BigEndian.PutUint64(k[8:], uint64(id)) // ids are positive
	return k
}

// clientBucket joins the addresses of one IPv6 /64, which is what one subscriber gets.
func clientBucket(addr netip.Addr) bucketKey {
	k := bucketKey(addr.As16())
	if addr.Is6() {
		clear(k[8:])
	}
	return k
}

// A limiter is token buckets of one rate, or of one that the caller knows better. Safe for concurrent use.
type limiter struct {
	rate    float64 // tokens a second; 0: no limit
	mu      sync.Mutex
	buckets map[bucketKey]bucket
}

type bucket struct {
	tokens float64 // below zero after a large request
	rate   float64 // as it was last asked for
	at     time.Time
}

func (b bucket) burst() float64 { return max(1, burstSeconds*b.rate) }

func newLimiter(rate float64) *limiter {
	return &limiter{rate: max(0, rate), buckets: map[bucketKey]bucket{}}
}

// take takes a token and returns 0, or how long until there is one. own is the rate of this bucket in place of the
// limiter's; 0 is that.
func (l *limiter) take(key bucketKey, own float64, now time.Time) (wait time.Duration) {
	rate := cmp.Or(own, l.rate)
	if rate <= 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.buckets[key]
	if !ok {
		if len(l.buckets) >= maxBuckets {
			l.evict(now)
		}
		b = bucket{rate: rate, at: now}
		b.tokens = b.burst()
	}
	b = b.fill(now)
	b.rate = rate
	b.tokens = min(b.tokens, b.burst())
	if b.tokens < 1 {
		l.buckets[key] = b // a rate that has changed counts from now on
		return time.Duration((1 - b.tokens) / rate * float64(time.Second))
	}
	b.tokens--
	l.buckets[key] = b
	return 0
}

// charge takes n tokens more, also those that are not there. Who is not limited has no bucket.
func (l *limiter) charge(key bucketKey, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.buckets[key]; ok {
		b.tokens -= float64(n)
		l.buckets[key] = b
	}
}

func (b bucket) fill(now time.Time) bucket {
	if elapsed := now.Sub(b.at); elapsed > 0 {
		b.tokens = min(b.burst(), b.tokens+elapsed.Seconds()*b.rate)
		b.at = now
	}
	return b
}

// evict drops the fullest of a few buckets: a full one tells nothing, and whoever's is not full is dropped
// at worst once in thousands of new addresses. Looking at all would let those addresses cost seconds.
func (l *limiter) evict(now time.Time) {
	const look = 16
	var fullest bucketKey
	most, seen := 0.0, 0
	for key, b := range l.buckets { // starts anywhere
		if full := b.fill(now).tokens / b.burst(); seen == 0 || full > most {
			fullest, most = key, full
		}
		if seen++; seen == look || most == 1 {
			break
		}
	}
	delete(l.buckets, fullest)
}
