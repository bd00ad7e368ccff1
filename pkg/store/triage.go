package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A Change is what somebody makes of issues. Nil members stay as they are.
type Change struct {
	Status   string      `json:"status,omitempty"`   // unresolved, resolved or ignored; empty: as it is
	Resolve  *Resolution `json:"resolve,omitempty"`  // with status resolved
	Ignore   *Ignorance  `json:"ignore,omitempty"`   // with status ignored
	Assignee *int64      `json:"assignee,omitempty"` // number of a member; 0 for nobody
}

// A Resolution says which events reopen a resolved issue; the zero value: any later one.
type Resolution struct {
	NextRelease bool   `json:"next_release,omitempty"` // only one of a release that was not seen before
	Release     string `json:"release,omitempty"`      // only one of this release or one first seen after it
}

// An Ignorance says until when an issue is ignored, whichever comes first; the zero value: for ever.
type Ignorance struct {
	Until  *time.Time `json:"until,omitempty"`
	Events int64      `json:"events,omitempty"` // so many more
	Users  int64      `json:"users,omitempty"`  // so many more
}

// ChangeIssues changes issues of a project, at most 100, in one transaction, and writes down who did it. It returns those
// that were changed as they are now; one that is not there is ErrNotFound, and then nothing is changed.
func (s *Store) ChangeIssues(_ context.Context, organization, project int64, by Actor, issues []event.ID, c Change) ([]Issue, error) {
	return nil, errNotBuilt
}

// MergeIssues makes the fingerprints of issues count for into, and returns it as it is then.
func (s *Store) MergeIssues(_ context.Context, organization, project int64, by Actor, into event.ID, issues []event.ID) (Issue, error) {
	return Issue{}, errNotBuilt
}

// UnmergeIssue makes what was merged an issue of its own again: merged is an issue whose MergedInto is set.
func (s *Store) UnmergeIssue(_ context.Context, organization, project int64, by Actor, merged event.ID) (Issue, error) {
	return Issue{}, errNotBuilt
}

// MergedIssues lists what was merged into an issue.
func (s *Store) MergedIssues(_ context.Context, organization, project int64, into event.ID) ([]Issue, error) {
	return nil, errNotBuilt
}

// An Activity is one thing that happened to an issue beside its events.
type Activity struct {
	ID      event.ID        `json:"id"`
	IssueID event.ID        `json:"issue_id"`
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"` // comment, resolve, unresolve, ignore, regress, assign, merge or unmerge
	Actor   Actor           `json:"actor"`
	Detail  json.RawMessage `json:"detail"` // text of a comment; what was chosen
}

// Activities lists what happened to an issue, newest first, with the cursor of the next page.
func (s *Store) Activities(_ context.Context, organization, project int64, issue event.ID, limit int, cursor string) ([]Activity, string, error) {
	return nil, "", errNotBuilt
}

// Comment writes a comment, of 1 to 8192 bytes.
func (s *Store) Comment(_ context.Context, organization, project int64, by Actor, issue event.ID, text string) (Activity, error) {
	return Activity{}, errNotBuilt
}

// DeleteComment takes a comment of by's own out.
func (s *Store) DeleteComment(_ context.Context, organization, project int64, by Actor, comment event.ID) error {
	return errNotBuilt
}
