package event

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/jsonx"
)

func TestIDsOfClients(t *testing.T) {
	t.Parallel()
	const hex = "0123456789abcdef0123456789abcdef"
	for _, tc := range []struct {
		name, in, want string
	}{
		{"32 hex digits", hex, hex},
		{"upper case", strings.ToUpper(hex), hex},
		{"with dashes", "01234567-89ab-cdef-0123-456789abcdef", hex},
		{"something else is hashed", "order-17", NamedID(1, "order-17").String()},
		{"the nil UUID stays none", "00000000-0000-0000-0000-000000000000", ID{}.String()},
		{"too long is hashed", hex + "0", NamedID(1, hex+"0").String()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := ClientID(1, tc.in).String(); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
	if NamedID(1, "a") == NamedID(2, "a") {
		t.Error("two projects share a named id")
	}
}

func TestNewIDsSortByTime(t *testing.T) {
	t.Parallel()
	now := time.Now()
	if a, b := NewID(now), NewID(now.Add(time.Millisecond)); a.String() >= b.String() || a[6]>>4 != 7 || a[8]>>6 != 2 {
		t.Errorf("%s, %s", a, b)
	}
}

func TestPartitionFollowsTheClientInsideTheClamp(t *testing.T) {
	t.Parallel()
	received := time.Date(2026, 11, 21, 0, 0, 30, 0, time.UTC)
	for _, tc := range []struct {
		name     string
		client   time.Time
		want     string
		fallback bool
	}{
		{"a minute ago, yesterday", received.Add(-time.Minute), "2026-11-20", false},
		{"now", received, "2026-11-21", false},
		{"a little in the future", received.Add(MaxFuture), "2026-11-21", false},
		{"too far in the future", received.Add(MaxFuture + time.Second), "2026-11-21", true},
		{"as old as allowed", received.Add(-MaxPast), "2026-11-14", false},
		{"too old", received.Add(-MaxPast - time.Second), "2026-11-21", true},
		{"no time", time.Time{}, "2026-11-21", true},
		{"1970", time.Unix(0, 0), "2026-11-21", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if day, fallback := Partition(tc.client, received); day.String() != tc.want || fallback != tc.fallback {
				t.Errorf("got %s, %v", day, fallback)
			}
		})
	}
}

func TestReadTimeTakesWhatClientsWrite(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in, want string
	}{
		{"seconds with a fraction", `1795280259.451`, "2026-11-21T16:57:39.451Z"},
		{"milliseconds", `1795280259451`, "2026-11-21T16:57:39.451Z"},
		{"seconds as text", `"1795280259"`, "2026-11-21T16:57:39Z"},
		{"RFC 3339", `"2026-11-21T17:16:37.758344392Z"`, "2026-11-21T17:16:37.758344392Z"},
		{"with an offset", `"2026-11-21T18:16:37+01:00"`, "2026-11-21T17:16:37Z"},
		{"without a zone", `"2026-11-21T17:16:37.5"`, "2026-11-21T17:16:37.5Z"},
		{"nonsense", `"yesterday"`, "0001-01-01T00:00:00Z"},
		{"an object", `{"t":1}`, "0001-01-01T00:00:00Z"},
		{"negative", `-1`, "0001-01-01T00:00:00Z"},
		{"beyond the calendar", `1e300`, "0001-01-01T00:00:00Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := ReadTime(jsonx.NewReader([]byte(tc.in))).Format(time.RFC3339Nano); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestDaysBeforeTheEpoch(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1969-12-31", "1970-01-01", "2000-02-29", "2026-11-21"} {
		d, err := ParseDay(s)
		if err != nil || d.String() != s || DayOf(d.Time().Add(24*time.Hour-time.Second)) != d {
			t.Errorf("%s: %v, %v", s, d, err)
		}
	}
	if _, err := ParseDay("today"); err == nil {
		t.Error("today is no date")
	}
}

func TestLevelsByAnyName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Level{"ERROR": Error, "warn": Warning, "log": Info, "critical": Fatal, "debug": Debug, "fatal": Fatal} {
		if got, ok := ParseLevel(in); !ok || got != want {
			t.Errorf("%s: %s, %v", in, got, ok)
		}
	}
	if _, ok := ParseLevel("terrible"); ok {
		t.Error("an unknown level was taken")
	}
}

func TestTagsAreSortedAndUnique(t *testing.T) {
	t.Parallel()
	tags := NewTags([]Tag{{"b", "1"}, {"a", "old"}, {"", "x"}, {"a", "new\n"}})
	if diff := cmp.Diff(Tags{{"a", "new\n"}, {"b", "1"}}, tags); diff != "" {
		t.Error(diff)
	}
	if b, err := json.Marshal(tags); err != nil || string(b) != `{"a":"new\n","b":"1"}` {
		t.Errorf("%s, %v", b, err)
	}
	if tags.Value("b") != "1" || tags.Value("c") != "" {
		t.Error("values")
	}
}

func TestLimitCutsAndNeverSplitsACharacter(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 10_000)
	e := &Event{Message: long, Tags: make(Tags, 10_000), Exceptions: []Exception{{Value: long, Frames: make([]Frame, 1000)}}, Extra: json.RawMessage(`"` + strings.Repeat("x", MaxJSON) + `"`)}
	for i := range e.Exceptions[0].Frames {
		e.Exceptions[0].Frames[i].Line = i
	}
	e.Limit()
	if n := utf8.RuneCountInString(e.Message); n != MaxMessage || !utf8.ValidString(e.Message) {
		t.Errorf("message of %d characters", n)
	}
	frames := e.Exceptions[0].Frames
	if len(frames) != MaxFrames || frames[0].Line != 0 || frames[len(frames)-1].Line != 999 {
		t.Errorf("%d frames, first %d, last %d: want the outermost and the innermost", len(frames), frames[0].Line, frames[len(frames)-1].Line)
	}
	if len(e.Tags) != MaxTags || len(e.Extra) > 100 || e.Level != Error || e.Platform != "other" {
		t.Errorf("%d tags, %d bytes of extra, level %s, platform %s", len(e.Tags), len(e.Extra), e.Level, e.Platform)
	}
}

func TestUsersAreToldApartByTheBestTheyHave(t *testing.T) {
	t.Parallel()
	for want, u := range map[string]*User{
		"": nil, "id:1": {ID: "1", Email: "a@b"}, "email:a@b": {Email: "a@b", Username: "a"}, "username:a": {Username: "a", IPAddress: "::1"}, "ip:::1": {IPAddress: "::1"},
	} {
		if got := u.Key(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
