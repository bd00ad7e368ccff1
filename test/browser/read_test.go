//go:build browser

package browser

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// liveness is how long anything that must happen may take: a bound on hanging, not on slowness.
const liveness = 60 * time.Second

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline, tick := time.After(liveness), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}

// An event is what the API shows of one.
type event struct {
	ID, Day, Type, Message, Level, Release, Environment, URL, Browser, Culprit, Protocol string
	Handled                                                                              *bool
	Tags                                                                                 map[string]string
	Extra                                                                                map[string]any
	User                                                                                 struct{ ID string }
	Breadcrumbs                                                                          []struct{ Category, Message string }
	Exceptions                                                                           []struct {
		Type, Value string
		Frames      []struct{ Function, Filename string }
	}
}

// title is an event in one line.
func (e *event) title() string { return strings.TrimPrefix(e.Type+": "+e.Message, ": ") }

// events reads all events of the project, in full, oldest first.
func (p *project) events() []event {
	p.t.Helper()
	var list struct{ Events []event }
	path := fmt.Sprintf("%s/api/v1/projects/%d/events", the.info.QueryURL, p.id)
	get(p.t, path+"?limit=100", &list)
	for i := range list.Events {
		get(p.t, path+"/"+list.Events[i].ID+"?day="+list.Events[i].Day, &list.Events[i])
	}
	slices.Reverse(list.Events)
	return list.Events
}

// once waits until the titles have arrived and whatever else was on its way, and fails the test unless these are
// all the project has, each as often as it stands here.
func (p *project) once(titles ...string) []event {
	p.t.Helper()
	p.arrived(len(titles))
	// A last event of our own: what was accepted before it has been written with it, or earlier.
	resp, err := http.Post(the.info.IngestURL+fmt.Sprintf("/api/%d/events?key=%s", p.id, p.key), "text/plain", strings.NewReader(`{"message":"the last"}`))
	if err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("last event: %v %v", resp, err)
	}
	_ = resp.Body.Close()
	is := func(e event) bool { return e.Message == "the last" }
	var all []event
	eventually(p.t, "the last event", func() bool {
		all = p.events()
		return slices.ContainsFunc(all, is)
	})
	all = slices.DeleteFunc(all, is)
	var got []string
	for i := range all {
		got = append(got, all[i].title())
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(titles))
	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Fatalf("events of the project, wanted - and got +:\n%s", diff)
	}
	return all
}

// arrived waits for a number of events.
func (p *project) arrived(n int) {
	p.t.Helper()
	deadline, tick := time.After(liveness), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for {
		all := p.events()
		if len(all) >= n {
			return
		}
		select {
		case <-deadline:
			for i := range all {
				p.t.Logf("has %s", all[i].title())
			}
			p.t.Fatalf("%d events came, want %d", len(all), n)
		case <-tick.C:
		}
	}
}

// find returns the event with a title.
func find(t *testing.T, all []event, title string) event {
	t.Helper()
	for i := range all {
		if all[i].title() == title {
			return all[i]
		}
	}
	t.Fatalf("there is no %q", title)
	return event{}
}

func get(t *testing.T, url string, into any) {
	t.Helper()
	getAs(t, the.token, url, into)
}

// getAs is get with another token.
func getAs(t *testing.T, token, url string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v %s", url, resp.StatusCode, err, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}

// has waits until an event with the title has arrived.
func (p *project) has(title string) {
	p.t.Helper()
	eventually(p.t, title, func() bool {
		for _, e := range p.events() {
			if e.title() == title {
				return true
			}
		}
		return false
	})
}
