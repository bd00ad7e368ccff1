package pages

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) auditRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/audit", Name: "audit", Need: access.Admin, Handle: p.showAudit}}
}

// auditView is the page of who changed what.
type auditView struct {
	Entries          []auditRow
	Action, From, To string // as asked for
	Nouns            []string
	First, Next      string // paths of pages; empty where there are none
}

// auditRow is one change with its detail for people.
type auditRow struct {
	store.AuditEntry
	Text string // its detail as JSON, empty where there is none
}

// auditNouns are what changes are about: an action is one of them and a verb.
var auditNouns = []string{"organization", "project", "settings", "key", "token", "member", "user", "session", "issue"}

func (p *Pages) showAudit(r *Request) error {
	q := r.Params
	f := store.AuditFilter{Action: q.Text("action"), From: q.Time("from"), To: q.Time("to"), Cursor: q.Text("cursor")}
	view := auditView{Action: f.Action, From: q.Text("from"), To: q.Text("to"), Nouns: auditNouns}
	if err := q.Done(); err != nil {
		return err
	}
	if err := whole(r); err != nil {
		return err
	}
	entries, next, err := p.DB.Audit(r.HTTP.Request().Context(), r.Org(), f)
	if err != nil {
		return err
	}
	for _, e := range entries {
		view.Entries = append(view.Entries, auditRow{e, pretty(textOf(e.Detail))})
	}
	same := url.Values{}
	for name, value := range map[string]string{"action": view.Action, "from": view.From, "to": view.To} {
		if value != "" {
			same.Set(name, value)
		}
	}
	if f.Cursor != "" {
		view.First = "/audit?" + same.Encode()
	}
	if next != "" {
		same.Set("cursor", next)
		view.Next = "/audit?" + same.Encode()
	}
	return p.show(r, "audit", view)
}

// textOf is a JSON object as text, nil where there is nothing in it.
func textOf(object json.RawMessage) *string {
	if text := string(object); text != "" && text != "{}" && text != "null" {
		return &text
	}
	return nil
}

// pretty writes JSON over several lines, and what is none as it stands.
func pretty(text *string) string {
	if text == nil {
		return ""
	}
	var out bytes.Buffer
	if json.Indent(&out, []byte(*text), "", "  ") != nil {
		return *text
	}
	return out.String()
}
