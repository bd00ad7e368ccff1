package query

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/web"
)

// A mask says which members of an object are shown, and which of theirs: the syntax of mittens' X-Fields,
// "id,user{id,email}", with or without braces around all of it; "*" stands for all others. nil shows
// everything.
type mask map[string]mask

// Bounds of a mask: more than any object of ours has, and far from what costs anything.
const (
	maxMask      = 1 << 10 // bytes
	maxMaskDepth = 8
)

// parseMask reads a mask; "" is the one that shows everything.
func parseMask(text string) (mask, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil //nolint:nilnil // a nil mask is a good one
	}
	p := maskParser{rest: text}
	braces := p.eat('{')
	m := p.members(1)
	if braces && !p.eat('}') {
		p.bad = true
	}
	if p.bad || p.rest != "" || len(text) > maxMask {
		return nil, web.WrongParam("fields", "names, with those of inner objects in braces: id,user{id}")
	}
	return m, nil
}

type maskParser struct {
	rest string
	bad  bool
}

func (p *maskParser) eat(c byte) bool {
	p.rest = strings.TrimLeft(p.rest, " ")
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = strings.TrimLeft(p.rest[1:], " ")
	return true
}

func (p *maskParser) members(depth int) mask {
	m := mask{}
	for !p.bad {
		name := p.name()
		var inner mask
		if p.eat('{') {
			if depth == maxMaskDepth {
				p.bad = true
				break
			}
			inner = p.members(depth + 1)
			p.bad = p.bad || !p.eat('}')
		}
		p.bad = p.bad || name == ""
		m[name] = inner
		if !p.eat(',') {
			break
		}
	}
	return m
}

// name takes a name off the rest, "" when there is none.
func (p *maskParser) name() string {
	end := strings.IndexAny(p.rest, "{}, ")
	if end < 0 {
		end = len(p.rest)
	}
	name := p.rest[:end]
	p.rest = p.rest[end:]
	return name
}

// apply returns the JSON text body with only what m shows, in body's order; of an array, of each element.
// body is ours and good.
func (m mask) apply(body []byte) []byte {
	if m == nil {
		return body
	}
	return m.trim(make([]byte, 0, len(body)/2), jsonx.NewReader(body))
}

func (m mask) trim(dst []byte, r *jsonx.Reader) []byte {
	switch r.Kind() {
	case jsonx.Array:
		dst = append(dst, '[')
		for i := range r.Elements() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = m.trim(dst, r)
		}
		return append(dst, ']')
	case jsonx.Object:
		return m.members(dst, r)
	default:
		return append(dst, r.Raw()...)
	}
}

func (m mask) members(dst []byte, r *jsonx.Reader) []byte {
	_, all := m["*"]
	dst = append(dst, '{')
	first := true
	for key := range r.Fields() {
		inner, named := m[string(key)]
		if !named && !all {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(jsonx.AppendString(dst, string(key)), ':')
		if inner == nil {
			dst = append(dst, r.Raw()...)
		} else {
			dst = inner.trim(dst, r)
		}
	}
	return append(dst, '}')
}
