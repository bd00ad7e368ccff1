package scrub

import "bytes"

func (d *document) space() {
	for d.i < len(d.b) {
		switch d.b[d.i] {
		case ' ', '\t', '\n', '\r':
			d.i++
		default:
			return
		}
	}
}

func (d *document) eat(c byte) bool {
	if d.i < len(d.b) && d.b[d.i] == c {
		d.i++
		return true
	}
	return false
}

func (d *document) startsWith(s string) bool {
	return len(d.b)-d.i >= len(s) && string(d.b[d.i:d.i+len(s)]) == s
}

func (d *document) word(w string) {
	if !d.startsWith(w) {
		d.bad = true
		return
	}
	d.i += len(w)
}

// number moves behind a number and returns how many digits it has, 0 where it is not a whole one.
func (d *document) number() (digits int) {
	d.eat('-')
	start := d.i
	for d.i < len(d.b) && isDigit(d.b[d.i]) {
		d.i++
	}
	digits = d.i - start
	if digits == 0 || digits > 1 && d.b[start] == '0' {
		d.bad = true
		return 0
	}
	if d.eat('.') {
		digits = 0
		d.digits()
	}
	if d.eat('e') || d.eat('E') {
		digits = 0
		if !d.eat('+') {
			d.eat('-')
		}
		d.digits()
	}
	return digits
}

func (d *document) digits() {
	start := d.i
	for d.i < len(d.b) && isDigit(d.b[d.i]) {
		d.i++
	}
	d.bad = d.bad || d.i == start
}

// skip moves behind the next value without a look at it. It stops wherever a text of valid JSON would, and sets
// bad where it runs out of text: the walk itself finds what else is wrong.
func (d *document) skip() {
	depth := 0
	for d.i < len(d.b) {
		switch d.b[d.i] {
		case '"':
			d.skipString()
		case '{', '[':
			depth++
			d.i++
			continue
		case '}', ']':
			depth--
			d.i++
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return
			}
			d.i++
			continue
		default:
			for d.i < len(d.b) && class[d.b[d.i]] == inWord || d.i < len(d.b) && (d.b[d.i] == '.' || d.b[d.i] == '+') {
				d.i++
			}
			if depth == 0 {
				return
			}
			if d.i < len(d.b) && bytes.IndexByte([]byte("\"{}[],: \t\r\n"), d.b[d.i]) < 0 {
				d.bad = true
				return
			}
		}
		if depth <= 0 {
			return
		}
	}
	d.bad = true
}

func (d *document) skipString() {
	for d.i++; d.i < len(d.b); {
		i := bytes.IndexByte(d.b[d.i:], '"')
		if i < 0 {
			break
		}
		end := d.i + i
		before := end
		for before > d.i && d.b[before-1] == '\\' {
			before--
		}
		d.i = end + 1
		if (end-before)%2 == 0 {
			return
		}
	}
	d.bad, d.i = true, len(d.b)
}
