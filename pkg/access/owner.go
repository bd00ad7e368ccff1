package access

import (
	"context"
	"sync"
)

// maxOwners bounds the memory of whose projects are, at 16 bytes and some each.
const maxOwners = 1 << 16

// owners remember whose a project is, which never changes. Safe for concurrent use.
type owners struct {
	mu sync.RWMutex
	of map[int64]int64
}

func newOwners() *owners { return &owners{of: map[int64]int64{}} }

// owner tells whose a project is, store.ErrNotFound where there is none.
func (a *Access) owner(ctx context.Context, project int64) (int64, error) {
	o := a.projects
	o.mu.RLock()
	organization, ok := o.of[project]
	o.mu.RUnlock()
	if ok {
		return organization, nil
	}
	organization, err := a.db.ProjectOrganization(ctx, project)
	if err != nil {
		return 0, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.of) >= maxOwners {
		clear(o.of)
	}
	o.of[project] = organization
	return organization, nil
}
