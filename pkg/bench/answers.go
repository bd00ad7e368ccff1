package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/store"
)

// arriving is how many events a second come in while answers are measured.
const arriving = 1000

// A question is one page or list whose answer is timed.
type question struct{ name, path string }

// questions of a project, with an issue and an event of it, and a search that few issues match.
func questions(project int, issue, event string) []question {
	page, api := fmt.Sprintf("/projects/%d", project), fmt.Sprintf("/api/v1/projects/%d", project)
	return []question{
		{"page home", "/"},
		{"page issues", page + "/issues"},
		{"page issues by events", page + "/issues?sort=events"},
		{"page issues of all projects", "/issues"},
		{"page issues, words", page + "/issues?q=is:unresolved+rendercart10"},
		{"page issues, stack and browser", page + "/issues?q=stack:checkout.js+browser:Firefox*"},
		{"page issue", page + "/issues/" + issue},
		{"page event", page + "/events/" + event},
		{"page dashboard", page + "/dashboard"},
		{"page releases", page + "/releases"},
		{"page drops", page + "/drops"},
		{"page settings", page + "/settings"},
		{"page system", "/system"},
		{"page audit", "/audit"},
		{"API issues", api + "/issues"},
		{"API issues of all projects", "/api/v1/issues"},
		{"API issues by first seen", api + "/issues?sort=first_seen"},
		{"API issues by users", api + "/issues?sort=users"},
		{"API issues, exact words", api + "/issues?q=%22reading+%27cart1%22"},
		{"API issues, pattern of URL", api + "/issues?q=url:*/checkout/12*"},
		{"API issues, release", api + "/issues?q=release:shop@1.2.3+level:error"},
		{"API issues, crumb", api + "/issues?q=crumb:%22POST+cart%22"},
		{"API issues, nothing matches", api + "/issues?q=nothingatall"},
		{"API events", api + "/events"},
		{"API events of an issue", api + "/events?issue=" + issue},
		{"API events, browser and tag", api + "/events?q=browser:%22Chrome+142%22+tag:tenant=t7"},
		{"API events, nothing matches", api + "/events?q=release:none"},
		{"API event", api + "/events/" + event},
		{"API facets", api + "/facets"},
		{"API series by browser", api + "/series?by=browser"},
		{"API stats", api + "/stats"},
		{"API overview", "/api/v1/overview"},
		{"API releases", api + "/releases"},
		{"API suggest", api + "/suggest?field=browser&prefix=Chr"},
	}
}

// measureAnswers seeds a month of events and times every page and list while more arrive.
func (b *bench) measureAnswers(ctx context.Context) error {
	db, err := b.newDatabase(ctx)
	if err != nil {
		return err
	}
	defer db.drop()
	p, err := b.startPipeline(ctx, db)
	if err != nil {
		return err
	}
	defer p.stop()
	if err := b.seed(ctx, db); err != nil {
		return err
	}
	if _, err := p.startWorker(ctx, b.worker); err != nil {
		return err
	}
	asker, err := p.startQuery(ctx)
	if err != nil {
		return err
	}
	load, err := b.beginLoad(ctx, loadSpec{Addr: p.addr, Connections: e2eSenders, Rate: arriving, Seconds: b.plan.Answers.Seconds()}, func() {})
	if err != nil {
		return err
	}
	err = b.ask(ctx, asker, load)
	<-load.done
	return errors.Join(err, load.err)
}

// startQuery starts the read side with a token that may do everything.
func (p *pipeline) startQuery(ctx context.Context) (*asker, error) {
	tables, err := store.Open(ctx, quiet(), store.Config{URL: p.db.url})
	if err != nil {
		return nil, err
	}
	defer tables.Close()
	_, secret, err := tables.CreateToken(ctx, store.Token{OrganizationID: 1, Scopes: []string{store.ScopeRead, store.ScopeAdmin}})
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	_, err = p.startBinary(ctx, "query", p.b.query, []string{"QUERY_ADDR=" + addr, "QUERY_INGEST_URL=http://" + p.addr, "DATABASE_URL=" + p.db.url})
	if err != nil {
		return nil, err
	}
	return &asker{url: "http://" + addr, token: secret, client: &http.Client{Timeout: readyTimeout}}, nil
}

// An asker asks the read side, one question after the other.
type asker struct {
	url, token string
	client     *http.Client
}

// ask returns the body of an answer and how long it took.
func (a *asker) ask(ctx context.Context, path string) (body []byte, took time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+path, nil)
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	start := time.Now()
	answer, err := a.client.Do(r)
	if err != nil {
		return nil, 0, err
	}
	body, err = io.ReadAll(answer.Body)
	took = time.Since(start)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return nil, 0, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("%s: status %d: %.300s", path, answer.StatusCode, body)
	}
	return body, took, nil
}

// ask asks all questions in turns until the load ends, so that all meet the same noise.
func (b *bench) ask(ctx context.Context, a *asker, load *sending) error {
	all, err := b.choose(ctx, a)
	if err != nil {
		return err
	}
	took := make([][]time.Duration, len(all))
	for warm := true; ; warm = false {
		for i, q := range all {
			_, t, err := a.ask(ctx, q.path)
			if err != nil {
				return err
			}
			if !warm {
				took[i] = append(took[i], t)
			}
		}
		select {
		case <-load.done:
			for i, q := range all {
				b.add(q.name, timesOf(took[i]))
			}
			return nil
		default:
		}
	}
}

// choose makes the questions: of the project with most issues, its busiest issue, and pages far down its lists.
func (b *bench) choose(ctx context.Context, a *asker) ([]question, error) {
	const busiest = 1
	api := fmt.Sprintf("/api/v1/projects/%d", busiest)
	issue, err := a.first(ctx, api+"/issues?sort=events&limit=1", "issues")
	if err != nil {
		return nil, err
	}
	id, err := a.first(ctx, api+"/events?limit=1", "events")
	if err != nil {
		return nil, err
	}
	all := questions(busiest, issue, id)
	for _, list := range []string{"/issues?sort=last_seen", "/issues?sort=events", "/events?limit=50"} {
		far, err := a.far(ctx, api+list)
		if err != nil {
			return nil, err
		}
		all = append(all, question{"API page 100 of " + strings.Trim(list, "/"), far})
	}
	return all, nil
}

// timesOf makes the sample of some answers.
func timesOf(took []time.Duration) sample {
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	return sample{"answers": float64(len(took)), "p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99)}
}
