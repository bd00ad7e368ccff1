package store

import (
	"cmp"
	"context"
	_ "embed" // the statements
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
)

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
	Value  string `json:"value"` // empty where the events have none
	Events int64  `json:"events"`
}

// Bounds of facets.
const (
	facetEvents  = 1000 // that are counted
	facetTags    = 10   // that come unasked
	facetFields  = 20
	facetDefault = 10 // values of a field
)

const tagField = "tag:"

// defaultFacets are the fields that come unasked.
var defaultFacets = []string{"release", "environment", "browser", "os", "url", "level"}

// facetValues read fields of an event as a list shows it.
var facetValues = map[string]func(*EventRow) string{
	"release":     func(r *EventRow) string { return r.Release },
	"environment": func(r *EventRow) string { return r.Environment },
	"browser":     func(r *EventRow) string { return r.Browser },
	"os":          func(r *EventRow) string { return r.OS },
	"url":         func(r *EventRow) string { return r.URL },
	"level":       func(r *EventRow) string { return r.Level.String() },
	"type":        func(r *EventRow) string { return r.Type },
	"culprit":     func(r *EventRow) string { return r.Culprit },
	"protocol":    func(r *EventRow) string { return r.Protocol.String() },
	"handled": func(r *EventRow) string {
		if r.Handled == nil {
			return ""
		}
		return strconv.FormatBool(*r.Handled)
	},
}

func (f *FacetFilter) check() error {
	if f.Limit == 0 {
		f.Limit = facetDefault
	}
	if f.Limit < 1 || f.Limit > MaxLimit {
		return invalid("limit", "a number from 1 to %d", MaxLimit)
	}
	if len(f.Fields) > facetFields {
		return invalid("by", "at most %d fields", facetFields)
	}
	for _, name := range f.Fields {
		if key, ok := strings.CutPrefix(name, tagField); facetValues[name] == nil && (!ok || key == "") {
			return invalid("by", "%s or tag:KEY", strings.Join(slices.Sorted(maps.Keys(facetValues)), ", "))
		}
	}
	return nil
}

//go:embed sql/facet_tags.sql
var facetTagsSQL string

// Facets counts the values of the latest events that match. It reads what lists show and the tags beside it, and no block.
// The error is ErrInvalid, ErrNotFound (of the project), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Facets(ctx context.Context, organization int64, f FacetFilter) (found Facets, err error) {
	if err := f.check(); err != nil {
		return Facets{}, fmt.Errorf("count values: %w", err)
	}
	filter := EventFilter{Project: f.Project, Issue: f.Issue, Query: f.Query, From: f.From, To: f.To}
	rows, next, err := s.events(ctx, organization, filter, facetEvents)
	if err != nil {
		return Facets{}, wrap("count values", err)
	}
	found.More = next != ""
	tags := map[string]map[string]int64{}
	unasked := func(name string) bool { return facetValues[name] == nil }
	if len(rows) > 0 && (len(f.Fields) == 0 || slices.ContainsFunc(f.Fields, unasked)) {
		err = s.read(ctx, organization, func(tx pgx.Tx) error {
			tags, err = tagsOf(ctx, tx, f.Project, rows)
			return err
		})
		if err != nil {
			return Facets{}, wrap("count values", err)
		}
	}
	found.Events, found.Facets = int64(len(rows)), []Facet{}
	for _, name := range f.fields(tags) {
		counts := tags[name]
		if value := facetValues[name]; value != nil {
			counts = map[string]int64{}
			for i := range rows {
				counts[value(&rows[i])]++
			}
		}
		found.Facets = append(found.Facets, newFacet(name, counts, f.Limit))
	}
	return found, nil
}

// fields are those asked for, or those that come unasked.
func (f *FacetFilter) fields(tags map[string]map[string]int64) []string {
	if len(f.Fields) > 0 {
		return f.Fields
	}
	frequent := slices.SortedFunc(maps.Keys(tags), func(a, b string) int {
		return cmp.Or(cmp.Compare(sum(tags[b]), sum(tags[a])), cmp.Compare(a, b))
	})
	return slices.Concat(defaultFacets, frequent[:min(len(frequent), facetTags)])
}

func sum(counts map[string]int64) (n int64) {
	for _, events := range counts {
		n += events
	}
	return n
}

func newFacet(name string, counts map[string]int64, limit int) Facet {
	facet := Facet{Field: name, Values: make([]FacetValue, 0, len(counts))}
	for value, events := range counts {
		facet.Values = append(facet.Values, FacetValue{value, events})
	}
	slices.SortFunc(facet.Values, func(a, b FacetValue) int {
		return cmp.Or(cmp.Compare(b.Events, a.Events), cmp.Compare(a.Value, b.Value))
	})
	for _, beyond := range facet.Values[min(len(facet.Values), limit):] {
		facet.Other += beyond.Events
	}
	facet.Values = facet.Values[:min(len(facet.Values), limit)]
	return facet
}

// tagsOf counts the values of the events' tags, by field.
func tagsOf(ctx context.Context, tx pgx.Tx, project int64, events []EventRow) (map[string]map[string]int64, error) {
	ids, days := make([][16]byte, len(events)), make([]time.Time, len(events))
	for i := range events {
		ids[i], days[i] = events[i].ID, events[i].Day.Time()
	}
	rows, err := tx.Query(ctx, facetTagsSQL, project, ids, days)
	if err != nil {
		return nil, err
	}
	tags := map[string]map[string]int64{}
	var tag string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&tag, &n}, func() error {
		key, value, _ := strings.Cut(tag, "=")
		if tags[tagField+key] == nil {
			tags[tagField+key] = map[string]int64{}
		}
		tags[tagField+key][value] += n
		return nil
	})
	return tags, err
}
