package queue_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

func tell(t *testing.T, q *queue.Queue, project int64, text string) {
	t.Helper()
	if err := q.Tell(queue.Told{Project: project, Event: []byte(text)}); err != nil {
		t.Fatal(err)
	}
}

func follow(t *testing.T, q *queue.Queue, projects ...int64) (<-chan queue.Told, context.CancelFunc) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	told, err := q.Follow(ctx, projects)
	if err != nil {
		t.Fatal(err)
	}
	return told, stop
}

func TestFollowersAreToldOfTheirProjectsOnly(t *testing.T) {
	t.Parallel()
	server := queuetest.Start(t)
	writer, reader := queuetest.Connect(t, server.URL()), queuetest.Connect(t, server.URL())
	told, stop := follow(t, reader, 1, 3)
	other, _ := follow(t, reader, 2)
	for p := range int64(4) {
		tell(t, writer, p, fmt.Sprint("event of ", p))
	}
	for _, want := range []queue.Told{{Project: 1, Event: []byte("event of 1")}, {Project: 3, Event: []byte("event of 3")}} {
		if diff := cmp.Diff(want, <-told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	}
	if got := <-other; got.Project != 2 {
		t.Errorf("told of project %d, want 2", got.Project)
	}
	stop()
	for range told { // until it is closed
	}
}

func TestWhoIsFollowedIsKnown(t *testing.T) {
	t.Parallel()
	server := queuetest.Start(t)
	writer, reader := queuetest.Connect(t, server.URL()), queuetest.Connect(t, server.URL())
	if writer.Followed(7) {
		t.Error("followed by nobody")
	}
	follow(t, reader, 7)
	queuetest.Eventually(t, "the follower to be known", func() bool { return writer.Followed(7) })
	if writer.Followed(8) {
		t.Error("another project is followed too")
	}
}

func TestASlowFollowerMissesSomeAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	slow, _ := follow(t, q, 1)
	quick, _ := follow(t, q, 1)
	const events = 20_000
	for i := range events {
		tell(t, q, 1, fmt.Sprint(i))
		if i%100 == 99 {
			for range 100 {
				<-quick
			}
		}
	}
	queuetest.Eventually(t, "what there is to come", func() bool { return len(slow) > 0 })
	if n := len(slow); n >= events {
		t.Errorf("%d events wait for a slow follower", n)
	}
}

func TestFollowersAreToldAgainWhenTheQueueComesBack(t *testing.T) {
	t.Parallel()
	server := startRestartable(t)
	writer, reader := queuetest.Connect(t, server.URL()), queuetest.Connect(t, server.URL())
	told, _ := follow(t, reader, 1)
	server.Close()
	server.start(t)
	queuetest.Eventually(t, "an event after the outage", func() bool {
		_ = writer.Tell(queue.Told{Project: 1, Event: []byte("x")})
		select {
		case <-told:
			return true
		default:
			return false
		}
	})
}
