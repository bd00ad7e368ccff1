package grouping_test

import (
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/grouping"
)

// BenchmarkOf groups the events of the captures, by the rules of today and by those of version 1.
func BenchmarkOf(b *testing.B) {
	var events []*event.Event
	for _, l := range labelledSet(b) {
		if l.captured {
			events = append(events, l.event)
		}
	}
	b.Run("v2", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			grouping.Of(events[i%len(events)], nil)
		}
	})
	b.Run("v1", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			grouping.Earlier(events[i%len(events)])
		}
	})
}
