package store

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Fields of field_counts. The numbers are stored: never renumber.
const (
	fieldLevel int16 = iota + 1
	fieldRelease
	fieldEnvironment
	fieldBrowser
	fieldOS
	fieldProtocol
)

// maxFieldValues is how many values of a field are counted apart in an hour; all others are one.
const (
	maxFieldValues = 200
	otherValues    = "*"
)

const copyFieldCounts = `copy trivet.field_counts (project_id, hour, fields, texts, counts) from stdin (format binary)`

type projectHour struct {
	project int64
	hour    time.Time
}

type fieldValue struct {
	field int16
	text  string
}

// countFields writes the body of a COPY that adds new rows to the counts of their fields' values: one row for each project
// and hour.
func countFields(rows []*Row) *copyBuffer {
	hours := map[projectHour]map[fieldValue]int64{}
	for _, r := range rows {
		k := projectHour{r.Project, r.Received.UTC().Truncate(time.Hour)}
		counts := hours[k]
		if counts == nil {
			counts = map[fieldValue]int64{}
			hours[k] = counts
		}
		e := r.Event
		counts[fieldValue{fieldLevel, e.Level.String()}]++
		counts[fieldValue{fieldRelease, e.Release}]++
		counts[fieldValue{fieldEnvironment, e.Environment}]++
		counts[fieldValue{fieldBrowser, e.Browser}]++
		counts[fieldValue{fieldOS, e.OS}]++
		counts[fieldValue{fieldProtocol, e.Protocol.String()}]++
	}
	c := newCopyBuffer(512 * (len(hours) + 1))
	for k, counts := range hours { // nothing waits for a row of these: any order will do
		values := topValues(counts)
		c.row(5)
		c.int8(k.project)
		c.time(k.hour)
		c.array(oidInt2, len(values))
		for _, v := range values {
			c.int2(v.field)
		}
		c.array(oidText, len(values))
		for _, v := range values {
			c.text(v.text)
		}
		c.array(oidInt8, len(values))
		for _, v := range values {
			c.int8(counts[v])
		}
		c.endArrays()
	}
	return c
}

// topValues returns the values that are counted apart, and adds up the others in counts.
func topValues(counts map[fieldValue]int64) []fieldValue {
	all := slices.SortedFunc(maps.Keys(counts), func(a, b fieldValue) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(counts[b], counts[a]), cmp.Compare(a.text, b.text))
	})
	values, places := all[:0:0], map[int16]int{}
	for _, v := range all {
		if places[v.field]++; places[v.field] <= maxFieldValues || v.text == otherValues {
			values = append(values, v)
			continue
		}
		other := fieldValue{v.field, otherValues}
		if _, ok := counts[other]; !ok {
			values = append(values, other)
		}
		counts[other] += counts[v]
	}
	return values
}

//go:embed sql/sum_field_counts.sql
var sumFieldCountsSQL string

// sumHours bounds how many hours of projects one statement sums up.
const sumHours = 500

// SumFieldCounts makes one row of what batches have appended of an hour of a project, and returns how many hours it
// summed up. Batches go on appending meanwhile; every reader sees each event once. One process at a time should do it.
func (s *Store) SumFieldCounts(ctx context.Context) (hours int64, err error) {
	for {
		tag, err := s.db.Exec(ctx, sumFieldCountsSQL, sumHours, maxFieldValues, otherValues)
		if err != nil {
			return hours, fmt.Errorf("sum counts of fields: %w", explain(err))
		}
		hours += tag.RowsAffected()
		if tag.RowsAffected() < sumHours {
			return hours, nil
		}
	}
}
