package ingest

import (
	"fmt"

	"github.com/trivetlabs/trivet/pkg/report"
)

// splitReports takes what browsers report by themselves. Loads that worked (NEL with a success fraction) and what is
// no report or too large for one are counted and let go.
func splitReports(r *request, text []byte) (b batch, err error) {
	reports, junk, err := report.Split(text)
	if err != nil {
		return b, err
	}
	succeeded, large := 0, 0
	repeated := ordinals{}
	for i := range reports {
		one := &reports[i]
		switch {
		case one.Success:
			succeeded++
			continue
		case len(one.Raw) > maxEvent:
			large++
			continue
		}
		b.records = append(b.records, r.report(one, repeated))
	}
	r.edge.countItem(itemNELSuccess, succeeded)
	for reason, n := range map[string]int{itemNELSuccess: succeeded, dropInvalid: junk, dropTooLarge: large} {
		r.edge.discards.add(discard{r.project, reason, categoryReport}, n)
	}
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
