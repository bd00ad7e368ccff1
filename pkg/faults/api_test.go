package faults

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/trivetlabs/trivet/pkg/event"
)

// An api is the read side as a program sees it.
type api struct {
	base    string
	token   string
	project int64
}

// get reads one answer into v.
func (a api) get(ctx context.Context, path string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/api/v1/projects/%d/%s", a.base, a.project, path), http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d", path, resp.StatusCode)
	}
	return json.NewDecoder(resp.Body).Decode(v)
}

// list pages through all events and returns how often each was listed.
func (a api) list(ctx context.Context) (map[event.ID]int, error) {
	listed := map[event.ID]int{}
	for cursor := ""; ; {
		var page struct {
			Events []struct{ ID event.ID }
			Next   string
		}
		if err := a.get(ctx, "events?limit=100&fields=id&cursor="+url.QueryEscape(cursor), &page); err != nil {
			return nil, err
		}
		for _, e := range page.Events {
			listed[e.ID]++
		}
		if page.Next == "" {
			return listed, nil
		}
		cursor = page.Next
	}
}

// readers is how many events are read at a time.
const readers = 4

// readable fails the test unless the API lists every acknowledged event once, and shows the bytes that
// were sent.
func (r *rig) readable(a api) {
	r.t.Helper()
	listed, err := a.list(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	ids := make(chan event.ID)
	var group sync.WaitGroup
	for range readers {
		group.Go(func() {
			for id := range ids {
				if err := r.shown(a, id); err != nil {
					r.t.Errorf("event %s: %v", id, err)
				}
			}
		})
	}
	acknowledged := 0
	for id, s := range r.history.events {
		if s.acks == 0 || s.noise {
			continue
		}
		acknowledged++
		if listed[id] != 1 {
			r.t.Errorf("event %s is listed %d times", id, listed[id])
		}
		ids <- id
	}
	close(ids)
	group.Wait()
	r.t.Logf("the API listed %d events and showed the %d acknowledged ones", len(listed), acknowledged)
}

func (r *rig) shown(a api, id event.ID) error {
	var shown struct {
		ID  event.ID
		Raw string
	}
	if err := a.get(r.t.Context(), "events/"+id.String(), &shown); err != nil {
		return err
	}
	if shown.ID != id || sha256.Sum256([]byte(shown.Raw)) != r.history.events[id].bytes {
		return fmt.Errorf("shown as %s: %.200q", shown.ID, shown.Raw)
	}
	return nil
}
