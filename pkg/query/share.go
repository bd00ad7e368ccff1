package query

import (
	"context"
	"errors"
	"sync"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/web"
)

// shares let no viewer have all connections to the database: whoever asks many slow questions at once waits for their
// own answers, and others are answered meanwhile. Safe for concurrent use.
type shares struct {
	most int // requests of one viewer at once
	mu   sync.Mutex
	of   map[string]*share // by viewer; nobody's is kept
}

// A share is one viewer's.
type share struct {
	slots chan struct{}
	users int // requests that hold a slot or wait for one
}

// newShares gives each viewer so many requests at once.
func newShares(most int) *shares { return &shares{most: max(1, most), of: map[string]*share{}} }

// take waits until the viewer has less than their share under way. done must be called when the request was answered.
// The error is web.ErrTooMany where ctx ran out, context.Canceled where the client hung up.
func (s *shares) take(ctx context.Context, v *access.Viewer) (done func(), err error) {
	who := v.Actor()
	name := who.Kind + " " + who.ID
	of := s.enter(name)
	select {
	case of.slots <- struct{}{}:
		return func() { <-of.slots; s.leave(name, of) }, nil
	case <-ctx.Done():
		s.leave(name, of)
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, context.Canceled
		}
		return nil, web.Refused(web.ErrTooMany, "earlier requests of yours are still under way")
	}
}

func (s *shares) enter(name string) *share {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.of[name]
	if of == nil {
		of = &share{slots: make(chan struct{}, s.most)}
		s.of[name] = of
	}
	of.users++
	return of
}

func (s *shares) leave(name string, of *share) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if of.users--; of.users == 0 {
		delete(s.of, name)
	}
}
