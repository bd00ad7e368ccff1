package pages

import (
	"slices"
	"strconv"
	"time"

	"github.com/trivetlabs/trivet/pkg/store"
)

// The spans of an issue's chart, in days.
var chartSpans = []int{14, 30, 90}

func readDays(r *Request) int {
	text := r.Params.Text("days")
	if text == "" {
		return chartSpans[0]
	}
	days, err := strconv.Atoi(text)
	if err != nil || !slices.Contains(chartSpans, days) {
		r.Params.Wrong("days", "14, 30 or 90")
		return chartSpans[0]
	}
	return days
}

// A chartView is events over time as bars in a box of 1000 by 120, with the releases that came meanwhile.
type chartView struct {
	Bars    []chartBar
	Markers []chartMarker
	Sum     int64
	Max     int64
	From    time.Time
	To      time.Time
	Day     bool // bars are of a day, else of six hours
}

type chartBar struct {
	X, Y, Width, Height string // numbers, as attributes
	At                  time.Time
	Events              int64
}

type chartMarker struct {
	X       string
	Release string
	At      time.Time
}

const (
	chartWidth  = 1000.0
	chartHeight = 120.0
	maxMarkers  = 20
)

// newChart is a chart of the last days without its counts. Bars begin at whole steps of UTC.
func newChart(days int, now time.Time) chartView {
	chart := chartView{Day: days > chartSpans[0]}
	step := 6 * time.Hour
	if chart.Day {
		step = 24 * time.Hour
	}
	chart.To = now.UTC().Truncate(step).Add(step)
	chart.From = chart.To.AddDate(0, 0, -days)
	chart.Bars = make([]chartBar, chart.To.Sub(chart.From)/step)
	for i := range chart.Bars {
		chart.Bars[i].At = chart.From.Add(time.Duration(i) * step)
	}
	return chart
}

// draw fills in the counts, one for each bar, and the releases that came meanwhile.
func (c *chartView) draw(counts []int64, releases []store.Release) {
	for i := range min(len(counts), len(c.Bars)) {
		c.Bars[i].Events = counts[i]
		c.Sum, c.Max = c.Sum+counts[i], max(c.Max, counts[i])
	}
	width := chartWidth / float64(len(c.Bars))
	for i := range c.Bars {
		bar := &c.Bars[i]
		height := 0.0
		if bar.Events > 0 {
			height = max(2, (chartHeight-4)*float64(bar.Events)/float64(c.Max)) // one event is seen beside thousands
		}
		bar.X, bar.Width = decimal(float64(i)*width+width*0.1), decimal(width*0.8)
		bar.Y, bar.Height = decimal(chartHeight-height), decimal(height)
	}
	for _, release := range releases {
		if at := release.FirstSeen; !at.Before(c.From) && at.Before(c.To) {
			x := chartWidth * float64(at.Sub(c.From)) / float64(c.To.Sub(c.From))
			c.Markers = append(c.Markers, chartMarker{decimal(x), release.Release, at})
		}
	}
}

// A facetView is the values of one field with bars.
type facetView struct {
	Name   string
	Values []facetValue
	Other  int64
}

type facetValue struct {
	Value  string
	Events int64
	Share  string // in percent of all, as an attribute
	Link   string // search for the events that have it; empty where there is none to search for
}

func newFacets(found store.Facets, issuePath string) []facetView {
	var views []facetView
	for _, facet := range found.Facets {
		view := facetView{Name: facet.Field, Other: facet.Other}
		for _, v := range facet.Values {
			value := facetValue{Value: v.Value, Events: v.Events, Share: decimal(100 * float64(v.Events) / float64(max(1, found.Events)))}
			if v.Value != "" {
				value.Link = linkTo(issuePath, facetTerm(facet.Field, v.Value))
			}
			view.Values = append(view.Values, value)
		}
		if len(view.Values) > 0 {
			views = append(views, view)
		}
	}
	return views
}
