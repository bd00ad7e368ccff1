package pages

import (
	"net/url"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/web"
)

// A place is a page with everything that was chosen on it: what links to the same page with something else begin from.
// Its values are kept by name alone, so a form's or a page's number never travels on.
type place struct {
	path   string
	values url.Values
}

// here is this page with those of its parameters that have a name of names.
func here(r *Request, names ...string) place {
	p := place{r.HTTP.Request().URL.Path, url.Values{}}
	for _, name := range names {
		if value := r.Params.Text(name); value != "" {
			p.values.Set(name, value)
		}
	}
	return p
}

// With is the URL of the page with other values: names and values in turn, an empty one takes the parameter away.
func (p place) With(pairs ...string) string {
	values := url.Values{}
	for name, value := range p.values {
		values[name] = value
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if values.Del(pairs[i]); pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	if len(values) == 0 {
		return p.path
	}
	return p.path + "?" + values.Encode()
}

// URL is the page as it is.
func (p place) URL() string { return p.With() }

// Query is what stands behind the question mark.
func (p place) Query() string { return p.values.Encode() }

// Get is one of the values.
func (p place) Get(name string) string { return p.values.Get(name) }

// Fields are the values but those of names, for forms that keep them.
func (p place) Fields(except ...string) map[string]string {
	fields := map[string]string{}
	for name := range p.values {
		if !strings.Contains(" "+strings.Join(except, " ")+" ", " "+name+" ") {
			fields[name] = p.values.Get(name)
		}
	}
	return fields
}

// A span is the time that a page is about.
type span struct {
	From, To time.Time // zero: open
	Links    []link
	Custom   bool // chosen by from and to
}

// choice is a length of time that a page offers, back from now.
type choice struct {
	name, label string
	length      time.Duration // 0: all time
}

const day = 24 * time.Hour

// readSpan reads from and to, or range, which is one of the choices; the first is what an empty one means.
func readSpan(p *web.Params, at place, choices []choice) span {
	var s span
	chosen := p.Text("range")
	s.From, s.To = p.Time("from"), p.Time("to")
	s.Custom = !s.From.IsZero() || !s.To.IsZero()
	known := chosen == ""
	for i, c := range choices {
		current := !s.Custom && (c.name == chosen || chosen == "" && i == 0)
		if current && c.length > 0 {
			s.From = time.Now().UTC().Add(-c.length)
		}
		known = known || c.name == chosen
		name := c.name
		if i == 0 {
			name = ""
		}
		s.Links = append(s.Links, link{Name: c.label, URL: at.With("range", name, "from", "", "to", ""), Current: current})
	}
	if !known {
		p.Wrong("range", "one that the page offers")
	}
	return s
}
