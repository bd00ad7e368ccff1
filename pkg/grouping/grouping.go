// Package grouping decides which events are the same error, and can say why. It is pure: the same event has
// the same fingerprint on every machine and for ever, as long as Version stands. It knows no source maps.
package grouping

import (
	"slices"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
)

// Version is part of every fingerprint: a change of the rules below that moves events is a new one, and the
// rules of the old one move to a file of their own (v1.go), for Earlier.
const Version = 2

// Of returns the fingerprint of e inside its project, by the first of these that applies: a rule of the
// project; the client's own wish; what Trivet knows of errors that come in many guises (a chunk that did not
// load, a policy that was broken …); types and frames of the chain of exceptions; type and message.
func Of(e *event.Event, rules []project.Rule) event.ID {
	const usual = 512 // bytes of parts; a longer list is a second allocation
	w := walk{buf: make([]byte, 0, usual)}
	return w.fingerprint(e, rules)
}

// Earlier returns the fingerprints that earlier versions would have given e, newest first: an issue they made
// is the issue of e's fingerprint of today.
func Earlier(e *event.Event) []event.ID { return []event.ID{v1(e)} }

func (w *walk) fingerprint(e *event.Event, rules []project.Rule) event.ID {
	wish := w.rule(e, rules)
	if wish == nil && !meansDefault(e.Fingerprint) {
		wish = e.Fingerprint
		w.chose(StrategyClient)
	}
	if wish == nil {
		return w.ours(e)
	}
	var ours event.ID
	if slices.ContainsFunc(wish, isDefault) {
		ours = w.nested(e)
	}
	// A rule's wish and a client's are one namespace: who moves a wish from code to a rule keeps the issue.
	w.start(e.ProjectID, 'w')
	for _, s := range wish {
		if isDefault(s) {
			w.buf = append(w.buf, byte(partDefault))
			w.buf = append(append(w.buf, ours[:]...), end)
			w.told(partDefault, ours.String(), s)
			continue
		}
		w.part(partFingerprint, variable(e, s), s)
	}
	return w.sum()
}

// nested returns the fingerprint that e has without a wish, and puts its explanation inside the outer one.
func (w *walk) nested(e *event.Event) event.ID {
	if w.why == nil {
		return w.ours(e)
	}
	outer := w.why
	inner := &Explanation{Version: Version}
	w.why = inner
	inner.Fingerprint = w.ours(e)
	inner.finish()
	w.why, outer.Default = outer, inner
	return inner.Fingerprint
}

// ours returns the fingerprint of e without any wish.
func (w *walk) ours(e *event.Event) event.ID {
	w.start(e.ProjectID, 'd')
	if !w.known(e) {
		w.chain(e)
	}
	return w.sum()
}
