package store

import (
	"strconv"
	"time"
)

// Kinds of actors.
const (
	ActorUser     = "user"
	ActorToken    = "token"
	ActorOperator = "operator" // a command of trivet
	ActorWorker   = "worker"   // an event or the time
)

// An Actor is who changes something, as it is written down.
type Actor struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`   // number of the person, id of the token, or empty
	Name    string `json:"name"` // of the person, or label of the token, at that time
	Address string `json:"-"`    // they come from; in the audit only
}

// FormatID writes a number of a person as Actor.ID holds it.
func FormatID(id int64) string { return strconv.FormatInt(id, 10) }

// user is the number of the person, nil where it is none.
func (a Actor) user() *int64 {
	id, err := strconv.ParseInt(a.ID, 10, 64)
	if a.Kind != ActorUser || err != nil {
		return nil
	}
	return &id
}

// A User is a person who may sign in.
type User struct {
	ID          int64       `json:"id"`
	Email       string      `json:"email"`
	Name        string      `json:"name"`
	Preferences Preferences `json:"preferences,omitzero"` // shown to the person alone
	CreatedAt   time.Time   `json:"created_at"`
	DisabledAt  *time.Time  `json:"disabled_at"`
}

// Preferences are what a person chose for themselves; the zero value is what everybody gets.
type Preferences struct {
	TimeZone  string `json:"time_zone,omitempty"` // IANA name; empty: the browser's, UTC without scripts
	Theme     string `json:"theme,omitempty"`     // light or dark; empty: the system's
	Shortcuts *bool  `json:"shortcuts,omitempty"` // false: no single-key shortcuts
}
