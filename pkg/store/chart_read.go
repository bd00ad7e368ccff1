package store

import (
	"context"
	"errors"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
)

var errNotBuilt = errors.New("not built yet")

// A SeriesFilter says which stored events are counted over time.
type SeriesFilter struct {
	Project  int64
	From, To time.Time // To is now, From a day before it
	Step     string    // hour or day
	By       string    // level, release, environment, browser, os or protocol; empty: all together
}

// A Series is counts over time. Each group has a point for each step from From until To.
type Series struct {
	From   time.Time     `json:"from"`
	To     time.Time     `json:"to"`
	Step   string        `json:"step"`
	By     string        `json:"by"`
	Groups []SeriesGroup `json:"groups"` // most events first, at most 20; what is beyond has the value *
}

// A SeriesGroup is the events with one value of a field.
type SeriesGroup struct {
	Value  string  `json:"value"` // empty where the events have none
	Events int64   `json:"events"`
	Points []int64 `json:"points"`
}

// Series counts a project's stored events.
func (s *Store) Series(context.Context, int64, SeriesFilter) (Series, error) {
	return Series{}, errNotBuilt
}

// A DayCount is a count of one UTC day.
type DayCount struct {
	Day   event.Day `json:"day"`
	Users int64     `json:"users"`
}

// UserDays counts the different users who met an error of a project, by day of receipt.
func (s *Store) UserDays(_ context.Context, organization, project int64, from, to time.Time) ([]DayCount, error) {
	return nil, errNotBuilt
}

// Sparks counts the events of issues in equal steps from From until To, by issue: what small charts show.
func (s *Store) Sparks(_ context.Context, organization int64, issues []event.ID, from, to time.Time, points int) (map[event.ID][]int64, error) {
	return nil, errNotBuilt
}

// A FacetFilter says of which events values are counted.
type FacetFilter struct {
	Project  int64
	Issue    event.ID // zero: of the whole project
	Query    search.Query
	From, To time.Time
	Fields   []string // empty: release, environment, browser, os, url, level and the most frequent tags
	Limit    int      // values of each field; 0 is 10
}

// Facets are the most frequent values of fields.
type Facets struct {
	Events int64   `json:"events"` // counted: the latest that match, at most 1,000
	More   bool    `json:"more"`   // there are more that were not looked at
	Facets []Facet `json:"facets"`
}

// A Facet is the values of one field, most frequent first.
type Facet struct {
	Field  string       `json:"field"` // a tag is tag:KEY
	Values []FacetValue `json:"values"`
	Other  int64        `json:"other"` // events with values that are not shown
}

// A FacetValue is one value.
type FacetValue struct {
	Value  string `json:"value"`
	Events int64  `json:"events"`
}

// Facets counts the values of the latest events that match.
func (s *Store) Facets(context.Context, int64, FacetFilter) (Facets, error) {
	return Facets{}, errNotBuilt
}

// A ProjectOverview is what a list of projects shows of one.
type ProjectOverview struct {
	Project
	Open      int64      `json:"open_issues"` // unresolved
	New       int64      `json:"new_issues"`  // first seen within the last 24 hours
	Hours     []int64    `json:"hours"`       // stored events of the last 24 hours, oldest first
	LastEvent *time.Time `json:"last_event"`  // null when it never had one
}

// Overview lists the projects of an organization, one where project is not 0.
func (s *Store) Overview(_ context.Context, organization, project int64) ([]ProjectOverview, error) {
	return nil, errNotBuilt
}

// A Release is one that sent an event.
type Release struct {
	Release   string    `json:"release"`
	FirstSeen time.Time `json:"first_seen"`
	Events    int64     `json:"events"`     // stored, of the window
	NewIssues int64     `json:"new_issues"` // whose first event was of it
}

// Releases lists a project's releases, newest first, with the cursor of the next page. Events are counted from from to to.
func (s *Store) Releases(_ context.Context, organization, project int64, from, to time.Time, limit int, cursor string) ([]Release, string, error) {
	return nil, "", errNotBuilt
}
