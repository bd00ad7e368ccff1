package ingest

import (
	"fmt"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/report"
)

// splitReports takes what browsers report by themselves. Loads that worked (NEL with a success fraction) are
// counted and let go.
func splitReports(r *request, text []byte) (b batch, err error) {
	reports, err := report.Split(text)
	if err != nil {
		return b, err
	}
	succeeded := 0
	repeated := ordinals{}
	for i := range reports {
		one := &reports[i]
		switch {
		case one.Success:
			succeeded++
			continue
		case len(one.Raw) > maxEvent:
			return b, refused(event.ErrTooLarge, fmt.Sprintf("report %d over 1 MiB", i+1))
		}
		b.records = append(b.records, r.report(one, repeated))
	}
	r.edge.countItem(itemNELSuccess, succeeded)
	r.edge.discards.add(discard{r.project, itemNELSuccess, categoryReport}, succeeded)
	return b, nil
}

// report names a report by what it says, when it was made and by whom: a browser sends it again with a greater
// age, and two visitors may report the same in the same second.
func (r *request) report(one *report.Report, repeated ordinals) sent {
	at := r.received.Add(-one.Age)
	if one.Name == nil {
		return r.newSent("", at, one.Raw)
	}
	name := fmt.Sprintf("report/%s/%d/%s/%s", digest(one.Name), at.Unix(), r.client, short(r.http.Header.Get("User-Agent")))
	return r.named(repeated.next(name), at, one.Raw)
}

// ordinals tell apart what has one name in one request: the first keeps it, so that a retry finds it whatever
// comes with it.
type ordinals map[string]int

func (o ordinals) next(name string) string {
	n := o[name]
	o[name]++
	return fmt.Sprintf("%s/%d", name, n)
}
