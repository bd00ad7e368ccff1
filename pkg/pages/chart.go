package pages

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// A plot says what a chart shows: series of counts over equal steps, stacked.
type plot struct {
	ID, Title string
	Unit      string // of what is counted: events, users
	From      time.Time
	Step      time.Duration
	Lines     []plotLine // at most as many as there are colours
	Marks     []plotMark
	Zone      *time.Location
	Zoom      string // URL of the same page, to which a chosen from and to are added; empty: there is no zooming
}

// A plotLine is one series.
type plotLine struct {
	Name   string
	Class  string // lv-LEVEL, or c1 to c8
	Points []int64
}

// A plotMark is a moment with a name.
type plotMark struct {
	At   time.Time
	Name string
}

// Measures of a chart's box, in its own units, which are CSS pixels where there is room.
const (
	plotWidth, plotHeight = 720, 190
	plotLeft, plotRight   = 42, 712
	plotTop, plotBottom   = 12, 166
	maxChartColours       = 8
	maxChartMarks         = 12 // more would hide what they mark
)

// A chart is a plot as the part "chart" draws it. All coordinates are attributes.
type chart struct {
	plot
	Sum, Max int64
	Areas    []chartArea
	Across   []chartTick // lines at round values
	Down     []chartTick // moments below
	Flags    []chartTick
	Rows     []chartRow // the table behind
	Data     string     // JSON for the script that draws it finer
}

type chartArea struct{ Name, Class, Path, Total string }

type chartTick struct{ At, Text, Label string }

type chartRow struct {
	Time   time.Time
	Values []int64
}

// draw draws a plot.
func draw(p plot) chart {
	c := chart{plot: p}
	n := 0
	for _, line := range p.Lines {
		n = max(n, len(line.Points))
	}
	totals := make([]int64, n)
	for _, line := range p.Lines {
		for i, value := range line.Points {
			totals[i] += value
			c.Sum += value
		}
	}
	for _, total := range totals {
		c.Max = max(c.Max, total)
	}
	top := roundUp(c.Max)
	for _, value := range []int64{0, top / 2, top} {
		if value == top/2 && top%2 != 0 {
			continue
		}
		c.Across = append(c.Across, chartTick{At: decimal(chartY(value, top)), Text: decimal(chartY(value, top) + 4), Label: short(value)})
	}
	c.stack(n, top)
	c.time(n)
	for i := n - 1; i >= 0; i-- {
		row := chartRow{Time: p.From.Add(time.Duration(i) * p.Step)}
		for _, line := range p.Lines {
			row.Values = append(row.Values, line.Points[i])
		}
		if totals[i] > 0 {
			c.Rows = append(c.Rows, row)
		}
	}
	c.Data = c.data(n)
	return c
}

// stack makes a path of bars for each series, upon those before it.
func (c *chart) stack(n int, top int64) {
	below := make([]int64, n)
	width := float64(plotRight-plotLeft) / float64(max(1, n))
	bar := max(width*0.5, min(width-1, width*0.86))
	for _, line := range c.Lines {
		var path strings.Builder
		sum := int64(0)
		for i, value := range line.Points {
			if value == 0 {
				continue
			}
			y := chartY(below[i]+value, top)
			height := max(chartY(below[i], top)-y, 0.8) // one event is seen beside thousands
			path.WriteString("M" + decimal(plotLeft+float64(i)*width) + " " + decimal(y) + "h" + decimal(bar) + "v" + decimal(height) + "h-" + decimal(bar) + "z")
			below[i], sum = below[i]+value, sum+value
		}
		c.Areas = append(c.Areas, chartArea{line.Name, line.Class, path.String(), number(sum)})
	}
}

// maxTicks is how many moments are told in words below a chart.
const maxTicks = 7

// time puts words below a handful of steps, and flags at the moments that are marked.
func (c *chart) time(n int) {
	if n == 0 {
		return
	}
	width, length := float64(plotRight-plotLeft)/float64(n), time.Duration(n)*c.Step
	form, every, begun := "15:04", (n+maxTicks-1)/maxTicks, 0
	days := c.Step < day && length > 2*day // hours of many days: told is where each day begins
	if days || c.Step >= day {
		form = "2 Jan"
	}
	if days {
		every = (int(length/day) + maxTicks - 1) / maxTicks
	}
	for i := range n {
		at := c.From.Add(time.Duration(i) * c.Step).In(c.Zone)
		if days && at.Hour() != 0 {
			continue
		}
		if begun%every == 0 {
			c.Down = append(c.Down, chartTick{At: decimal(plotLeft + float64(i)*width), Label: at.Format(form)})
		}
		begun++
	}
	end := c.From.Add(length)
	for _, m := range c.Marks {
		if m.At.Before(c.From) || !m.At.Before(end) || len(c.Flags) == maxChartMarks {
			continue
		}
		c.Flags = append(c.Flags, chartTick{At: decimal(plotLeft + float64(m.At.Sub(c.From))/float64(c.Step)*width), Label: m.Name})
	}
}

// data is what the script needs to draw the chart again; times are seconds.
func (c *chart) data(n int) string {
	type line struct {
		Name   string  `json:"name"`
		Class  string  `json:"class"`
		Points []int64 `json:"points"`
	}
	type flag struct {
		At   int64  `json:"at"`
		Name string `json:"name"`
	}
	out := struct {
		From  int64  `json:"from"`
		Step  int64  `json:"step"`
		Count int    `json:"count"`
		Unit  string `json:"unit"`
		Zoom  string `json:"zoom"`
		Lines []line `json:"lines"`
		Marks []flag `json:"marks"`
	}{c.From.Unix(), int64(c.Step / time.Second), n, c.Unit, c.Zoom, nil, nil}
	for _, l := range c.Lines {
		out.Lines = append(out.Lines, line(l))
	}
	for _, m := range c.Marks {
		out.Marks = append(out.Marks, flag{m.At.Unix(), m.Name})
	}
	text, err := json.Marshal(out)
	if err != nil {
		return "" // never: numbers and texts
	}
	return string(text)
}

func chartY(value, top int64) float64 {
	return plotBottom - float64(value)/float64(max(1, top))*(plotBottom-plotTop)
}

// roundUp is the next number people like: 1, 2, 4, 5 or 10 times a power of ten.
func roundUp(n int64) int64 {
	for power := int64(1); power < math.MaxInt64/100; power *= 10 {
		for _, by := range []int64{1, 2, 4, 5, 10} {
			if by*power >= n {
				return max(by*power, 2)
			}
		}
	}
	return n
}

// colour is the class of the n-th series.
func colour(n int) string { return "c" + strconv.Itoa(n%maxChartColours+1) }
