package worker

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
)

func (b *bench) follow(t *testing.T, projects ...int64) <-chan queue.Told {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	told, err := b.q.Follow(ctx, projects)
	if err != nil {
		t.Fatal(err)
	}
	queuetest.Eventually(t, "the follower to be known", func() bool { return b.q.Followed(projects[0]) })
	return told
}

func TestFollowersAreToldOfNewEventsAsListsShowThem(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	told := b.follow(t, 1)
	r := record(`{"exception":{"values":[{"type":"TypeError","value":"token=0123456789abcdef0123456789abcdef was refused"}]},"request":{"url":"https://shop.example/?password=hunter2"}}`)
	again := typeError(1)
	b.publish(t, r, again)
	b.publish(t, again) // known: nobody is told again
	b.publish(t, typeError(2))
	b.start(t)
	b.drained(t)
	type row struct {
		ID      string    `json:"id"`
		Project int64     `json:"project_id"`
		Issue   string    `json:"issue_id"`
		At      time.Time `json:"received_at"`
		Level   string    `json:"level"`
		Type    string    `json:"type"`
	}
	got := map[string]row{}
	for range 3 {
		message := <-told
		if text := string(message.Event); strings.Contains(text, "hunter2") {
			t.Errorf("not scrubbed: %s", text)
		}
		var one row
		if err := json.Unmarshal(message.Event, &one); err != nil {
			t.Fatalf("%v: %s", err, message.Event)
		}
		got[one.ID] = one
	}
	if len(told) > 0 {
		t.Errorf("told once more: %s", (<-told).Event)
	}
	one := got[r.ID.String()]
	if len(got) != 3 || len(one.Issue) != 32 || !one.At.Equal(r.Received) {
		t.Errorf("got %d events, and %+v", len(got), one)
	}
	one.Issue, one.At = "", time.Time{}
	if want := (row{ID: r.ID.String(), Project: 1, Level: "error", Type: "TypeError"}); one != want {
		t.Errorf("got %+v, want %+v", one, want)
	}
}

func TestFollowersAreToldSoMuchASecond(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	var told told
	at := b.now()
	n := 0
	for range 3 * tellRate {
		if told.may(1, at) {
			n++
		}
	}
	if !told.may(2, at) || n != tellRate {
		t.Errorf("told %d of one project, want %d, and another's", n, tellRate)
	}
}
