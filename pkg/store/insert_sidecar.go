package store

import (
	_ "embed"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/insert_attachments.sql
var insertAttachmentsSQL string

// queueAttachments inserts the files that are not there yet.
func queueAttachments(queue *pgx.Batch, b *Batch) {
	var ids, events [][16]byte
	var projects []int64
	var times []time.Time
	var days []int32
	var names, types []string
	var data [][]byte
	for i := range b.Sidecars {
		a := &b.Sidecars[i]
		if a.Attachment == nil {
			continue
		}
		f := a.Attachment
		ids, events, projects, times = append(ids, f.ID), append(events, f.EventID), append(projects, a.Project), append(times, a.Received)
		days, names, types = append(days, int32(f.Day)), append(names, f.Name), append(types, f.Type)
		if f.Data == nil {
			f.Data = []byte{} // an empty file, not a missing one
		}
		data = append(data, f.Data)
	}
	if len(ids) > 0 {
		queue.Queue(insertAttachmentsSQL, ids, projects, events, times, days, names, types, data)
	}
}

//go:embed sql/insert_feedback.sql
var insertFeedbackSQL string

// queueFeedback inserts what visitors wrote and is not there yet.
func queueFeedback(queue *pgx.Batch, b *Batch) {
	var ids [][16]byte
	var events []*event.ID
	var projects []int64
	var times []time.Time
	var days []int32
	var names, emails, messages, urls []string
	for i := range b.Sidecars {
		a := &b.Sidecars[i]
		if a.Feedback == nil {
			continue
		}
		f := a.Feedback
		var about *event.ID
		if !f.EventID.IsZero() {
			about = &f.EventID
		}
		ids, events, projects, times = append(ids, f.ID), append(events, about), append(projects, a.Project), append(times, a.Received)
		days, names, emails = append(days, int32(f.Day)), append(names, f.Name), append(emails, f.Email)
		messages, urls = append(messages, f.Message), append(urls, f.URL)
	}
	if len(ids) > 0 {
		queue.Queue(insertFeedbackSQL, ids, projects, events, times, days, names, emails, messages, urls)
	}
}
