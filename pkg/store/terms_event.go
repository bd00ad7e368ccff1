package store

import (
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/words"
)

// addEvent adds what narrows a statement in which events are e; without tells that what fingerprints alone decide is
// asked elsewhere.
func (c *conditions) addEvent(f EventFilter, without bool) {
	if f.Level != 0 {
		c.where(false, "e.level = ?", f.Level)
	}
	if f.Protocol != 0 {
		c.where(false, "e.protocol = ?", f.Protocol)
	}
	if f.Handled != nil {
		c.where(false, "e.handled = ?", *f.Handled)
	}
	for _, column := range []struct{ sql, value string }{
		{"e.type = ?", f.Type},
		{"e.release = ?", f.Release},
		{"e.environment = ?", f.Environment},
		{"e.browser = ?", f.Browser},
		{"e.os = ?", f.OS},
		{"e.url = ?", event.Cut(f.URL, maxListText)},
	} {
		if column.value != "" {
			c.where(false, column.sql, column.value)
		}
	}
	c.terms(f.Query, search.OfEvents, func(t search.Term) {
		if !without || !ofFingerprint(t) {
			c.event(t)
		}
	})
}

// ofFingerprint tells whether all events of a fingerprint answer a term alike.
func ofFingerprint(t search.Term) bool {
	return t.Field == search.Text || t.Field == search.Stack || t.Field == search.Crumb
}

// addFingerprints adds what fingerprints alone decide to a statement in which they are f, and tells whether there is such
// a term that is not negated: what it leaves may be few, and is looked for by an index of its own.
func (c *conditions) addFingerprints(f EventFilter) (asked bool) {
	if !f.Issue.IsZero() {
		c.where(false, "f.issue_id = ?", [16]byte(f.Issue))
	}
	for _, t := range f.Query.Terms {
		if ofFingerprint(t) {
			c.and(t.Not, c.seen(t, "f"))
			asked = asked || !t.Not
		}
	}
	return asked
}

func (c *conditions) event(t search.Term) {
	switch t.Field {
	case search.Level:
		c.column(t, "e.level", t.EventLevel())
	case search.Type:
		c.column(t, "e.type", t.Value)
	case search.Culprit:
		c.column(t, "e.culprit", t.Value)
	case search.Release:
		c.column(t, "e.release", t.Value)
	case search.Environment:
		c.column(t, "e.environment", t.Value)
	case search.URL:
		if t.Op == search.Equal {
			t.Value = event.Cut(t.Value, maxListText)
		}
		c.column(t, "e.url", t.Value)
	case search.Browser:
		c.versioned(t, "e.browser")
	case search.OS:
		c.versioned(t, "e.os")
	case search.Protocol:
		c.where(t.Not, "e.protocol = ?", event.ParseProtocol(t.Value))
	case search.Handled:
		c.where(t.Not, "e.handled = ?", t.Value == "true")
	case search.User:
		if t.Op == search.Match {
			c.and(t.Not, "e.user_hash is not null")
			return
		}
		c.where(t.Not, "e.user_hash = any(?)", event.UserHashes(c.project, t.Value))
	case search.Tag:
		if t.Op == search.Match {
			c.where(t.Not, "exists (select from unnest(e.tags) t where t like ?)", escapeLike.Replace(t.Key)+"="+like(t.Value))
			return
		}
		c.where(t.Not, "? = any(e.tags)", words.Value(t.Key+"="+t.Value))
	default:
		c.and(t.Not, c.seen(t, "e"))
	}
}

// versioned compares a browser or system, whose name alone stands for all versions.
func (c *conditions) versioned(t search.Term, column string) {
	if t.Op == search.Match {
		c.column(t, column, nil)
		return
	}
	from, to := versions(t.Value)
	c.where(t.Not, "("+column+" = ? or "+column+` collate "C" >= ? and `+column+` collate "C" < ?)`, t.Value, from, to)
}
