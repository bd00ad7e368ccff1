// Package search is the language in which people and programs say which issues or events they look for. Pure: it knows
// no table and no SQL; package store makes statements of its terms, with every value a parameter.
//
// A query is terms between white space; all must hold. A term is one of
//
//	word            the word stands in title or culprit; case does not count
//	"exact words"   they stand there exactly so, but for case
//	field:value     the field has the value
//	field:a*b       * stands for any text; field:* for any value but none
//	field:>value    also >= < <=, of what can be compared
//	-term           the term does not hold
//
// In quotes each character stands for itself; \" is a quote and \\ a backslash. Outside of them a backslash takes the
// meaning of the character behind it: \* is a star, \: a colon. A tag is tag:name=value, and tag:name any value of it. A
// word with an unknown name before a colon is refused, since it is more likely a misspelt field than a word; what ends
// in a colon, or goes on with //, is a word, so that titles and URLs can be pasted.
//
// Times are days (2006-01-02, UTC), instants (RFC 3339) or ages (90m 36h 2d 1w). Later than a day is >2006-01-02. An age
// is how long ago it was: <2d is within the last two days, >2d longer ago; without < or > an age is refused.
//
// An issue has a release, environment, browser, os, url, tag, stack or crumb when some event of it had; two such terms
// may hold by different events. Fields tells them all.
package search

import "github.com/trivetlabs/trivet/pkg/event"

// Bounds of a query: more than anybody types, and far from what costs anything to read.
const (
	MaxBytes = 1 << 10
	MaxTerms = 30
)

// A Query is terms that must all hold. The zero value asks for everything.
type Query struct {
	Terms []Term
}

// A Term is one condition.
type Term struct {
	Field Field  // what is looked at; Text for words without a field
	Key   string // of a tag, for Field Tag
	Op    Op
	Value string // without its quotes; of Match a pattern, in which \ takes the meaning of the character behind it
	Not   bool   // a leading minus
	At    int    // byte of the query's text where the term begins
}

// A Field is what a term looks at.
type Field string

// The fields.
const (
	Text         Field = "text"
	Is           Field = "is"
	Level        Field = "level"
	Release      Field = "release"
	FirstRelease Field = "first-release"
	LastRelease  Field = "last-release"
	Environment  Field = "environment"
	Browser      Field = "browser"
	OS           Field = "os"
	URL          Field = "url"
	User         Field = "user"
	Type         Field = "type"
	Culprit      Field = "culprit"
	Protocol     Field = "protocol"
	Handled      Field = "handled"
	Assigned     Field = "assigned"
	FirstSeen    Field = "first-seen"
	LastSeen     Field = "last-seen"
	Events       Field = "events"
	Users        Field = "users"
	Stack        Field = "stack"
	Crumb        Field = "crumb"
	Tag          Field = "tag"
)

// An Op is how a term compares.
type Op string

// The ways to compare.
const (
	Equal   Op = "="  // the value itself, case does not count where the field holds words
	Match   Op = "*"  // the value is a pattern in which * stands for any text
	Exact   Op = `"`  // of Text: it stands there exactly so
	Greater Op = ">"  // levels, times and numbers
	Less    Op = "<"  //
	AtLeast Op = ">=" //
	AtMost  Op = "<=" //
)

// An Error is what is wrong with a query, for people.
type Error struct {
	At, Length int    // bytes of the query's text it is about
	Problem    string // begins in lower case, holds nothing of the text but known names
}

func (e *Error) Error() string { return e.Problem }

// Issues and Events say what a query is asked of.
const (
	OfIssues = iota
	OfEvents
)

// For tells whether all terms can be asked of issues (OfIssues) or events (OfEvents). The error is an *Error.
func (q Query) For(of int) error {
	for _, t := range q.Terms {
		about := fieldOf[t.Field]
		switch {
		case about == nil:
			return t.Wrong("there is no such field")
		case of == OfIssues && !about.Issues:
			return t.Wrong(string(t.Field) + " is asked of events, not of issues")
		case of == OfEvents && !about.Events:
			return t.Wrong(string(t.Field) + " is asked of issues, not of events")
		}
	}
	return nil
}

// Wrong makes an error about a term.
func (t Term) Wrong(problem string) *Error {
	return &Error{At: t.At, Length: len(t.String()), Problem: problem}
}

// EventLevel is the value of a term of Level.
func (t Term) EventLevel() event.Level {
	level, _ := event.ParseLevel(t.Value)
	return level
}
