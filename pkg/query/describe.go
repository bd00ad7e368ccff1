package query

import (
	"slices"
	"strings"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/openapi"
)

// How to describe a route. Each route of the API says, where it is added, what it takes and gives:
//
//	a.get("/api/v1/projects/:project/issues", "issues", a.listIssues).doc(doc{
//		what:  "Issues, the latest first",
//		query: params(window, levelParam, enumParam("sort", "order", "last_seen", "events"), paged),
//		list:  "issues", gives: store.Issue{},
//	})
//	a.on(http.MethodPost, "/api/v1/…/comments", "comments", access.Write, a.comment).doc(doc{
//		what: "Comments an issue", takes: commentBody{Text: "Since the deploy of Monday"}, gives: store.Activity{}, status: http.StatusCreated,
//	})
//
// The document at /openapi.json, docs/api.md and the tests that send thousands of requests are made of it. Tests fail for a
// route without one, for a parameter that a handler reads and doc doesn't tell (or the other way round), for an answer that
// has another form than that of gives, and for a status that isn't told. Parameters of the path are told once, in
// pathParams; fields and X-Fields are told wherever JSON is answered. A type whose JSON is not that of its fields needs a
// line in jsonTypes, and a new group of routes one in tags.

// A doc is what people and programs are told of an operation.
type doc struct {
	what  string   // one line: a sentence without its full stop
	more  string   // Markdown
	query []param  // beside fields
	takes any      // an example of the body that works; its type is the body's schema. Nil: no body
	gives any      // a value of the answer's type. Nil: no content
	list  string   // name of the list in {"<list>":[…],"next":…}, whose elements gives is one of
	media []string // of the answer where it is not JSON: gives is nil then
	// status of a good answer; 0 is 200, or 204 without one. fails are statuses besides those that follow from the rest:
	// 400, 503, 401 and 403 where somebody must be known, 404 under a path with parameters, 413 where there is a body.
	status int
	fails  []int
	anyone bool // it lets in whom begin does not know
}

// A param is a parameter of the query.
type param = openapi.Param

// An operation is one method of a path.
type operation struct {
	*route
	method, path string // the path as Echo writes it
	need         access.Permission
	whole        bool                 // it is about all of an organization: a token of one project is refused
	handle       func(*request) error // nil where the route does not ask who sent the request
	told         *doc
}

// doc describes the operation.
func (o *operation) doc(d doc) *operation {
	o.told = &d
	return o
}

// params joins parameters and groups of them.
func params(groups ...[]param) []param { return slices.Concat(groups...) }

// Groups of parameters that many routes have.
var (
	window = params(timeParam("from", "not before this time, or the beginning of this UTC day"), timeParam("to", "before this time"))
	paged  = params(limitParam("how many a page holds at most", 100), textParam("cursor", "`next` of the page before"))
	dayOf  = params([]param{{
		Name: "day", In: "query", About: "the UTC day that it is filed under, as lists tell it: makes it faster to find",
		Schema: openapi.Schema{"type": "string", "format": "date"},
	}})
	levelParam    = enumParam("level", "of this level", "debug", "info", "warning", "error", "fatal")
	protocolParam = enumParam("protocol", "of clients that speak this", protocols()...)
	stepParam     = enumParam("step", "length of a point of the series", "minute", "hour", "day")
)

func protocols() (names []string) {
	for _, p := range event.Protocols() {
		names = append(names, p.String())
	}
	return names
}

func queryParam(name, about string, s openapi.Schema) []param {
	return []param{{Name: name, In: "query", About: about, Schema: s}}
}

// textParam is any text.
func textParam(name, about string) []param {
	return queryParam(name, about, openapi.Schema{"type": "string", "maxLength": event.MaxURL})
}

// timeParam is a time in RFC 3339, or a day.
func timeParam(name, about string) []param {
	return queryParam(name, about, openapi.Schema{"type": "string", "anyOf": []openapi.Schema{{"format": "date-time"}, {"format": "date"}}})
}

// enumParam is one of some values.
func enumParam(name, about string, values ...string) []param {
	return queryParam(name, about, openapi.Schema{"type": "string", "enum": values})
}

// idParam is an id of 32 hex digits.
func idParam(name, about string) []param { return queryParam(name, about, jsonTypes["event.ID"]) }

// boolParam is true or false.
func boolParam(name, about string) []param {
	return queryParam(name, about, openapi.Schema{"type": "boolean"})
}

// limitParam is how many of something, at most.
func limitParam(about string, most int) []param {
	return queryParam("limit", about, openapi.Schema{"type": "integer", "minimum": 1, "maximum": most})
}

// listParam may come several times.
func listParam(name, about string) []param {
	return queryParam(name, about, openapi.Schema{"type": "array", "items": openapi.Schema{"type": "string", "maxLength": event.MaxURL}})
}

// jsonTypes are types that write their JSON themselves.
var jsonTypes = map[string]openapi.Schema{
	"event.ID":       {"type": "string", "pattern": "^[0-9a-f]{32}$"},
	"event.Day":      {"type": "string", "format": "date"},
	"event.Level":    {"type": "string", "enum": []string{"debug", "info", "warning", "error", "fatal"}},
	"event.Protocol": {"type": "string", "enum": append(protocols(), "")},
	"event.Tags":     {"type": "object", "additionalProperties": openapi.Schema{"type": "string"}},
}

// pathParams are the parameters of paths, each of one kind wherever it stands.
var pathParams = map[string]param{
	"project":    {About: "number of the project", Schema: openapi.Schema{"type": "integer", "minimum": 1}},
	"event":      {About: "id of the event", Schema: jsonTypes["event.ID"]},
	"issue":      {About: "id of the issue", Schema: jsonTypes["event.ID"]},
	"attachment": {About: "id of the attachment", Schema: jsonTypes["event.ID"]},
	"log":        {About: "id of the log", Schema: jsonTypes["event.ID"]},
	"comment":    {About: "id of the comment", Schema: jsonTypes["event.ID"]},
	"sequence":   {About: "number of the dead letter", Schema: openapi.Schema{"type": "integer", "minimum": 1}},
	"key":        {About: "the public key", Schema: openapi.Schema{"type": "string", "pattern": "^[0-9a-f]{32}$"}},
	"token":      {About: "id of the token; not its secret", Schema: jsonTypes["event.ID"]},
	"user":       {About: "number of the person", Schema: openapi.Schema{"type": "integer", "minimum": 1}},
	"email":      {About: "e-mail of who is invited", Schema: openapi.Schema{"type": "string"}},
	"reason":     {About: "name of the filter", Schema: openapi.Schema{"type": "string"}},
}

// tags are the groups of operations, by the first word of a path behind the project.
var tags = []openapi.Tag{
	{Name: "organization", About: "The organization, and what was changed in it"},
	{Name: "people", About: "Members and invitations"},
	{Name: "access", About: "Keys, by which pages send, and tokens, by which programs ask"},
	{Name: "projects", About: "Projects and their settings"},
	{Name: "issues", About: "Issues: what people work on"},
	{Name: "events", About: "Events, with everything that came with them"},
	{Name: "stats", About: "What became of the events, what was not kept, crash-free rates"},
	{Name: "dead-letters", About: "Events that could not be written"},
	{Name: "logs", About: "The contract of mittens' clients"},
	{Name: "system", About: "The installation itself"},
}

// tagOf maps the first word of a path to its group where that has another name.
var tagOf = map[string]string{
	"attachments": "events", "feedback": "events", "filtered": "stats", "drops": "stats", "sessions": "stats", "turns": "stats", "settings": "projects", "health": "system", "tail": "events",
	"series": "stats", "users": "stats", "facets": "stats", "releases": "stats", "overview": "projects",
	"audit": "organization", "members": "people", "invitations": "people", "keys": "access", "tokens": "access",
	"suggest": "issues",
}

// tag returns the group that a path belongs to.
func tag(path string) string {
	for word := range strings.SplitSeq(strings.TrimPrefix(path, "/api/v1/"), "/") {
		if word == "projects" && path != "/api/v1/projects" || strings.HasPrefix(word, ":") {
			continue
		}
		if group, ok := tagOf[word]; ok {
			return group
		}
		return word
	}
	return "projects"
}
