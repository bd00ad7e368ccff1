package detail

import (
	"context"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/grouping"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
)

// A Regrouping says which of the latest events other rules would have grouped otherwise.
type Regrouping struct {
	Looked int     // events that were looked at
	Moved  int     // of them, those with another fingerprint
	Groups []Moved // by issue and new fingerprint, most events first as they were met
}

// Moved are events of one issue that would have got one other fingerprint.
type Moved struct {
	Issue  event.ID // that holds them
	Into   event.ID // their new fingerprint
	Title  string   // of one of them
	Rule   int      // number of the rule that took them, from 1; 0 for none
	Events int
}

// Regroup asks of the latest events of a project, n at most, which fingerprint they have by the rules of now and which
// by others. Both are by today's code, so that only the rules make the difference. It reads each event whole: some
// milliseconds each. The errors are those of store.Events.
func (r *Reader) Regroup(ctx context.Context, organization, id int64, was, will []project.Rule, n int) (Regrouping, error) {
	var found Regrouping
	latest, _, err := r.db.Events(ctx, organization, store.EventFilter{Project: id, Limit: min(n, store.MaxLimit)})
	if err != nil {
		return found, err
	}
	groups := map[[2]event.ID]int{} // to their place
	for _, row := range latest {
		stored, err := r.db.Event(ctx, organization, id, row.ID, &row.Day)
		if err != nil {
			return found, err
		}
		e := read(r.log, &stored)
		if e == nil {
			continue
		}
		found.Looked++
		into := grouping.Of(e, will)
		if into == grouping.Of(e, was) {
			continue
		}
		found.Moved++
		key := [2]event.ID{row.IssueID, into}
		at, known := groups[key]
		if !known {
			at = len(found.Groups)
			groups[key] = at
			found.Groups = append(found.Groups, Moved{Issue: row.IssueID, Into: into, Title: strings.TrimPrefix(row.Type+": "+row.Message, ": "), Rule: grouping.Explain(e, will).Rule})
		}
		found.Groups[at].Events++
	}
	return found, nil
}
