// Package system tells how the installation is: queue, database and processes. What it tells is of all organizations
// together and names none of them, nor any of their projects.
package system

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
)

// A State is how the installation is at a moment. What can't be asked is null, and Problems says why: this is looked at
// when something is wrong.
type State struct {
	At          time.Time           `json:"at"`
	Queue       *Queue              `json:"queue"`
	DeadLetters *queue.State        `json:"dead_letters"`
	Database    *store.Database     `json:"database"`
	Disk        *Disk               `json:"disk"`      // of the folder of standalone; null elsewhere
	Processes   []service.Condition `json:"processes"` // that answered
	Problems    []string            `json:"problems"`
}

// Source is what Look asks.
type Source struct {
	DB    *store.Store
	Queue *queue.Queue
	Dir   string // of standalone; empty elsewhere
}

// Times of a look: a part that is away must not keep the others from being seen.
const (
	partTimeout = 4 * time.Second
	healthWait  = 500 * time.Millisecond
)

// Look asks queue, database and processes at once. It needs a few seconds at most, also when one of them is away.
func Look(ctx context.Context, s Source) State {
	state := State{At: time.Now().UTC(), Processes: []service.Condition{}, Problems: []string{}}
	var noQueue, noLetters, noDatabase, noHealth error
	var parts errgroup.Group
	part := func(problem *error, look func(context.Context) error) {
		parts.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, partTimeout)
			defer cancel()
			*problem = look(ctx)
			return nil
		})
	}
	part(&noQueue, func(ctx context.Context) (err error) { state.Queue, err = lookAtQueue(ctx, s.Queue); return err })
	part(&noLetters, func(ctx context.Context) error {
		letters, err := s.Queue.State(ctx, queue.DeadLetters)
		if err == nil {
			state.DeadLetters = &letters
		}
		return err
	})
	part(&noDatabase, func(ctx context.Context) error {
		d, err := s.DB.Database(ctx, event.DayOf(state.At))
		if err == nil {
			state.Database = &d
		}
		return err
	})
	part(&noHealth, func(ctx context.Context) (err error) {
		state.Processes, err = s.Queue.AskHealth(ctx, healthWait)
		return err
	})
	state.Disk = disk(s.Dir)
	_ = parts.Wait() // no part returns an error
	state.settle(noQueue, noLetters, noDatabase, noHealth)
	return state
}

// settle says what is wrong in words, and orders and trims what was found.
func (s *State) settle(noQueue, noLetters, noDatabase, noHealth error) {
	say := func(wrong bool, text string) {
		if wrong {
			s.Problems = append(s.Problems, text)
		}
	}
	say(noQueue != nil, unanswered("The queue", noQueue))
	say(noLetters != nil && noQueue == nil, unanswered("The dead letters", noLetters))
	say(noDatabase != nil, "The database does not answer.")
	say(noHealth != nil && noQueue == nil, "The processes can't be asked.")
	if q := s.Queue; q != nil {
		say(q.Full > 0.9, "The queue is nearly full: when it is, clients are refused.")
		say(q.Unwritten != nil && s.At.Sub(*q.Unwritten) > time.Minute, "Events wait for more than a minute to be written.")
	}
	if d := s.Database; d != nil {
		say(d.Partitions.Missing > 0, "Days that events are written to have no partition: run `trivet provision`.")
	}
	if d := s.Disk; d != nil {
		say(float64(d.Free) < 0.1*float64(d.Bytes), "Less than a tenth of the disk is free.")
	}
	slices.SortFunc(s.Processes, func(a, b service.Condition) int {
		return strings.Compare(a.Role+" "+a.Instance, b.Role+" "+b.Instance)
	})
	roles := map[string]bool{}
	for i := range s.Processes {
		roles[s.Processes[i].Role] = true
		say(!s.Processes[i].Ready, "A process is not ready: "+s.Processes[i].Role+".")
	}
	for _, role := range []string{"ingest", "worker", "query"} {
		say(noHealth == nil && !roles[role], "No "+role+" answers.")
	}
	if s.Database == nil || s.Database.Organizations > 1 {
		s.hideMachines()
	}
}

// hideMachines leaves out what only the operator's own organization should read: names of machines, and words of their
// checks, which may name hosts. Where several organizations share an installation, none of them is the operator's.
func (s *State) hideMachines() {
	for i := range s.Processes {
		s.Processes[i].Instance, s.Processes[i].Checks = "", map[string]string{}
	}
	s.Disk = nil
}
