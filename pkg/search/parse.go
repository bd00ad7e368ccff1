package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parse reads a query. The error is an *Error.
func Parse(text string) (Query, error) {
	if len(text) > MaxBytes {
		return Query{}, &Error{MaxBytes, len(text) - MaxBytes, "it is too long: want at most 1024 bytes"}
	}
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return Query{}, &Error{i, 1, "want UTF-8"}
		}
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return Query{}, &Error{i, 1, "want no control characters"}
		}
	}
	p := parser{text: text}
	var q Query
	for {
		p.space()
		if p.at == len(text) {
			return q, nil
		}
		start := p.at
		if len(q.Terms) == MaxTerms {
			return Query{}, &Error{start, len(text) - start, "it has too many terms: want at most 30"}
		}
		t, err := p.term()
		if err != nil {
			return Query{}, err
		}
		t.At = start
		q.Terms = append(q.Terms, t)
	}
}

type parser struct {
	text string
	at   int
}

func (p *parser) space() {
	for p.at < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.at:])
		if !unicode.IsSpace(r) {
			return
		}
		p.at += n
	}
}

// ended tells whether a term can end here.
func (p *parser) ended() bool {
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return p.at == len(p.text) || unicode.IsSpace(r)
}

func (p *parser) eat(token string) bool {
	if !strings.HasPrefix(p.text[p.at:], token) {
		return false
	}
	p.at += len(token)
	return true
}

func (p *parser) term() (t Term, err error) {
	if p.eat("-") {
		if p.ended() {
			return Term{Field: Text, Op: Equal, Value: "-"}, nil // between words, as titles have it
		}
		t.Not = true
	}
	name := p.name()
	about := lookUp(name)
	switch {
	case name == "" || about == nil && p.pasted(name):
		return p.words(t)
	case about == nil:
		problem := "there is no field of that name"
		if near := nearest(name); near != "" {
			problem += "; did you mean " + string(near) + "?"
		}
		return t, &Error{p.at, len(name), problem + "; a tag is tag:name=value, and a word with a colon stands in quotes"}
	}
	start := p.at
	p.at += len(name) + 1
	if p.ended() {
		return t, &Error{start, p.at - start, "want a value behind the colon, without a space"}
	}
	t.Field = about.Field
	return t, p.valueOf(&t, about)
}

// name returns the name before a colon here, "" when there is none.
func (p *parser) name() string {
	for i, c := range []byte(p.text[p.at:]) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || i > 0 && (c == '-' || c == '_')
		if c == ':' {
			return p.text[p.at : p.at+i]
		}
		if !letter {
			break
		}
	}
	return ""
}

// pasted tells whether what looks like a field of that name is a title ("TypeError: x") or a URL.
func (p *parser) pasted(name string) bool {
	behind := parser{p.text, p.at + len(name) + 1}
	return behind.ended() || behind.eat("//")
}

// words reads a term without a field.
func (p *parser) words(t Term) (Term, error) {
	v, err := p.value()
	if err != nil {
		return t, err
	}
	t.Field, t.Op, t.Value = Text, Equal, v.literal
	switch {
	case v.literal == "" || strings.Trim(v.pattern, "*") == "":
		return t, v.wrong("want a word")
	case v.quoted:
		t.Op = Exact
	case v.star:
		t.Op, t.Value = Match, v.pattern
	}
	return t, nil
}

// A value is what stands behind a colon, or alone.
type value struct {
	at, end int    // in the text
	literal string // each character as itself
	pattern string // with \ before characters that mean themselves
	quoted  bool
	star    bool // the pattern has a star that stands for any text
}

func (v value) wrong(problem string) *Error {
	return &Error{v.at, max(v.end-v.at, 1), problem}
}

func (v *value) add(r rune) {
	v.literal += string(r)
	if r == '*' || r == '\\' {
		v.pattern += `\`
	}
	v.pattern += string(r)
}

// value reads what stands in quotes here, or else until white space.
func (p *parser) value() (v value, err error) {
	v.at = p.at
	v.quoted = p.eat(`"`)
	for {
		r, n := utf8.DecodeRuneInString(p.text[p.at:])
		switch {
		case n == 0 && v.quoted:
			return v, &Error{v.at, len(p.text) - v.at, `the quote does not end; a quote within is \"`}
		case !v.quoted && p.ended():
			v.end = p.at
			return v, nil
		case r == '"':
			p.at++
			v.end = p.at
			if !v.quoted || !p.ended() {
				return v, &Error{v.end - 1, 1, `want quotes around all of a value; a quote within is \"`}
			}
			return v, nil
		case r == '\\':
			if r, n = utf8.DecodeRuneInString(p.text[p.at+1:]); n == 0 {
				return v, &Error{p.at, 1, `want a character behind the backslash; a backslash is \\`}
			}
			p.at++
			v.add(r)
		case r == '*' && !v.quoted:
			v.literal, v.pattern, v.star = v.literal+"*", v.pattern+"*", true
		default:
			v.add(r)
		}
		p.at += n
	}
}
