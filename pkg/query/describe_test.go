package query

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/store/storetest"
	"github.com/trivetlabs/trivet/pkg/web"
)

// undescribed are the routes that are no part of the API.
var undescribed = []string{"OPTIONS /api/v1/logs", "GET /openapi.json", "GET /docs", "GET /docs/:file"}

func TestEveryRouteOfTheAPIIsDescribed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, o := range b.api.operations {
		name := o.method + " " + o.path
		if want := !o.page && !slices.Contains(undescribed, name); want != (o.told != nil) {
			t.Errorf("%s is described: %v, want %v; see describe.go", name, o.told != nil, want)
		}
	}
	ids := map[string]string{}
	for _, o := range b.api.operations {
		if o.told == nil {
			continue
		}
		described, err := o.describe()
		if err != nil {
			t.Error(err)
		}
		if had := ids[described.ID]; had != "" {
			t.Errorf("%s and %s are both %s", had, o.path, described.ID)
		}
		ids[described.ID] = o.path
	}
}

// TestHandlersReadWhatIsDescribed holds the parameters that a handler asks for against those that its description
// tells.
func TestHandlersReadWhatIsDescribed(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, storetest.URL(t), "http://127.0.0.1:1", queuetest.Open(t))
	s := b.site("acme")
	owner := &access.Viewer{Organization: s.org, User: &store.User{ID: 1}, Role: access.RoleOwner}
	values := map[string]string{"project": store.FormatID(s.project), "reason": "crawler"}
	id := s.store(s.record(event.Native, time.Now(), nativeError))[0]
	for _, o := range b.api.operations {
		if o.told == nil || o.handle == nil {
			continue
		}
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		if o.stream {
			cancel() // or it would never end
		}
		r := httptest.NewRequestWithContext(ctx, o.method, "/", strings.NewReader("{}"))
		c := b.api.echo.NewContext(r, httptest.NewRecorder())
		c.SetPath(o.path)
		var names, given []string
		for part := range strings.SplitSeq(o.path, "/") {
			if name, ok := strings.CutPrefix(part, ":"); ok {
				names = append(names, name)
				if values[name] == "" {
					values[name] = id
				}
				given = append(given, values[name])
			}
		}
		c.SetParamNames(names...)
		c.SetParamValues(given...)
		params, err := web.ReadParams("")
		if err != nil {
			t.Fatal(err)
		}
		_ = o.handle(&request{http: c, viewer: owner, project: s.project, params: params}) // what comes of it is for other tests
		var want []string
		for _, p := range o.told.query {
			want = append(want, p.Name)
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, params.Known()); diff != "" {
			t.Errorf("%s %s: described (-) and read (+):\n%s", o.method, o.path, diff)
		}
	}
}

func TestTheDocumentIsForEverybody(t *testing.T) {
	t.Parallel()
	w := newBench(t).do(http.MethodGet, "/openapi.json", nil, nil)
	if got := object(t, w); got["openapi"] != "3.1.0" {
		t.Errorf("got %v", got["openapi"])
	}
}
