package query

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/trivetlabs/trivet/pkg/event"
)

// maxParam bounds a parameter's value: the longest is a page's URL.
const maxParam = event.MaxURL

// params reads a query string. What is wrong first is kept and told by done, so that handlers can read all
// parameters one after the other. An empty value is the same as none.
type params struct {
	values url.Values
	err    error
	known  map[string]bool
}

func readParams(raw string) (*params, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, refused(errParameter, "the query string is not URL-encoded")
	}
	return &params{values: values, known: map[string]bool{}}, nil
}

func (p *params) wrong(name, want string) {
	if p.err == nil {
		p.err = wrongParam(name, want)
	}
}

// text returns a parameter, "" when it is absent.
func (p *params) text(name string) string {
	p.known[name] = true
	all := p.values[name]
	switch {
	case len(all) == 0:
		return ""
	case len(all) > 1:
		p.wrong(name, "it once")
	case len(all[0]) > maxParam:
		p.wrong(name, "at most "+strconv.Itoa(maxParam)+" bytes")
	case !utf8.ValidString(all[0]) || strings.ContainsRune(all[0], 0):
		p.wrong(name, "UTF-8 without NUL")
	}
	return all[0]
}

// time reads RFC 3339 or a day, which begins at midnight UTC.
func (p *params) time(name string) time.Time {
	s := p.text(name)
	if s == "" {
		return time.Time{}
	}
	if day, err := event.ParseDay(s); err == nil {
		return day.Time()
	}
	t := event.ParseTime(s)
	if t.IsZero() {
		p.wrong(name, "a time like 2006-01-02T15:04:05Z or a day like 2006-01-02")
	}
	return t
}

// day reads the partition that a thing lies in, nil when it is not told.
func (p *params) day() *event.Day {
	s := p.text("day")
	if s == "" {
		return nil
	}
	day, err := event.ParseDay(s)
	if err != nil {
		p.wrong("day", "a day like 2006-01-02")
	}
	return &day
}

func (p *params) level(name string) event.Level {
	s := p.text(name)
	if s == "" {
		return 0
	}
	level, ok := event.ParseLevel(s)
	if !ok {
		p.wrong(name, "debug, info, warning, error or fatal")
	}
	return level
}

func (p *params) protocol(name string) event.Protocol {
	s := p.text(name)
	protocol := event.ParseProtocol(s)
	if s != "" && protocol == 0 {
		names := make([]string, 0, len(event.Protocols()))
		for _, known := range event.Protocols() {
			names = append(names, known.String())
		}
		p.wrong(name, strings.Join(names, " or "))
	}
	return protocol
}

func (p *params) bool(name string) *bool {
	switch p.text(name) {
	case "":
		return nil
	case "true":
		yes := true
		return &yes
	case "false":
		no := false
		return &no
	}
	p.wrong(name, "true or false")
	return nil
}

func (p *params) id(name string) event.ID {
	s := p.text(name)
	if s == "" {
		return event.ID{}
	}
	id, err := event.ParseID(s)
	if err != nil || id.IsZero() {
		p.wrong(name, "an id of 32 hex digits")
	}
	return id
}

// limit reads how many rows a page holds, 0 when it is absent.
func (p *params) limit() int {
	s := p.text("limit")
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		p.wrong("limit", "a number from 1")
	}
	return n
}

// done returns what was wrong first, also a parameter nobody asked for: a misspelt filter that is ignored
// shows too much, and looks like an answer.
func (p *params) done() error {
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		if !p.known[name] && p.err == nil {
			p.err = &refusedError{kind: errParameter, detail: "there is no parameter " + shown(name), fields: map[string]string{shown(name): "unknown"}}
		}
	}
	return p.err
}

// shown is a parameter's name as it may stand in an answer and a header.
func shown(name string) string {
	odd := strings.ContainsFunc(name, func(r rune) bool { return (r|0x20 < 'a' || r|0x20 > 'z') && r != '_' })
	if odd || name == "" || len(name) > 32 {
		return "of that name"
	}
	return name
}
