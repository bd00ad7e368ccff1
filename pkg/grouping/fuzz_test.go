package grouping_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/grouping"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/protocol"
)

// hold checks what is promised of every event: the same answer each time, an explanation of that very
// answer, and one of bounded size.
func hold(t *testing.T, e *event.Event, rules []project.Rule) {
	t.Helper()
	of := grouping.Of(e, rules)
	if again := grouping.Of(e, rules); again != of {
		t.Errorf("%s, and then %s", of, again)
	}
	why := grouping.Explain(e, rules)
	if why.Fingerprint != of {
		t.Errorf("Of says %s, Explain %s", of, why.Fingerprint)
	}
	if why.Strategy == "" || why.Why == "" {
		t.Error("no reason")
	}
	if why.Rule == 0 && why.Strategy != grouping.StrategyClient && why.Default != nil {
		t.Error("a default without a wish")
	}
	const limit = 1 << 20 // 200 texts of 300 characters, twice, in JSON
	if text, err := json.Marshal(why); err != nil || len(text) > limit {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if earlier := grouping.Earlier(e); len(earlier) != grouping.Version-1 || earlier[0] == of {
		t.Errorf("earlier: %v", earlier)
	}
	if title := grouping.Title(e); title == "" || strings.ContainsAny(title, "\r\n") {
		t.Errorf("title %q", title)
	}
	_, _ = grouping.Culprit(e), grouping.Hint(e)
}

// TestExplanationsAreOfTheFingerprint holds Explain to Of on every event of the labelled set.
func TestExplanationsAreOfTheFingerprint(t *testing.T) {
	t.Parallel()
	rules := []project.Rule{{Function: "*total*", Fingerprint: []string{"{{ default }}", "{{ type }}"}}, {Message: "order*", File: "*", Fingerprint: []string{"orders"}}}
	for _, l := range labelledSet(t) {
		hold(t, l.event, nil)
		hold(t, l.event, rules)
	}
}

func FuzzGrouping(f *testing.F) {
	for _, m := range members(f) {
		switch {
		case m.Sentry != nil:
			f.Add("sentry", []byte(m.Sentry), "*Error", "*/app*")
		case m.Native != nil:
			f.Add("native", []byte(m.Native), "T*r", "*")
		case m.Report != nil:
			f.Add("report", []byte(m.Report), "", "*")
		}
	}
	f.Fuzz(func(t *testing.T, proto string, raw []byte, typ, file string) {
		e, err := protocol.Normalise(&pack.Record{Protocol: proto, Project: 1, Raw: raw})
		if err != nil {
			return
		}
		hold(t, e, nil)
		hold(t, e, []project.Rule{{Type: typ, File: file, Fingerprint: []string{"{{ default }}", typ}}})
	})
}

// FuzzTexts groups events whose texts no reader has cleaned or cut.
func FuzzTexts(f *testing.F) {
	for _, l := range labelledSet(f) {
		e := l.event
		function, file, mechanism := "", "", ""
		if x := e.Thrown(); x != nil {
			if len(x.Frames) > 0 {
				function, file = x.Frames[0].Function, x.Frames[0].Filename
			}
			if x.Mechanism != nil {
				mechanism = x.Mechanism.Type
			}
		}
		f.Add(e.Type, e.Message, function, file, mechanism, e.URL, byte(3))
	}
	f.Fuzz(func(t *testing.T, typ, value, function, file, mechanism, url string, n byte) {
		frame := event.Frame{Function: function, Filename: file, Line: int(n)}
		frames := []event.Frame{frame, {Function: typ, Filename: value}, frame, {Function: url, Module: value}, frame, frame}
		m := &event.Mechanism{Type: mechanism, Synthetic: n&1 != 0, IsGroup: n&2 != 0}
		e := &event.Event{
			Type: typ, Message: value, URL: url, Transaction: function, Fingerprint: []string{"{{ default }}", mechanism},
			Exceptions: []event.Exception{{Type: value, Value: typ, Frames: frames}, {Type: typ, Value: value, Frames: frames[:n%7], Mechanism: m}},
			Tags:       event.NewTags([]event.Tag{{Key: "directive", Value: value}, {Key: "blocked", Value: url}}),
		}
		if n&4 != 0 {
			e.Protocol = event.Report
		}
		if n&8 != 0 {
			e.Exceptions, e.Frames = nil, frames
		}
		hold(t, e, nil)
		e.Fingerprint = nil
		hold(t, e, []project.Rule{{Message: function, Function: typ, Fingerprint: []string{url}}})
	})
}

// TestHostileTextsCostWhatTheyAre groups texts that a search going back over them would not finish.
func TestHostileTextsCostWhatTheyAre(t *testing.T) {
	t.Parallel()
	const n = 1 << 16
	for _, piece := range []string{"a", "1", "{", "[", "[{\"", "'", "\"", "“", ":r", "a-", "a.", "a@", "1.", "1 ", "Uncaught ", "Error: ", "Mon ", "(", "\n", "\u00a0", "%", "/", "a/"} {
		text := strings.Repeat(piece, n/len(piece))
		e := &event.Event{Type: text, Message: text, URL: text, Transaction: text, Exceptions: []event.Exception{
			{Type: text, Value: text, Frames: []event.Frame{{Function: text, Filename: text}, {Function: text, Filename: "https://a.test/" + text + ".js"}}},
			{Value: text},
		}}
		hold(t, e, []project.Rule{{Message: "*x" + text, Fingerprint: []string{text}}, {Message: strings.Repeat("*a", 500) + "*", Fingerprint: []string{"{{ default }}"}}})
		hold(t, &event.Event{Message: text}, nil)
	}
}
