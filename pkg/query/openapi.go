package query

import (
	"cmp"
	_ "embed" // what members mean
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/openapi"
	"github.com/trivetlabs/trivet/pkg/web"
)

const documentAbout = `Reads and changes what Trivet knows of the errors of your websites.

Programs send a token as ` + "`Authorization: Bearer …`" + `; a browser that is signed in needs none. A project of another organization
is a 404 like one that isn't there. Lists are pages: ask again with ` + "`cursor`" + ` set to ` + "`next`" + ` until that is null. A parameter or a member of a body that
isn't known is a 400 that names it.`

// Names of the ways to say who one is.
const (
	schemeToken   = "token"
	schemeSession = "session"
	schemeBasic   = "basic"
)

var schemes = map[string]openapi.Schema{
	schemeToken:   {"type": "http", "scheme": "bearer", "description": "a token of `trivet token create` or of the page of tokens"},
	schemeSession: {"type": "apiKey", "in": "cookie", "name": "__Host-trivet", "description": "a browser that is signed in; without https the cookie is named trivet"},
	schemeBasic:   {"type": "http", "scheme": "basic", "description": "the token as user name, or `Basic TOKEN`: as mittens' clients send it"},
}

// members are what the source says of the types that are answered: docs/members_test.go writes the file.
//
//go:embed members.json
var members []byte

// document describes the API. The error names what is not described.
func (a *API) document() ([]byte, error) {
	d := openapi.Document{
		Title: "Trivet", Version: "1", About: documentAbout, Schemes: schemes, Types: jsonTypes, Problem: problem{}, Problems: problems(),
	}
	if err := json.Unmarshal(members, &d.Comments); err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	var err error
	if d.Operations, err = a.Operations(); err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, o := range d.Operations {
		used[o.Tag] = true
	}
	for _, t := range tags {
		if used[t.Name] {
			d.Tags = append(d.Tags, t)
		}
		delete(used, t.Name)
	}
	for name := range used {
		return nil, fmt.Errorf("describe the API: there is no group %s in tags", name)
	}
	return d.JSON()
}

// Operations returns what is described of the API, sorted by path and method. The error names what can't be.
func (a *API) Operations() ([]openapi.Operation, error) {
	var all []openapi.Operation
	for _, o := range a.operations {
		if o.told == nil {
			continue
		}
		described, err := o.describe()
		if err != nil {
			return nil, err
		}
		all = append(all, described)
	}
	slices.SortFunc(all, func(a, b openapi.Operation) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
	})
	return all, nil
}

// problems are the statuses of refusals, with what each may mean.
func problems() map[int]string {
	all := map[int]string{}
	for _, r := range web.Refusals() {
		if known := all[r.Status]; known == "" {
			all[r.Status] = r.Message
		} else if !strings.Contains(known, r.Message) {
			all[r.Status] = known + "; or: " + r.Message
		}
	}
	for status, message := range map[int]string{ // ingest's, of logs that are passed on
		http.StatusUnsupportedMediaType: "Content-Encoding is not known", http.StatusTooManyRequests: "More than the project or this address may send; Retry-After says until when",
	} {
		if all[status] == "" {
			all[status] = message
		}
	}
	return all
}

// describe says what the document does of an operation.
func (o *operation) describe() (openapi.Operation, error) {
	d := o.told
	if d.what == "" {
		return openapi.Operation{}, errors.New("describe the API: nothing is told of " + o.method + " " + o.path)
	}
	out := openapi.Operation{
		Method: o.method, ID: strings.ToLower(o.method) + "_" + o.name, Tag: tag(o.path), Summary: d.what, More: d.more, Takes: d.takes,
		Gives: d.gives, GivesMedia: d.media, List: d.list, Status: cmp.Or(d.status, http.StatusOK),
	}
	if d.status == 0 && d.gives == nil && d.media == nil {
		out.Status = http.StatusNoContent
	}
	fails := slices.Concat(d.fails, []int{http.StatusBadRequest, http.StatusServiceUnavailable})
	if o.need != access.Anybody || d.anyone {
		fails = append(fails, http.StatusUnauthorized, http.StatusForbidden)
		out.Security = o.security()
	}
	if o.need != access.Anybody {
		out.More = strings.TrimSpace(out.More + "\n\nNeeds `" + string(o.need) + "`.")
	}
	var parts []string
	for part := range strings.SplitSeq(o.path, "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			p, known := pathParams[name]
			if !known {
				return out, errors.New("describe the API: there is no " + name + " in pathParams, for " + o.path)
			}
			p.Name, p.In, p.Must = name, "path", true
			out.Params, part = append(out.Params, p), "{"+name+"}"
			fails = append(fails, http.StatusNotFound)
		}
		parts = append(parts, part)
	}
	out.Path = strings.Join(parts, "/")
	out.Params = append(out.Params, d.query...)
	if d.gives != nil && o.handle != nil {
		out.Params = append(out.Params, fieldParams...)
	}
	if d.takes != nil {
		fails = append(fails, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	slices.Sort(fails)
	out.Problems = slices.Compact(fails)
	return out, nil
}

// fieldParams trim objects.
var fieldParams = []param{
	{Name: "fields", In: "query", About: "only these members of each object, those of inner objects in braces: `id,user{id}`", Schema: openapi.Schema{"type": "string", "maxLength": maxMask}},
	{Name: "X-Fields", In: "header", About: "the same; the query beats it", Schema: openapi.Schema{"type": "string", "maxLength": maxMask}},
}

// security are the ways in, any of which will do.
func (o *operation) security() []map[string]openapi.Scopes {
	scopes := openapi.Scopes{string(o.need)}
	if o.need == access.Anybody {
		scopes = openapi.Scopes{}
	}
	if o.logs {
		return []map[string]openapi.Scopes{{schemeToken: scopes}, {schemeBasic: scopes}}
	}
	return []map[string]openapi.Scopes{{schemeToken: scopes}, {schemeSession: scopes}}
}

// documentRoutes adds what tells of the API itself: the same for everybody, so that anybody may read it.
func (a *API) documentRoutes() {
	a.add(http.MethodGet, "/openapi.json", "openapi", a.showDocument)
	a.add(http.MethodGet, "/docs", "docs", a.showSwagger)
	a.add(http.MethodGet, "/docs/:file", "docs", a.showSwagger)
}

func (a *API) showDocument(c echo.Context) error { return write(c, http.StatusOK, a.described) }
