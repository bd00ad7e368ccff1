package sentry

import (
	"fmt"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// A Feedback is what a visitor wrote.
type Feedback struct {
	EventID string // of the error it is about, as sent; "" when it is about none
	Name    string
	Email   string
	Message string // never empty
	URL     string // page it was written on; "" when unknown
}

// ReadFeedback reads either form: a user report {event_id, name, email, comments}, as older SDKs and the form of an
// error page send it, or a feedback event, which holds contexts.feedback. The error is event.ErrInvalid, wrapped: it
// is no JSON object, or nothing is written in it.
func ReadFeedback(payload []byte) (Feedback, error) {
	r, err := object(payload)
	if err != nil {
		return Feedback{}, fmt.Errorf("read feedback: %w", err)
	}
	var report, sent Feedback
	var page string
	for key := range r.Fields() {
		switch string(key) {
		case "event_id":
			report.EventID = scalar(r)
		case "name":
			report.Name = scalar(r)
		case "email":
			report.Email = scalar(r)
		case "comments":
			report.Message = scalar(r)
		case "contexts":
			for key := range r.Fields() {
				if string(key) == "feedback" {
					sent = feedbackContext(r)
				}
			}
		case "request":
			for key := range r.Fields() {
				if string(key) == "url" {
					page = r.Str()
				}
			}
		}
	}
	f := report
	if sent.Message != "" {
		f = sent // event_id of a feedback event is its own
	}
	if f.Message == "" {
		return Feedback{}, fmt.Errorf("read feedback: %w: nothing is written in it", event.ErrInvalid)
	}
	if f.URL == "" {
		f.URL = page
	}
	f.EventID, f.Name, f.Email = event.Cut(f.EventID, event.MaxText), event.Cut(f.Name, event.MaxText), event.Cut(f.Email, event.MaxText)
	f.Message, f.URL = event.Cut(f.Message, event.MaxMessage), event.Cut(f.URL, event.MaxURL)
	return f, nil
}

func feedbackContext(r *jsonx.Reader) (f Feedback) {
	for key := range r.Fields() {
		switch string(key) {
		case "associated_event_id":
			f.EventID = scalar(r)
		case "name":
			f.Name = scalar(r)
		case "contact_email":
			f.Email = scalar(r)
		case "message":
			f.Message = scalar(r)
		case "url":
			f.URL = r.Str()
		}
	}
	return f
}
