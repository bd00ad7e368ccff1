package pages

import (
	"sync"
	"time"

	"github.com/trivetlabs/trivet/pkg/store"
)

// headerAge is how old what the header and lists tell of an organization may be: its projects with their counts, and
// its people. Every page shows them, and they change rarely.
const (
	headerAge  = 10 * time.Second
	maxHeaders = 256 // about 20 kB each with 100 projects
)

// A header is what pages of an organization have in common. It is shared: nobody may change one.
type header struct {
	Projects []store.ProjectOverview
	People   map[int64]store.Member
	Members  []store.Member
	until    time.Time
}

type headers struct {
	mu   sync.Mutex
	seen map[[2]int64]*header // by organization and the viewer's only project
}

// header finds what the header shows. Pages are there without it: what can't be had is left out.
func (p *Pages) header(r *Request) *header {
	if r.Viewer == nil || p.DB == nil {
		return &header{}
	}
	ctx := r.HTTP.Request().Context()
	key, now := [2]int64{r.Viewer.Organization, r.Viewer.Project}, time.Now()
	p.headers.mu.Lock()
	h := p.headers.seen[key]
	p.headers.mu.Unlock()
	if h != nil && now.Before(h.until) {
		return h
	}
	h = &header{People: map[int64]store.Member{}, until: now.Add(headerAge)}
	var err error
	if h.Projects, err = p.DB.Overview(ctx, r.Viewer.Organization, r.Viewer.Project); err != nil {
		p.Log.Debug().Err(err).Msg("no projects for the header")
		return h
	}
	if h.Members, err = p.DB.Members(ctx, r.Viewer.Organization); err != nil {
		p.Log.Debug().Err(err).Msg("no people for the header")
	}
	for _, m := range h.Members {
		h.People[m.ID] = m
	}
	p.headers.mu.Lock()
	defer p.headers.mu.Unlock()
	if len(p.headers.seen) >= maxHeaders {
		clear(p.headers.seen)
	}
	p.headers.seen[key] = h
	return h
}
