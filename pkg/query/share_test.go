package query

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

func TestAViewerHasTheirShareAndNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShares(2)
		ada, bob := &access.Viewer{User: &store.User{ID: 1}}, &access.Viewer{User: &store.User{ID: 2}}
		var under, most atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				done, err := s.take(t.Context(), ada)
				if err != nil {
					t.Error(err)
					return
				}
				most.Store(max(most.Load(), under.Add(1)))
				<-time.After(time.Second) // of the bubble's clock
				under.Add(-1)
				done()
			})
		}
		synctest.Wait()
		if done, err := s.take(t.Context(), bob); err != nil {
			t.Errorf("somebody else waits for them: %v", err)
		} else {
			done()
		}
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := s.take(short, ada); !errors.Is(err, web.ErrTooMany) {
			t.Errorf("waited in vain: %v", err)
		}
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()
		if _, err := s.take(gone, ada); !errors.Is(err, context.Canceled) {
			t.Errorf("hung up: %v", err)
		}
		all.Wait()
		if most.Load() != 2 || len(s.of) != 0 {
			t.Errorf("%d at once, %d remembered", most.Load(), len(s.of))
		}
	})
}

func httpRequest(t *testing.T, path, token string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func serve(b *bench, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.api.ServeHTTP(w, r)
	return w
}

// TestSlowQuestionsOfOneDoNotStopOthers fills a viewer's share with questions that last, and asks as somebody else.
func TestSlowQuestionsOfOneDoNotStopOthers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	s.log("one")
	ada, err := b.api.access.Identify(t.Context(), httpRequest(t, "/", s.wide), 0, false)
	if err != nil {
		t.Fatal(err)
	}
	for range b.api.shares.most {
		done, err := b.api.shares.take(t.Context(), ada)
		if err != nil {
			t.Fatal(err)
		}
		defer done()
	}
	for _, token := range []string{other.wide, s.token} {
		if w := b.get("/api/v1/issues", token); w.Code != http.StatusOK {
			t.Errorf("somebody else: %d %s", w.Code, w.Body)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // or it would wait for its turn
	if w := serve(b, httpRequest(t, "/api/v1/issues", s.wide).WithContext(ctx)); w.Code != web.StatusGone {
		t.Errorf("one more of the same: %d %s", w.Code, w.Body)
	}
}

// TestTheWorstSearchesHaveAnEnd asks for patterns that a careless matcher would try in every way.
func TestTheWorstSearchesHaveAnEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	s.store(s.record(event.Native, time.Now(), fmt.Sprintf(`{"type":"E","message":%q,"url":"https://shop.example/%s"}`, strings.Repeat("ab", 4000), strings.Repeat("a", 1500))))
	for _, q := range []string{
		strings.Repeat("*a", 500) + "*c", strings.Repeat("*ab*", 250) + "!", `url:` + strings.Repeat("*a", 400) + "z", strings.Repeat("-", 1000), strings.Repeat(`"`, 1001),
		strings.Repeat("a ", 500), strings.Repeat("-a* ", 200), strings.Repeat("tag:a=b ", 128), strings.Repeat("(", 1000), strings.Repeat("\\", 1024), "stack:" + strings.Repeat("*x", 400),
		strings.Repeat("*", 1024), "user:" + strings.Repeat("*a", 400), "events:>" + strings.Repeat("9", 900), "last-seen:>" + strings.Repeat("9", 900) + "d", strings.Repeat("\u202e%_", 200),
	} {
		for _, path := range []string{"/events", "/issues", "/facets", "/issues/export", "/events/export"} {
			w := serve(b, httpRequest(t, s.path(path+"?q="+url.QueryEscape(q)), s.wide))
			if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
				t.Errorf("%s?q=%.40s…: %d %s", path, q, w.Code, w.Body)
			}
		}
	}
}
