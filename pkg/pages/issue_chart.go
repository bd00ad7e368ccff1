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

func newChart(hours []store.HourCount, releases []store.Release, days int) chartView {
	chart := chartView{Day: days > chartSpans[0]}
	if len(hours) == 0 {
		return chart
	}
	step := 6 * time.Hour
	if chart.Day {
		step = 24 * time.Hour
	}
	chart.From, chart.To = hours[0].Time.Truncate(step), hours[len(hours)-1].Time.Truncate(step).Add(step)
	bars := make([]chartBar, chart.To.Sub(chart.From)/step)
	for i := range bars {
		bars[i].At = chart.From.Add(time.Duration(i) * step)
	}
	for _, h := range hours {
		bar := &bars[h.Time.Sub(chart.From)/step]
		bar.Events += h.Events
		chart.Sum, chart.Max = chart.Sum+h.Events, max(chart.Max, bar.Events)
	}
	width := chartWidth / float64(len(bars))
	for i := range bars {
		height := 0.0
		if bars[i].Events > 0 {
			height = max(2, (chartHeight-4)*float64(bars[i].Events)/float64(chart.Max)) // one event is seen beside thousands
		}
		bars[i].X, bars[i].Width = decimal(float64(i)*width+width*0.1), decimal(width*0.8)
		bars[i].Y, bars[i].Height = decimal(chartHeight-height), decimal(height)
	}
	chart.Bars = bars
	for _, release := range releases {
		if at := release.FirstSeen; !at.Before(chart.From) && at.Before(chart.To) {
			x := chartWidth * float64(at.Sub(chart.From)) / float64(chart.To.Sub(chart.From))
			chart.Markers = append(chart.Markers, chartMarker{decimal(x), release.Release, at})
		}
	}
	return chart
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
