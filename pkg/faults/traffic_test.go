package faults

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math/rand/v2"
	"time"
)

// traffic makes what senders post. It belongs to one goroutine.
type traffic struct {
	random  *rand.Rand
	noise   *rand.ChaCha8
	targets []target
	pad     int // bytes that don't compress, in each event
}

// A draft is an event before it is known how often it is sent, and with which others.
type draft struct {
	clientEvent
	target int
	native bool
}

// maxArray bounds how many native events go in one request, maxBody at how many bytes it is full.
const (
	maxArray = 10
	maxBody  = 1 << 20
)

// plan makes posts of so many events, each sent one to three times, in an order of chance.
func (t *traffic) plan(events int) []post {
	var all []draft
	for range events {
		d := t.draft()
		for range 1 + t.random.IntN(3) {
			all = append(all, d)
		}
	}
	t.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var posts []post
	open := map[int]int{} // target → index of the array that still takes native events of it
	for _, d := range all {
		at, ok := open[d.target]
		if !d.native || !ok {
			at = len(posts)
			posts = append(posts, post{target: t.targets[d.target], native: d.native})
		}
		posts[at].events = append(posts[at].events, d.clientEvent)
		if !d.native {
			continue
		}
		open[d.target] = at
		if n := len(posts[at].events); n >= maxArray || n*len(d.raw) > maxBody || t.random.IntN(4) == 0 {
			delete(open, d.target)
		}
	}
	return posts
}

// endless makes posts for ever.
func (t *traffic) endless() iter.Seq[post] {
	return func(yield func(post) bool) {
		for {
			for _, p := range t.plan(100) {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// draft makes an event: of 40 places in the code and 200 users, of one of four days, each a partition of its
// own, one in ten without any time. Of those by Sentry's SDK one in eight is noise, and one in eight with a time has
// a file and a session.
func (t *traffic) draft() draft {
	d := draft{target: t.random.IntN(len(t.targets)), native: t.random.IntN(3) == 0}
	binary.BigEndian.PutUint64(d.id[:8], t.random.Uint64())
	binary.BigEndian.PutUint64(d.id[8:], t.random.Uint64())
	d.id[6], d.id[8] = d.id[6]&0x0f|0x40, d.id[8]&0x3f|0x80
	place, user := t.random.IntN(40), t.random.IntN(200)
	when, began := "", ""
	if t.random.IntN(10) > 0 {
		at := time.Now().Add(-time.Duration(t.random.IntN(4)) * 24 * time.Hour)
		began = fmt.Sprintf(`%d.%03d`, at.Unix(), at.Nanosecond()/1e6)
		when = fmt.Sprintf(`"timestamp":%s,`, began)
	}
	if !d.native {
		d.noise = t.random.IntN(8) == 0
		if when != "" && t.random.IntN(8) == 0 {
			d.file, d.crashed, d.began = "file of "+d.id.String(), t.random.IntN(2) == 0, began
		}
	}
	message := fmt.Sprintf("can't read “%d” of undefined %s", t.random.IntN(1000), t.padding())
	if d.native {
		d.raw = fmt.Appendf(nil, `{"id":"%s",%s"type":"TypeError","message":"%s","stack":"TypeError: x\n    at pay%d (https://shop.example/app.js:%d:17)","user":{"id":"u%d"}}`,
			d.id, when, message, place, place+1, user)
		return d
	}
	if d.noise {
		message = "ResizeObserver loop completed with undelivered notifications."
	}
	d.raw = fmt.Appendf(nil, `{"event_id":"%s",%s"platform":"javascript","level":"error","release":"shop@%d","breadcrumbs":[{"category":"ui.click","message":"button%d"}],"exception":{"values":[{"type":"RangeError","value":"%s","stacktrace":{"frames":[{"function":"cart%d","filename":"https://shop.example/app.js","lineno":%d,"colno":7,"in_app":true}]}}]},"user":{"id":"u%d"}}`,
		d.id, when, user%5, user, message, place, place+1, user)
	return d
}

// padding is of letters alone: random text of other signs looks like a secret now and then, and would be scrubbed.
func (t *traffic) padding() string {
	b := make([]byte, t.pad)
	_, _ = t.noise.Read(b) // never fails
	for i := range b {
		b[i] = 'a' + b[i]%26
	}
	return string(b)
}

// traffic returns what the rig's senders post, with random sources of its own.
func (r *rig) traffic(pad int) *traffic {
	seed := [32]byte{byte(r.random.Uint32())}
	return &traffic{random: rand.New(rand.NewPCG(r.random.Uint64(), 2)), noise: rand.NewChaCha8(seed), targets: r.targets, pad: pad}
}
