// Package search is the language in which people and programs say which issues or events they look for. Pure: it knows
// no table and no SQL; package store makes statements of its terms, with every value a parameter.
package search

// A Query is terms that must all hold. The zero value asks for everything.
type Query struct {
	Terms []Term
}

// A Term is one condition.
type Term struct {
	Field Field  // what is looked at; Text for words without a field
	Key   string // of a tag, for Field Tag
	Op    Op
	Value string // without its quotes
	Not   bool   // a leading minus
	At    int    // byte of the query's text where the term begins
}

// A Field is what a term looks at.
type Field string

// An Op is how a term compares.
type Op string

// The ways to compare.
const (
	Equal   Op = "=" // the value itself, case does not count where the field holds words
	Match   Op = "*" // the value is a pattern in which * stands for any text
	Greater Op = ">" // times and numbers
	Less    Op = "<"
)

// An Error is what is wrong with a query, for people.
type Error struct {
	At, Length int    // bytes of the query's text it is about
	Problem    string // begins in lower case, holds nothing of the text but known names
}

func (e *Error) Error() string { return e.Problem }

// Parse reads a query. The error is an *Error.
func Parse(string) (Query, error) { return Query{}, nil }
