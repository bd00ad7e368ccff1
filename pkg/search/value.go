package search

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

// valueOf reads what stands behind a field's colon. The error is an *Error.
func (p *parser) valueOf(t *Term, about *About) error {
	start := p.at
	t.Op = Equal
	for _, op := range []Op{AtLeast, AtMost, Greater, Less} { // the longer first
		if p.eat(string(op)) {
			t.Op = op
			break
		}
	}
	if t.Op != Equal && !about.form.compares() {
		return &Error{start, len(t.Op), string(t.Field) + " can't be compared; a value that begins so stands in quotes"}
	}
	v, err := p.value()
	if err != nil {
		return err
	}
	if v.literal == "" {
		return v.wrong("want a value")
	}
	if problem := t.set(v, about); problem != "" {
		return v.wrong(problem)
	}
	return nil
}

// set puts a value in, in the form in which it is written again, or says what is wrong with it.
func (t *Term) set(v value, about *About) (problem string) {
	t.Value = v.literal
	if v.star {
		t.Op, t.Value = Match, v.pattern
		switch about.form {
		case texts, names, pair:
		case people:
			if strings.Trim(v.pattern, "*") != "" {
				return "a user is found by all of it; * alone stands for anybody"
			}
			t.Value = "*"
		default:
			return about.want() + ", without a star"
		}
	}
	switch about.form {
	case names:
		if !v.star {
			t.Value = spelt(v.literal)
		}
	case choices, levels:
		t.Value = strings.ToLower(v.literal)
		if about.form == levels {
			if level, ok := event.ParseLevel(v.literal); ok {
				t.Value = level.String()
			}
		}
		if !slices.Contains(about.Values, t.Value) {
			return about.want()
		}
	case numbers:
		n, err := strconv.ParseInt(v.literal, 10, 64)
		if err != nil || n < 0 {
			return about.want()
		}
		t.Value = strconv.FormatInt(n, 10)
	case moments:
		return t.setMoment(v.literal)
	case member:
		t.Value = strings.ToLower(v.literal)
		if !slices.Contains(about.Values, t.Value) && !strings.Contains(t.Value, "@") {
			return about.want()
		}
	case pair:
		return t.setTag(v)
	}
	return ""
}

// want says what values a field has.
func (a *About) want() string {
	switch a.form {
	case numbers:
		return "want a number from 0"
	case moments:
		return "want a day like 2006-01-02, a time like 2006-01-02T15:04:05Z, or an age like <2d or >36h"
	case member:
		return "want me, none or an e-mail"
	}
	return "want " + strings.Join(a.Values[:len(a.Values)-1], ", ") + " or " + a.Values[len(a.Values)-1]
}

// setTag parts name and value at the first equals sign.
func (t *Term) setTag(v value) (problem string) {
	name, rest, found := strings.Cut(v.pattern, "=")
	if name == "" || found && rest == "" || unescaped(name) {
		return "want name=value, or a name alone for any value; * only in the value"
	}
	t.Key = unescape(name)
	switch {
	case !found:
		t.Op, t.Value = Match, "*"
	case unescaped(rest):
		t.Op, t.Value = Match, rest
	default:
		t.Op, t.Value = Equal, unescape(rest)
	}
	return ""
}

// unescaped tells whether a pattern has a star that stands for any text.
func unescaped(pattern string) bool {
	for piece := range Pieces(pattern) {
		if piece == "" {
			return true
		}
	}
	return false
}

func unescape(pattern string) string { return strings.Join(slices.Collect(Pieces(pattern)), "") }

// Pieces takes a pattern apart: texts that stand for themselves, and "" for each star.
func Pieces(pattern string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		text := ""
		for i := 0; i < len(pattern); i++ {
			switch {
			case pattern[i] == '*':
				if text != "" && !yield(text) || !yield("") {
					return
				}
				text = ""
				continue
			case pattern[i] == '\\' && i+1 < len(pattern):
				i++
			}
			text += pattern[i : i+1]
		}
		if text != "" {
			yield(text)
		}
	}
}

const maxAge = 10 * 365 * 24 * time.Hour

var units = map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// age reads how long ago something was: 90m, 36h, 2d or 1w; 0 for anything else.
func age(text string) time.Duration {
	unit := units[text[len(text)-1]|0x20]
	n, err := strconv.Atoi(text[:len(text)-1])
	if err != nil || n < 1 || unit == 0 || n > int(maxAge/unit) {
		return 0
	}
	return time.Duration(n) * unit
}

func (t *Term) setMoment(text string) (problem string) {
	if age(text) > 0 {
		if t.Op == Equal {
			return "want < or > before an age: <2d is within the last two days, >2d longer ago"
		}
		n, _ := strconv.Atoi(text[:len(text)-1]) // age has read it
		t.Value = strconv.Itoa(n) + strings.ToLower(text[len(text)-1:])
		return ""
	}
	if _, err := event.ParseDay(text); err == nil {
		return ""
	}
	at, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text))
	if err != nil || at.Year() < 1970 || at.Year() > 8999 {
		return fieldOf[FirstSeen].want()
	}
	t.Value = at.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
	return ""
}

// Between returns the half-open span of time that a term of FirstSeen or LastSeen asks for; the zero time is no bound.
func (t Term) Between(now time.Time) (from, to time.Time) {
	if ago := age(t.Value); ago > 0 {
		if t.Op == Less || t.Op == AtMost {
			return now.Add(-ago), time.Time{}
		}
		return time.Time{}, now.Add(-ago)
	}
	var start, end time.Time
	if day, err := event.ParseDay(t.Value); err == nil {
		start, end = day.Time(), (day + 1).Time()
	} else {
		start, _ = time.Parse(time.RFC3339Nano, t.Value) // Parse wrote it
		end = start.Add(time.Microsecond)
	}
	switch t.Op {
	case Greater:
		return end, time.Time{}
	case AtLeast:
		return start, time.Time{}
	case Less:
		return time.Time{}, start
	case AtMost:
		return time.Time{}, end
	}
	return start, end
}

// Number is the value of a term of Events or Users.
func (t Term) Number() int64 {
	n, _ := strconv.ParseInt(t.Value, 10, 64) // Parse wrote it
	return n
}
