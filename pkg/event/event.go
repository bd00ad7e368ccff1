// Package event holds the nouns of Trivet: an Event is one error of one visitor, in the same shape
// whatever client sent it. Pure data and pure functions; it knows no wire format, queue or database.
package event

import (
	"encoding/json"
	"time"
)

// An Event is what the worker makes of a client's bytes, and what the API shows in full. Every string is
// clean UTF-8 without NUL and within the limits of limits.go once Clean has run.
type Event struct {
	ID        ID        `json:"id"`
	ProjectID int64     `json:"project_id"`
	Day       Day       `json:"-"` // the partition, fixed by the edge
	Received  time.Time `json:"received_at"`
	Occurred  time.Time `json:"occurred_at"` // by the client's clock: shown, never sorted by
	Protocol  Protocol  `json:"protocol"`

	Level       Level  `json:"level"`
	Type        string `json:"type"`    // the exception's type, "" for a plain message
	Message     string `json:"message"` // the exception's value, or the message
	Culprit     string `json:"culprit"` // where it happened, in one line
	Handled     *bool  `json:"handled"` // nil: the client did not say
	Transaction string `json:"transaction,omitempty"`
	Logger      string `json:"logger,omitempty"`
	Platform    string `json:"platform,omitempty"`
	Release     string `json:"release"`
	Dist        string `json:"dist,omitempty"`
	Environment string `json:"environment"`
	ServerName  string `json:"server_name,omitempty"`
	URL         string `json:"url"`
	Browser     string `json:"browser"`
	OS          string `json:"os"`
	Device      string `json:"device,omitempty"`
	Hint        string `json:"hint,omitempty"` // how to learn more or to mend it, where Trivet knows

	Exceptions  []Exception     `json:"exceptions"`       // oldest cause first, the thrown one last
	Frames      []Frame         `json:"frames,omitempty"` // a stack without an exception, outermost first
	Breadcrumbs []Breadcrumb    `json:"breadcrumbs"`      // oldest first
	Tags        Tags            `json:"tags"`
	User        *User           `json:"user"`
	Request     *Request        `json:"request"`
	SDK         *SDK            `json:"sdk"`
	Contexts    json.RawMessage `json:"contexts,omitempty"`
	Extra       json.RawMessage `json:"extra,omitempty"`
	Modules     json.RawMessage `json:"modules,omitempty"`
	DebugMeta   json.RawMessage `json:"debug_meta,omitempty"`
	Meta        json.RawMessage `json:"meta,omitempty"` // free data of native events and logs

	// Fingerprint is the client's own wish for grouping; the one that counts is made by package grouping.
	Fingerprint []string `json:"client_fingerprint,omitempty"`
}

// An Exception is one error of a chain.
type Exception struct {
	Type      string     `json:"type"`
	Value     string     `json:"value"`
	Module    string     `json:"module,omitempty"`
	Mechanism *Mechanism `json:"mechanism,omitempty"`
	Frames    []Frame    `json:"frames"` // outermost first, the crashing frame last
}

// A Mechanism says how a client came by an exception. Types are opaque: they change with each SDK.
type Mechanism struct {
	Type        string `json:"type,omitempty"`
	Handled     *bool  `json:"handled,omitempty"`
	Synthetic   bool   `json:"synthetic,omitempty"` // the exception was made up to carry a stack
	Source      string `json:"source,omitempty"`
	ExceptionID *int   `json:"exception_id,omitempty"`
	ParentID    *int   `json:"parent_id,omitempty"`
	IsGroup     bool   `json:"is_exception_group,omitempty"`
}

// A Frame is one call of a stack. Line and Column count from 1; 0 means unknown.
type Frame struct {
	Function    string          `json:"function"`
	Module      string          `json:"module,omitempty"`
	Filename    string          `json:"filename"`
	AbsPath     string          `json:"abs_path,omitempty"`
	Line        int             `json:"lineno,omitempty"`
	Column      int             `json:"colno,omitempty"`
	InApp       *bool           `json:"in_app,omitempty"` // nil: the client did not say
	PreContext  []string        `json:"pre_context,omitempty"`
	ContextLine string          `json:"context_line,omitempty"`
	PostContext []string        `json:"post_context,omitempty"`
	Vars        json.RawMessage `json:"vars,omitempty"`
}

// A Breadcrumb is something that happened before the error.
type Breadcrumb struct {
	Time     *time.Time      `json:"timestamp,omitempty"`
	Type     string          `json:"type,omitempty"`
	Category string          `json:"category,omitempty"`
	Level    string          `json:"level,omitempty"`
	Message  string          `json:"message,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
}

// A User is the visitor, as far as the client told. IPAddress is filled only where the client allows it.
type User struct {
	ID        string          `json:"id,omitempty"`
	Email     string          `json:"email,omitempty"`
	Username  string          `json:"username,omitempty"`
	Name      string          `json:"name,omitempty"`
	IPAddress string          `json:"ip_address,omitempty"`
	Geo       json.RawMessage `json:"geo,omitempty"`
	Data      json.RawMessage `json:"data,omitempty"`
}

// Key names the visitor for counting users, "" when nothing tells visitors apart.
func (u *User) Key() string {
	switch {
	case u == nil:
		return ""
	case u.ID != "":
		return "id:" + u.ID
	case u.Email != "":
		return "email:" + u.Email
	case u.Username != "":
		return "username:" + u.Username
	case u.IPAddress != "":
		return "ip:" + u.IPAddress
	}
	return ""
}

// A Request is the page (or the HTTP request of a server) in which the error happened. Query, Cookies and
// Headers come as text, object or list of pairs, whichever the client sent.
type Request struct {
	URL      string          `json:"url,omitempty"`
	Method   string          `json:"method,omitempty"`
	Query    json.RawMessage `json:"query_string,omitempty"`
	Fragment string          `json:"fragment,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
	Cookies  json.RawMessage `json:"cookies,omitempty"`
	Headers  [][2]string     `json:"headers,omitempty"`
	Env      json.RawMessage `json:"env,omitempty"`
}

// An SDK is the client library that made the event.
type SDK struct {
	Name         string   `json:"name"`
	Version      string   `json:"version"`
	Integrations []string `json:"integrations,omitempty"`
}

// Thrown returns the exception that was thrown, the last of the chain, nil when there is none.
func (e *Event) Thrown() *Exception {
	if len(e.Exceptions) == 0 {
		return nil
	}
	return &e.Exceptions[len(e.Exceptions)-1]
}
