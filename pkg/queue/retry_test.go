package queue_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/service"
)

func bury(t *testing.T, q *queue.Queue, project int64, record string) {
	t.Helper()
	now := time.Now()
	err := q.Bury(t.Context(), queue.DeadLetter{Project: project, EventID: event.NewID(now), Pack: event.NewID(now), Reason: "rejected", Error: "no", Record: []byte(record)})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAProjectSeesItsOwnDeadLettersAlone(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	for _, record := range []string{"a", "b", "c"} {
		bury(t, q, 7, record)
		bury(t, q, 77, "another's "+record)
	}
	var seen strings.Builder
	after := uint64(0)
	for range 3 {
		page, err := q.ProjectDeadLetters(t.Context(), 7, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page {
			seen.Write(d.Record)
			after = d.Sequence
		}
	}
	if seen.String() != "abc" {
		t.Errorf("read %q, want abc", seen.String())
	}
	if n, err := q.CountDeadLetters(t.Context(), 7); err != nil || n != 3 {
		t.Errorf("%d dead letters, %v; want 3", n, err)
	}
	if n, err := q.CountDeadLetters(t.Context(), 8); err != nil || n != 0 {
		t.Errorf("%d dead letters of a project without, %v", n, err)
	}
	if page, err := q.ProjectDeadLetters(t.Context(), 7, 1<<64-1, 2); err != nil || len(page) != 0 {
		t.Errorf("behind the last sequence of all: %v, %v", page, err)
	}
	if d, err := q.ProjectDeadLetter(t.Context(), 7, 1); err != nil || string(d.Record) != "a" {
		t.Errorf("the first one: %q, %v", d.Record, err)
	}
	for _, sequence := range []uint64{0, 2, 99} { // none, another's, not there
		if _, err := q.ProjectDeadLetter(t.Context(), 7, sequence); !errors.Is(err, queue.ErrNoMessage) {
			t.Errorf("%d: %v, want ErrNoMessage", sequence, err)
		}
	}
}

func TestARetryIsOfferedOnceAndWaitsUntilAWorkerHasIt(t *testing.T) {
	t.Parallel()
	q := queuetest.Open(t)
	bury(t, q, 7, "a")
	for range 2 {
		if err := q.Retry(t.Context(), 7, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Retry(t.Context(), 8, 9); err != nil {
		t.Fatal(err)
	}
	waiting, err := q.Retrying(t.Context(), 7)
	if err != nil || len(waiting) != 1 || !waiting[1] {
		t.Fatalf("waiting: %v, %v; want 1 alone", waiting, err)
	}
	source, err := q.Bind(t.Context(), queue.Retries, queue.Workers)
	if err != nil {
		t.Fatal(err)
	}
	for met := 0; met < 2; {
		batch, err := source.Fetch(t.Context(), queue.Batch{Records: 10, Bytes: 1 << 20, Wait: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range batch {
			met++
			letter, err := q.Asked(t.Context(), d)
			if string(d.Body) == "1" && (err != nil || string(letter.Record) != "a") || string(d.Body) == "9" && !errors.Is(err, queue.ErrNoMessage) {
				t.Errorf("%s: %q, %v", d.Body, letter.Record, err)
			}
			if err := d.Ack(); err != nil {
				t.Fatal(err)
			}
		}
	}
	queuetest.Eventually(t, "nothing to wait", func() bool {
		waiting, err := q.Retrying(t.Context(), 7)
		return err == nil && len(waiting) == 0
	})
}

func TestEveryProcessTellsHowItIs(t *testing.T) {
	t.Parallel()
	server := queuetest.Start(t)
	asking := queuetest.Connect(t, server.URL())
	if all, err := asking.AskHealth(t.Context(), 5*time.Second); err != nil || len(all) != 0 {
		t.Fatalf("nobody is there: %v, %v", all, err)
	}
	health := service.NewHealth()
	env := service.Env{Health: health, Metrics: queuetest.Env(t).Metrics}
	for _, role := range []string{"worker", "query"} {
		own := env.Role(role).Health
		own.Check("database", func() error {
			if role == "query" {
				return errors.New("database does not answer")
			}
			return nil
		})
		if err := queuetest.Connect(t, server.URL()).AnswerHealth(own.Condition); err != nil {
			t.Fatal(err)
		}
	}
	queuetest.Eventually(t, "both to answer", func() bool {
		all, err := asking.AskHealth(t.Context(), 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		told := map[string]string{}
		for _, c := range all {
			told[c.Role] = c.Checks["database"]
			if c.Ready != (c.Role == "worker") || len(c.Checks) != 1 || c.Instance == "" || c.Version == "" || c.StartedAt.IsZero() {
				t.Errorf("%+v", c)
			}
		}
		return told["worker"] == "ok" && told["query"] == "database does not answer"
	})
}
