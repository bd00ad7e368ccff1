package web

import (
	"io"
	"maps"
	"net/http"
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

// Params reads a query string. What is wrong first is kept and told by done, so that handlers can read all
// parameters one after the other. An empty value is the same as none.
type Params struct {
	values url.Values
	err    error
	known  map[string]bool
}

// ReadParams reads a query string without its question mark.
func ReadParams(raw string) (*Params, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, Refused(ErrParameter, "the query string is not URL-encoded")
	}
	return &Params{values: values, known: map[string]bool{}}, nil
}

// maxForm bounds the body of a form: the longest is a project's settings.
const maxForm = 64 << 10

// ReadForm reads the body of an application/x-www-form-urlencoded form, at most 64 KiB of it.
func ReadForm(r *http.Request) (*Params, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	switch {
	case err != nil:
		return nil, ErrBody
	case len(body) > maxForm:
		return nil, ErrTooLarge
	}
	return ReadParams(string(body))
}

// All returns all values of a parameter that may come several times, at most 1,000.
func (p *Params) All(name string) []string {
	p.known[name] = true
	all := p.values[name]
	if len(all) > maxValues {
		p.Wrong(name, "it at most "+strconv.Itoa(maxValues)+" times")
		return nil
	}
	for _, value := range all {
		if len(value) > maxParam || !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
			p.Wrong(name, "UTF-8 without NUL of at most "+strconv.Itoa(maxParam)+" bytes")
			return nil
		}
	}
	return all
}

const maxValues = 1000

// Wrong refuses a parameter, unless another was refused before.
func (p *Params) Wrong(name, want string) {
	if p.err == nil {
		p.err = WrongParam(name, want)
	}
}

// Text returns a parameter, "" when it is absent.
func (p *Params) Text(name string) string {
	p.known[name] = true
	all := p.values[name]
	switch {
	case len(all) == 0:
		return ""
	case len(all) > 1:
		p.Wrong(name, "it once")
	case len(all[0]) > maxParam:
		p.Wrong(name, "at most "+strconv.Itoa(maxParam)+" bytes")
	case !utf8.ValidString(all[0]) || strings.ContainsRune(all[0], 0):
		p.Wrong(name, "UTF-8 without NUL")
	}
	return all[0]
}

// Time reads RFC 3339 or a day, which begins at midnight UTC.
func (p *Params) Time(name string) time.Time {
	s := p.Text(name)
	if s == "" {
		return time.Time{}
	}
	if day, err := event.ParseDay(s); err == nil {
		return day.Time()
	}
	t := event.ParseTime(s)
	if t.IsZero() {
		p.Wrong(name, "a time like 2006-01-02T15:04:05Z or a day like 2006-01-02")
	}
	return t
}

// Day reads the partition that a thing lies in, nil when it is not told.
func (p *Params) Day() *event.Day {
	s := p.Text("day")
	if s == "" {
		return nil
	}
	day, err := event.ParseDay(s)
	if err != nil {
		p.Wrong("day", "a day like 2006-01-02")
	}
	return &day
}

// Level reads a level, 0 when it is absent.
func (p *Params) Level(name string) event.Level {
	s := p.Text(name)
	if s == "" {
		return 0
	}
	level, ok := event.ParseLevel(s)
	if !ok {
		p.Wrong(name, "debug, info, warning, error or fatal")
	}
	return level
}

// Protocol reads a protocol, 0 when it is absent.
func (p *Params) Protocol(name string) event.Protocol {
	s := p.Text(name)
	protocol := event.ParseProtocol(s)
	if s != "" && protocol == 0 {
		names := make([]string, 0, len(event.Protocols()))
		for _, known := range event.Protocols() {
			names = append(names, known.String())
		}
		p.Wrong(name, strings.Join(names, " or "))
	}
	return protocol
}

// Bool reads true or false, nil when it is absent.
func (p *Params) Bool(name string) *bool {
	switch p.Text(name) {
	case "":
		return nil
	case "true":
		yes := true
		return &yes
	case "false":
		no := false
		return &no
	}
	p.Wrong(name, "true or false")
	return nil
}

// ID reads an id of 32 hex digits, the zero one when it is absent.
func (p *Params) ID(name string) event.ID {
	s := p.Text(name)
	if s == "" {
		return event.ID{}
	}
	id, err := event.ParseID(s)
	if err != nil || id.IsZero() {
		p.Wrong(name, "an id of 32 hex digits")
	}
	return id
}

// Limit reads how many rows a page holds, 0 when it is absent.
func (p *Params) Limit() int {
	s := p.Text("limit")
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		p.Wrong("limit", "a number from 1")
	}
	return n
}

// Done returns what was wrong first, also a parameter nobody asked for: a misspelt filter that is ignored
// shows too much, and looks like an answer.
func (p *Params) Done() error {
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		if !p.known[name] && p.err == nil {
			p.err = &RefusedError{Kind: ErrParameter, Detail: "there is no parameter " + shown(name), Fields: map[string]string{shown(name): "unknown"}}
		}
	}
	return p.err
}

// Known returns the names of all parameters that were asked for, sorted: what a request may hold.
func (p *Params) Known() []string { return slices.Sorted(maps.Keys(p.known)) }

// shown is a parameter's name as it may stand in an answer and a header.
func shown(name string) string {
	odd := strings.ContainsFunc(name, func(r rune) bool { return (r|0x20 < 'a' || r|0x20 > 'z') && r != '_' })
	if odd || name == "" || len(name) > 32 {
		return "of that name"
	}
	return name
}
