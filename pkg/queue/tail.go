package queue

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Subjects of the tail, on core NATS: nothing of it is kept.
const (
	tailPrefix = "tail."         // an event of a project, tail.<project>
	tailWanted = "tail-followed" // followers tell which projects they follow, 8 bytes each
)

// Bounds of the tail.
const (
	followBuffer = 256             // events a slow reader may be behind
	followEvery  = 2 * time.Second // a follower tells again that it is there
	followFor    = 6 * time.Second // and counts as gone when it did not
	maxFollowed  = 10_000          // projects of one follower
)

// A Told is an event that was just written, as those who follow its project are told: scrubbed, in the shape of lists.
type Told struct {
	Project int64
	Event   []byte // JSON
}

// Tell tells followers of an event. Nobody waits for it, and nobody is told twice: what is lost on the way is in the
// tables all the same.
func (q *Queue) Tell(t Told) error {
	if err := q.nc.Publish(tailPrefix+strconv.FormatInt(t.Project, 10), t.Event); err != nil {
		return fmt.Errorf("tell of an event: %w", err)
	}
	return nil
}

// Followed tells whether somebody follows a project, or did some seconds ago: what nobody wants to be told need not be
// made. The first question makes the Queue listen for followers, so that the answer may be a few seconds behind.
func (q *Queue) Followed(project int64) bool {
	q.followed.once.Do(q.listen)
	if q.followed.count.Load() == 0 {
		return false
	}
	q.followed.Lock()
	defer q.followed.Unlock()
	until, ok := q.followed.until[project]
	if ok && time.Now().After(until) {
		delete(q.followed.until, project)
		q.followed.count.Store(int64(len(q.followed.until)))
		return false
	}
	return ok
}

// listen keeps up with who follows what.
func (q *Queue) listen() {
	q.followed.until = map[int64]time.Time{}
	_, err := q.nc.Subscribe(tailWanted, func(m *nats.Msg) {
		q.followed.Lock()
		defer q.followed.Unlock()
		now := time.Now()
		for b := m.Data; len(b) >= 8; b = b[8:] {
			q.followed.until[int64(binary.BigEndian.Uint64(b))] = now.Add(followFor) // as want wrote it
		}
		q.followed.count.Store(int64(len(q.followed.until)))
	})
	if err != nil { // only of a connection that is closed
		q.log.Debug().Err(err).Msg("nobody will be told of events")
	}
}

// Follow gives what is told of projects, at most 10,000 of them, until ctx ends; then the channel is closed. Who reads too
// slowly misses some, and so does everybody while NATS is away.
func (q *Queue) Follow(ctx context.Context, projects []int64) (<-chan Told, error) {
	if len(projects) > maxFollowed {
		return nil, fmt.Errorf("follow %d projects: want at most %d", len(projects), maxFollowed)
	}
	projects = slices.Clone(projects)
	messages := make(chan *nats.Msg, followBuffer)
	var subscriptions []*nats.Subscription
	stop := func() {
		for _, s := range subscriptions {
			_ = s.Unsubscribe() // fails when the connection is closed, which ends it too
		}
	}
	for _, p := range projects {
		s, err := q.nc.ChanSubscribe(tailPrefix+strconv.FormatInt(p, 10), messages)
		if err != nil {
			stop()
			return nil, fmt.Errorf("follow project %d: %w", p, err)
		}
		subscriptions = append(subscriptions, s)
	}
	if err := q.want(ctx, projects); err != nil && !q.away(err) {
		stop()
		return nil, err
	}
	told := make(chan Told, followBuffer)
	go func() {
		defer close(told)
		defer stop()
		q.forward(ctx, projects, messages, told)
	}()
	return told, nil
}

// forward hands on what comes and says now and then that it is still wanted.
func (q *Queue) forward(ctx context.Context, projects []int64, messages <-chan *nats.Msg, told chan<- Told) {
	again := time.NewTicker(followEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			if q.nc.IsClosed() {
				return
			}
			_ = q.publishWant(projects) // the next one may arrive
		case m := <-messages:
			project, err := strconv.ParseInt(strings.TrimPrefix(m.Subject, tailPrefix), 10, 64)
			if err != nil {
				continue
			}
			select {
			case told <- Told{Project: project, Event: m.Data}:
			default: // too slow
			}
		}
	}
}

// want says which projects are followed and waits until the server has heard it, and with it of the subscriptions: what
// is told from now on arrives.
func (q *Queue) want(ctx context.Context, projects []int64) error {
	if err := q.publishWant(projects); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, followEvery)
	defer cancel()
	if err := q.nc.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("follow: %w", err)
	}
	return nil
}

func (q *Queue) publishWant(projects []int64) error {
	body := make([]byte, 0, 8*len(projects))
	for _, p := range projects {
		body = binary.BigEndian.AppendUint64(body, uint64(p)) // read back as it was
	}
	if err := q.nc.Publish(tailWanted, body); err != nil {
		return fmt.Errorf("follow: %w", err)
	}
	return nil
}

// away tells whether an error only means that NATS is away: subscriptions are made again when it comes back.
func (q *Queue) away(err error) bool {
	return !q.nc.IsClosed() && !errors.Is(err, nats.ErrMaxPayload)
}
