package worker

import (
	"errors"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/sentry"
	"github.com/trivetlabs/trivet/pkg/store"
)

// kinds are those of records that come beside events.
var kinds = []pack.Kind{pack.Attachment, pack.Feedback, pack.Session, pack.ClientReport, pack.EdgeReport}

// What becomes of a record beside events, as its metric calls it.
const (
	sidecarWritten    = "written"    // or was there already
	sidecarDropped    = "dropped"    // by a setting, or because it belongs nowhere
	sidecarExpired    = "expired"    // older than what is kept
	sidecarUnreadable = "unreadable" // nothing can be made of it
	sidecarRejected   = "rejected"   // by Postgres, which is a fault of ours; in parts, of which each counts
)

var sidecarOutcomes = []string{sidecarWritten, sidecarDropped, sidecarExpired, sidecarUnreadable, sidecarRejected}

// A sidecarKey is a pair of labels of that metric.
type sidecarKey struct {
	kind    pack.Kind
	outcome string
}

// addSidecar adds what a record beside events says. It never makes a dead letter: nobody mends a session by hand.
func (w *Worker) addSidecar(out *work, index int, r *pack.Record) {
	outcome := w.readSidecar(out, index, r)
	if out.sidecars == nil {
		out.sidecars = map[sidecarKey]int{}
	}
	out.sidecars[sidecarKey{r.Kind, outcome}]++
}

func (w *Worker) readSidecar(out *work, index int, r *pack.Record) (outcome string) {
	if w.check(r) != nil {
		return sidecarUnreadable
	}
	if r.Day < w.oldest() || !w.hasPartition(r.Day) {
		return sidecarExpired
	}
	rules := w.rulesOf(r.Project)
	if changed, err := clean(rules, r); err != nil {
		return sidecarUnreadable
	} else if changed {
		out.scrubbed++
	}
	before := len(out.batch.Sidecars)
	defer func() {
		if p := recover(); p != nil {
			out.batch.Sidecars = out.batch.Sidecars[:before]
			outcome = sidecarUnreadable
		}
	}()
	add := func(a store.Sidecar) {
		a.Pack, a.Project, a.Received = index, r.Project, r.Received
		out.batch.Sidecars = append(out.batch.Sidecars, a)
	}
	var err error
	switch r.Kind {
	case pack.Attachment:
		outcome = attachment(r, rules, add)
	case pack.Feedback:
		outcome, err = feedback(r, add)
	case pack.Session:
		outcome, err = w.session(r, add)
	case pack.ClientReport, pack.EdgeReport:
		outcome, err = report(r, add)
	}
	if errors.Is(err, event.ErrInvalid) {
		return sidecarUnreadable
	}
	return outcome
}

// reject counts a sidecar that was to be written as refused.
func (w *work) reject(a *store.Sidecar) {
	var kind pack.Kind
	switch {
	case a.Attachment != nil:
		kind = pack.Attachment
	case a.Feedback != nil:
		kind = pack.Feedback
	case a.Session != nil:
		kind = pack.Session
	case a.Drop.Source == store.DroppedByEdge:
		kind = pack.EdgeReport
	default:
		kind = pack.ClientReport
	}
	w.sidecars[sidecarKey{kind, sidecarRejected}]++
}

// Reasons of drops that are no noise filter.
const (
	reasonAttachmentsOff = "attachments_off"
	reasonNoRelease      = "no_release"
)

func attachment(r *pack.Record, rules *rules, add func(store.Sidecar)) (outcome string) {
	if !rules.attachments || r.Of.IsZero() {
		if !rules.attachments {
			add(store.Sidecar{Drop: &store.DropRow{Source: store.DroppedByFilter, Reason: reasonAttachmentsOff, Category: "attachment", Quantity: 1}})
		}
		return sidecarDropped
	}
	add(store.Sidecar{Attachment: &store.AttachmentRow{
		ID: r.ID, EventID: r.Of, Day: r.Day, Data: r.Raw,
		Name: event.Cut(jsonx.CleanText(r.Name), event.MaxText), Type: event.Cut(jsonx.CleanText(r.Type), event.MaxText),
	}})
	return sidecarWritten
}

func feedback(r *pack.Record, add func(store.Sidecar)) (outcome string, err error) {
	f, err := sentry.ReadFeedback(r.Raw)
	if err != nil {
		return "", err
	}
	about := r.Of
	if about.IsZero() && f.EventID != "" {
		about = event.ClientID(r.Project, f.EventID)
	}
	add(store.Sidecar{Feedback: &store.FeedbackRow{ID: r.ID, EventID: about, Day: r.Day, Name: f.Name, Email: f.Email, Message: f.Message, URL: f.URL}})
	return sidecarWritten, nil
}

// session counts sessions for the hour in which they began by the client's clock, where that may be.
func (w *Worker) session(r *pack.Record, add func(store.Sidecar)) (outcome string, err error) {
	sessions, err := sentry.Sessions(r.Raw)
	if err != nil {
		return "", err
	}
	outcome = sidecarDropped
	for i := range sessions {
		s := &sessions[i]
		if s.Release == "" {
			if s.Began > 0 {
				add(store.Sidecar{Drop: &store.DropRow{Source: store.DroppedByFilter, Reason: reasonNoRelease, Category: "session", Quantity: int64(s.Began)}})
			}
			continue
		}
		started := s.Started
		day, elsewhere := event.Partition(started, r.Received)
		if elsewhere {
			started = r.Received
		}
		if !w.hasPartition(day) {
			outcome = sidecarExpired
			continue
		}
		var id event.ID
		if s.ID != "" {
			id = event.ClientID(r.Project, s.ID)
		}
		add(store.Sidecar{Session: &store.SessionRow{
			ID: id, Day: day, Started: started, Release: s.Release, Environment: s.Environment,
			Began: s.Began, Errored: s.Errored, Crashed: s.Crashed,
		}})
		outcome = sidecarWritten
	}
	return outcome, nil
}

// report counts what a client says it did not send, or an edge that it refused.
func report(r *pack.Record, add func(store.Sidecar)) (outcome string, err error) {
	discarded, err := sentry.ClientReport(r.Raw)
	if err != nil {
		return "", err
	}
	for _, d := range discarded {
		drop := store.DropRow{Source: store.DroppedByClient, Reason: sentry.KnownReason(d.Reason), Category: d.Category, Quantity: int64(d.Quantity)}
		if r.Kind == pack.EdgeReport {
			drop.Source, drop.Reason = store.DroppedByEdge, code(d.Reason)
		}
		add(store.Sidecar{Drop: &drop})
	}
	return sidecarWritten, nil
}

// maxCode bounds the codes of refusals.
const maxCode = 40

// code returns a refusal's code where it looks like one. The list is the edge's own, and no client can put a word
// on it.
func code(s string) string {
	if s == "" || len(s) > maxCode {
		return sentry.Other
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && c != '_' {
			return sentry.Other
		}
	}
	return s
}
