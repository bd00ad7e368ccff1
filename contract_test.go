package trivet

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/store"
)

// contractSeed makes every run send the same requests to the same data, but for ids and times. roundsOf is how many of them
// an operation gets: enough for each parameter to be good and bad several times.
const (
	contractSeed = 20260522
	roundsOf     = 60
)

// unreached are operations that random requests can't ask well, with the reason. Each has tests of its own.
var unreached = map[string]string{}

// slow are operations that are sent an eighth of the requests, with the reason.
var slow = map[string]string{"get_system": "it waits for half a second for processes that may be away"}

// TestTheAPIKeepsItsContract sends some thousands of requests that are made of the OpenAPI document, good ones and bad ones,
// and holds every answer against it: no 5xx, no status that is not told, no body of another form. Each operation must
// have had a good answer, so that the document's examples are known to work.
func TestTheAPIKeepsItsContract(t *testing.T) {
	t.Parallel()
	s := startSystem(t, "")
	s.fill(t)
	c := readContract(t, s)
	c.harvest(t)
	c.credentials = c.tokens(t) // made after what was harvested, so that no request is about them
	for _, o := range c.operations {
		t.Run(o.ID, func(t *testing.T) {
			r := rand.New(rand.NewPCG(contractSeed, uint64(crc32.ChecksumIEEE([]byte(o.ID))))) //nolint:gosec // the same requests each time
			good := c.try(t, r, o)
			if why, known := unreached[o.ID]; known == good {
				t.Errorf("was answered well: %v; unreached says %q", good, why)
			}
		})
	}
	t.Run("methods", c.tryMethods)
}

// try sends the requests of an operation and tells whether one was answered well.
func (c *contract) try(t *testing.T, r *rand.Rand, o *operation) (good bool) {
	tokens := c.credentials
	for round := range roundsOf {
		if slow[o.ID] != "" && round%8 != 0 {
			continue
		}
		q := request{token: tokens[0].secret}
		switch {
		case o.ID == "post_logs":
			q.token = c.system.key // ingest hears of new tokens later
		case !strings.Contains(o.Path, "/{project}/") && !strings.HasPrefix(o.Path, "/api/v1/logs"):
			q.token = tokens[slices.IndexFunc(tokens, func(c credential) bool { return c.name == "administer all" })].secret
		}
		switch {
		case round == 0: // only what must be
			q.fill(c, r, o, 0)
		case round < 20:
			q.fill(c, r, o, 0.5)
		case round < 50:
			q.fill(c, r, o, 0.3)
			q.spoil(r, o)
		default:
			q.fill(c, r, o, 0.3)
			q.token = tokens[round%len(tokens)].secret
		}
		answer := c.send(t, o, q)
		if t.Failed() {
			t.Fatalf("by %s", q)
		}
		if q.bad && answer < 400 && tolerant[o.ID] == "" {
			t.Fatalf("%d, want a refusal of %s, by %s", answer, q.why, q)
		}
		good = good || answer < 300
	}
	return good
}

// send sends one request, checks the answer and returns its status.
func (c *contract) send(t *testing.T, o *operation, q request) int {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context()) // streams end with it
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, o.Method, c.system.query.URL+q.target(), strings.NewReader(q.body))
	if err != nil {
		t.Fatal(err)
	}
	if q.token != "" {
		req.Header.Set("Authorization", "Bearer "+q.token)
	}
	for name, value := range q.headers {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("no nosniff")
	}
	if resp.StatusCode >= 500 && (resp.StatusCode != http.StatusServiceUnavailable || !q.bad) {
		t.Errorf("%d", resp.StatusCode)
	}
	told, known := o.answers[resp.StatusCode]
	if !known && (resp.StatusCode != http.StatusNotFound || !q.lost) {
		t.Errorf("%d is not told", resp.StatusCode)
		return resp.StatusCode
	}
	if kind == "text/event-stream" {
		return resp.StatusCode
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if known {
		if err := told.check(kind, body, q.masked); err != nil {
			t.Errorf("%d %.2000s: %v", resp.StatusCode, body, err)
		}
	}
	var made map[string]any
	if resp.StatusCode == http.StatusCreated && json.Unmarshal(body, &made) == nil {
		c.keep(o.Path, q.path, strings.TrimSuffix(o.Path[strings.LastIndexByte(o.Path, '/')+1:], "s"), made)
	}
	return resp.StatusCode
}

// tryMethods sends what no operation takes.
func (c *contract) tryMethods(t *testing.T) {
	taken := map[string][]string{}
	for _, o := range c.operations {
		taken[o.Path] = append(taken[o.Path], o.Method)
	}
	r := rand.New(rand.NewPCG(contractSeed, 0)) //nolint:gosec // the same requests each time
	token := c.credentials[0].secret
	for _, o := range c.operations {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodTrace, "PROPFIND", "X"} {
			if slices.Contains(taken[o.Path], method) {
				continue
			}
			q := request{token: token}
			q.fill(c, r, o, 0)
			req, err := http.NewRequestWithContext(t.Context(), method, c.system.query.URL+q.target(), strings.NewReader(q.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+token)
			if status, body := do(t, req); status != http.StatusMethodNotAllowed && status != http.StatusNotFound { // it may be taken for an id
				t.Errorf("%s %s: %d %s", method, o.Path, status, body)
			}
		}
	}
}

// A credential is one of the ways to ask.
type credential struct{ name, secret string }

// tokens makes credentials, the one that may do all first: an operation may take what it is given.
func (c *contract) tokens(t *testing.T) []credential {
	t.Helper()
	all := []credential{}
	for _, n := range []struct {
		name         string
		organization int64
		project      int64
		scopes       string
	}{
		{"all of one project", c.organization, c.system.projectID, "read write admin"},
		{"read one project", c.organization, c.system.projectID, "read"},
		{"write one project", c.organization, c.system.projectID, "write"},
		{"admin of one project", c.organization, c.system.projectID, "admin"},
		{"read all", c.organization, 0, "read"},
		{"administer all", c.organization, 0, "read write admin"},
		{"of another organization", c.stranger, 0, "read admin"},
	} {
		_, secret, err := c.system.db.CreateToken(t.Context(), store.Token{
			OrganizationID: n.organization, ProjectID: n.project, Scopes: strings.Fields(n.scopes), Label: n.name,
		})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, credential{n.name, secret})
	}
	return append(all, credential{"nobody", ""}, credential{"a guess", "trv_" + strings.Repeat("0", 64)}, credential{"no token", "x y"})
}

// harvest asks all lists for things that are there, so that requests can be about them.
func (c *contract) harvest(t *testing.T) {
	t.Helper()
	c.values, c.things = map[string][]string{"project": {fmt.Sprint(c.system.projectID)}}, map[string][]map[string]string{}
	tokens := c.tokens(t)
	for _, o := range c.operations { // by path: a list comes before what is under its elements
		if told := o.answers[http.StatusOK]; o.Method != http.MethodGet || told == nil || told.list == "" && !told.bare {
			continue
		}
		for i := range 40 { // one of many events has what another list tells of
			missing, more := false, i == 0
			target := o.path(func(name string) string {
				known := c.values[name]
				missing, more = missing || len(known) == 0, more || i < len(known)
				if len(known) == 0 {
					return ""
				}
				return known[i%len(known)]
			})
			if missing || !more {
				break
			}
			c.keepPage(t, o, target, tokens)
		}
	}
}

// keepPage notes the elements of a list's first page, as one of the tokens sees it: some lists are of one project, and some
// of the whole organization.
func (c *contract) keepPage(t *testing.T, o *operation, target string, tokens []credential) {
	t.Helper()
	var status int
	var body []byte
	for _, token := range tokens {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.system.query.URL+target, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token.secret)
		if status, body = do(t, req); status == http.StatusOK {
			break
		}
	}
	if status != http.StatusOK {
		t.Errorf("%s: %d %s", target, status, body)
		return
	}
	name := o.answers[http.StatusOK].list
	if name != "" {
		var page map[string]json.RawMessage
		if err := json.Unmarshal(body, &page); err != nil {
			t.Fatal(err)
		}
		body = page[name]
	} else {
		name = o.Path[strings.LastIndexByte(o.Path, '/')+1:]
	}
	var elements []map[string]any
	_ = json.Unmarshal(body, &elements) // a list of texts has nothing to ask for
	for _, e := range elements {
		c.keep(o.Path, target, strings.TrimSuffix(name, "s"), e)
	}
}

// keep notes an element of a list, which was asked for at a path: what names it in paths, and what parameters may ask for.
func (c *contract) keep(list, at, noun string, element map[string]any) {
	for name, value := range element {
		if text, ok := value.(string); ok && text != "" && len(c.values["?"+name]) < 20 {
			c.values["?"+name] = append(c.values["?"+name], text)
		}
	}
	id := ""
	for _, key := range []string{"id", "public_key", "release", "email"} {
		if id == "" {
			id = plain(element[key])
		}
	}
	if id == "" {
		return // the request did not want it
	}
	if noun != "project" && !slices.Contains(c.values[noun], id) {
		c.values[noun] = append(c.values[noun], id)
	}
	for _, o := range c.operations { // what is under it
		rest, under := strings.CutPrefix(o.Path, list+"/")
		if !under {
			continue
		}
		thing := map[string]string{}
		given := strings.Split(at, "/")
		for i, part := range strings.Split(list, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				thing[strings.TrimSuffix(name, "}")] = given[i]
			}
		}
		for part := range strings.SplitSeq(rest, "/") {
			name, ok := strings.CutPrefix(part, "{")
			if !ok {
				break
			}
			name = strings.TrimSuffix(name, "}")
			thing[name] = id
			if value := plain(element[name]); value != "" {
				thing[name] = value
			}
		}
		delete(thing, "project")
		c.things[o.Path] = append(c.things[o.Path], thing)
	}
}

// tolerant are operations that ignore parameters they don't know, with the reason.
var tolerant = map[string]string{
	"get_health": "monitors add what they like, to get past caches",
	"post_logs":  "it is ingest's, where a beacon is worth more than a spelling",
}

// plain is how a text or a number stands in a path, "" for anything else.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatInt(int64(v), 10)
	}
	return ""
}
