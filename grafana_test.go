package trivet

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// timeFilter is Grafana's macro for the range that is looked at.
var timeFilter = regexp.MustCompile(`\$__timeFilter\(([a-z_.:]+)\)`)

// A dashboard is what Grafana reads, as far as it concerns us.
type dashboard struct {
	Templating struct {
		List []struct{ Query json.RawMessage }
	}
	Annotations struct {
		List []struct{ Target grafanaTarget }
	}
	Panels []struct {
		ID      int
		Title   string
		Targets []grafanaTarget
	}
}

// A grafanaTarget is one query: SQL, or a request to the API and what of its answer is shown.
type grafanaTarget struct {
	RawSQL     string
	URL        string
	URLOptions struct {
		Params []struct{ Key, Value string }
	} `json:"url_options"`
	Root    string `json:"root_selector"`
	Columns []struct{ Selector string }
}

func readDashboard(t *testing.T, name string) (d dashboard) {
	t.Helper()
	if err := json.Unmarshal([]byte(readFile(t, "deploy/grafana/dashboards/"+name)), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Panels) == 0 || len(d.Templating.List) != 1 {
		t.Fatalf("%s: %d panels, %d variables", name, len(d.Panels), len(d.Templating.List))
	}
	return d
}

// TestGrafana asks everything that the dashboards ask, of a system that has something to tell: no panel may be empty.
func TestGrafana(t *testing.T) {
	t.Parallel()
	s := startSystem(t, "")
	s.fill(t)
	t.Run("by the API", func(t *testing.T) {
		t.Parallel()
		d := readDashboard(t, "trivet-api.json")
		var variable struct{ InfinityQuery grafanaTarget }
		if err := json.Unmarshal(d.Templating.List[0].Query, &variable); err != nil {
			t.Fatal(err)
		}
		s.askGrafana(t, "the variable", variable.InfinityQuery)
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				s.askGrafana(t, p.Title, target)
			}
		}
	})
	t.Run("by Postgres", func(t *testing.T) {
		t.Parallel()
		d := readDashboard(t, "trivet-sql.json")
		var variable string
		if err := json.Unmarshal(d.Templating.List[0].Query, &variable); err != nil {
			t.Fatal(err)
		}
		queries := map[string]string{"the variable": variable, "releases": d.Annotations.List[0].Target.RawSQL}
		for _, p := range d.Panels {
			queries[p.Title] = p.Targets[0].RawSQL
		}
		s.runGrafana(t, queries)
	})
}

// askGrafana sends the request of a target as the Infinity data source does, and looks for each of its columns.
func (s *system) askGrafana(t *testing.T, title string, g grafanaTarget) {
	t.Helper()
	now := time.Now().UTC()
	fill := strings.NewReplacer("${project}", fmt.Sprint(s.projectID), "${__from:date:iso}", now.Add(-24*time.Hour).Format(time.RFC3339Nano), "${__to:date:iso}", now.Add(time.Hour).Format(time.RFC3339Nano))
	query := url.Values{}
	for _, p := range g.URLOptions.Params {
		query.Set(p.Key, fill.Replace(p.Value))
	}
	var answer map[string]json.RawMessage
	if status := s.get(t, fill.Replace(g.URL)+"?"+query.Encode(), &answer); status != http.StatusOK {
		t.Errorf("%s: %d", title, status)
		return
	}
	rows := []map[string]any{{}}
	if err := json.Unmarshal(answer[g.Root], &rows); err != nil {
		rows = []map[string]any{{}} // the root is one object
		if err := json.Unmarshal(answer[g.Root], &rows[0]); err != nil {
			t.Errorf("%s: no %s in the answer", title, g.Root)
			return
		}
	}
	if len(rows) == 0 {
		t.Errorf("%s: empty", title)
		return
	}
	for _, c := range g.Columns {
		if _, ok := rows[0][c.Selector]; !ok {
			t.Errorf("%s: no %s in %v", title, c.Selector, rows[0])
		}
	}
}

// runGrafana runs queries as a user of the role that readers get, with Grafana's macros filled in.
func (s *system) runGrafana(t *testing.T, queries map[string]string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), "set role trivet_reader"); err != nil {
		t.Fatal(err)
	}
	at := func(d time.Duration) string { return time.Now().UTC().Add(d).Format("'2006-01-02T15:04:05Z'") }
	for title, sql := range queries {
		sql = timeFilter.ReplaceAllString(sql, "$1 between $$__timeFrom() and $$__timeTo()")
		sql = strings.NewReplacer("$__timeFrom()", at(-24*time.Hour), "$__timeTo()", at(time.Hour), "$project", fmt.Sprint(s.projectID)).Replace(sql)
		rows, err := conn.Query(t.Context(), sql)
		if err != nil {
			t.Errorf("%s: %v", title, err)
			continue
		}
		n := 0
		for rows.Next() {
			n++
		}
		if err := rows.Err(); err != nil || n == 0 {
			t.Errorf("%s: %d rows, %v", title, n, err)
		}
	}
}
