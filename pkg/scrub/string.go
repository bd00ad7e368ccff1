package scrub

import (
	"bytes"

	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// Classes of bytes. What is not inWord ends a word, what is above plainByte is looked at.
const (
	inWord uint8 = iota
	plainByte
	sign       // = % may stand beside a secret
	at         // @ may where a URL is
	colon      // : does where a word before it says so
	angle      // > does so too
	apostrophe // ' does where a call names what it sets
	backslash  // \
	quote      // "
	control    // none may stand in a string
)

var class = func() (t [256]uint8) {
	for c := range t {
		switch {
		case isLetter(byte(c)) || isDigit(byte(c)) || c == '_' || c == '-':
			t[c] = inWord
		case c < 0x20:
			t[c] = control
		default:
			t[c] = plainByte
		}
	}
	t['='], t['%'], t['@'] = sign, sign, at
	t[':'], t['>'], t['\''], t['\\'], t['"'] = colon, angle, apostrophe, backslash, quote
	return t
}()

// What str has seen in a string.
const (
	suspect uint8 = 1 << iota // something that may be a secret
	coded                     // \u or \/, behind which a letter may hide
	quoted                    // \", as JSON in a string has it
	located                   // :/, as URLs have it
)

// str moves behind the string at d.i and tells what is to be looked at more closely: in nearly all strings of an
// event, nothing. One pass over every byte of every event: this loop is what scrubbing costs.
func (d *document) str() (seen uint8) {
	b, i := d.b, d.i+1
	word := i
	for {
		for i < len(b) && class[b[i]] == inWord {
			i++
		}
		if i >= len(b) {
			d.bad, d.i = true, len(b)
			return 0
		}
		if n := i - word; n >= minLongWord || n >= 2 && notable[b[word]] {
			if suspectWord(b, word, i) {
				seen |= suspect
			}
		}
		switch class[b[i]] {
		case quote:
			d.i = i + 1
			return seen
		case sign:
			seen |= suspect
		case at:
			if seen&located != 0 {
				seen |= suspect
			}
		case colon:
			if i+1 < len(b) && b[i+1] == '/' {
				seen |= located
			} else if i > word+1 && (mayBeSecret(b[word:i], false) || completes(b[word:i])) || i == word && closesName(b[i-1]) {
				seen |= suspect
			}
		case angle:
			if i > word+1 && (mayBeSecret(b[word:i], false) || completes(b[word:i]) || b[i-1] == '-') {
				seen |= suspect
			}
		case apostrophe:
			if i > word+1 && (mayBeSecret(b[word:i], false) || completes(b[word:i])) || i == word && b[i-1] == ']' {
				seen |= suspect
			}
		case backslash:
			n := jsonx.EscapeLen(b[i:])
			if n == 0 {
				d.bad, d.i = true, len(b)
				return 0
			}
			switch b[i+1] {
			case 'u', '/':
				seen |= coded | suspect
			case '"':
				seen |= quoted | suspect
			}
			i += n - 1
		case control:
			d.bad, d.i = true, len(b)
			return 0
		}
		i++
		word = i
	}
}

// closesName tells of characters that may stand between a name and the colon.
func closesName(c byte) bool { return c == '\'' || c == '`' || c == ' ' || c == ']' || c == ';' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func hexOf(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c&0xf + 9
}

// quiet tells that a text outside JSON holds nothing that may be a secret.
func quiet(s string) bool {
	var held [512]byte
	b := append(held[:0], s...)
	for i, word := 0, 0; i <= len(b); i++ {
		if i < len(b) && class[b[i]] == inWord {
			continue
		}
		if n := i - word; n >= minLongWord || n >= 2 && notable[b[word]] {
			if suspectWord(b, word, i) {
				return false
			}
		}
		if i < len(b) {
			switch class[b[i]] {
			case sign, backslash, at, quote:
				return false
			case apostrophe:
				if i > word+1 && (mayBeSecret(b[word:i], false) || completes(b[word:i])) || i > 0 && i == word && b[i-1] == ']' {
					return false
				}
			case colon, angle:
				if i > word+1 && (mayBeSecret(b[word:i], false) || completes(b[word:i])) || i > 0 && i == word && closesName(b[i-1]) {
					return false
				}
			}
		}
		word = i + 1
	}
	return true
}

// key moves behind the name of a member and returns it, unescaped; small says that it is of small letters alone. A
// secret inside the name itself is taken out.
func (d *document) key() (name []byte, small bool) {
	b, i := d.b, d.i+1
	if d.i >= len(b) || b[d.i] != '"' {
		d.bad = true
		return nil, false
	}
	all := byte(0xff)
	for i < len(b) && class[b[i]] == inWord {
		all &= b[i]
		i++
	}
	start := d.i + 1
	if i < len(b) && b[i] == '"' && i-start < minLongWord-1 {
		d.i = i + 1
		return b[start:i], all&0x60 == 0x60
	}
	from := d.i
	seen := d.str()
	if d.bad {
		return nil, false
	}
	name = bytesOf(b[from:d.i])
	if seen&suspect != 0 || d.personal() {
		d.look(from, seen, false)
	}
	return name, false
}

// leaf walks a string that is a value.
func (d *document) leaf(m mode) {
	from := d.i
	seen := d.str()
	if d.bad {
		return
	}
	body := d.b[from+1 : d.i-1]
	switch {
	case m == secret:
		if len(body) > 0 && string(body) != Filtered {
			d.replace(from+1, d.i-1, []byte(Filtered))
		}
	case seen&suspect != 0 || d.personal():
		d.look(from, seen, m == visitor)
	}
}

// look scrubs the string whose opening quote is at from; d.i stands behind it.
func (d *document) look(from int, seen uint8, visitors bool) {
	body := d.b[from+1 : d.i-1]
	if len(body) == 0 {
		return
	}
	if seen&quoted != 0 && (body[0] == '{' || body[0] == '[') && d.nested < maxNested {
		inner := []byte(jsonx.NewReader(d.b[from:d.i]).Str())
		e := document{job: d.job, edits: edits{b: inner}, nested: d.nested + 1}
		if e.run() {
			if e.changed() {
				d.replace(from, d.i, jsonx.AppendString(nil, string(e.result())))
			}
			return
		}
	}
	text := body
	if seen&coded != 0 {
		text = decode(body)
	}
	h := jsonText
	if visitors {
		h |= visitorText
	}
	if clean := d.text(text, h); !same(clean, text) && !bytes.Equal(clean, body) {
		d.replace(from+1, d.i-1, clean)
	}
}

// same tells whether two slices are one.
func same(a, b []byte) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

// decode returns the inside of a JSON string with the escapes of plain characters decoded: what is left of escapes
// stands for what can't be written otherwise, and the text still means the same.
func decode(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); {
		if body[i] != '\\' {
			out = append(out, body[i])
			i++
			continue
		}
		n := jsonx.EscapeLen(body[i:])
		switch {
		case n == 6 && body[i+2] == '0' && body[i+3] == '0':
			switch c := hexOf(body[i+4])<<4 | hexOf(body[i+5]); {
			case c == '"' || c == '\\':
				out = append(out, '\\', c)
			case c >= 0x20 && c < 0x7f:
				out = append(out, c)
			case c == '\n':
				out = append(out, '\\', 'n')
			case c == '\r':
				out = append(out, '\\', 'r')
			case c == '\t':
				out = append(out, '\\', 't')
			default:
				out = append(out, body[i:i+6]...)
			}
		case n == 2 && body[i+1] == '/':
			out = append(out, '/')
		default:
			n = max(n, 1)
			out = append(out, body[i:i+n]...)
		}
		i += n
	}
	return out
}
