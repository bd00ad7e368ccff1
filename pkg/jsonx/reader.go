package jsonx

import (
	"iter"
	"strconv"
)

// Kind is the type of the value a Reader stands on.
type Kind byte

// The kinds of JSON values; None is the end of the text.
const (
	None Kind = iota
	Object
	Array
	String
	Number
	Bool
	Null
)

// A Reader walks a text that Check has accepted, in one pass: each method but Kind reads the value it
// stands on and moves behind it. A value of another type than the one asked for reads as that type's
// zero, so that a stranger's surprise is a missing field and not an error. On a text that Check would
// refuse a Reader stops early; it never panics. Not for concurrent use.
type Reader struct {
	b []byte
	i int
}

// NewReader returns a Reader at the start of a checked text.
func NewReader(checked []byte) *Reader {
	r := &Reader{b: checked}
	r.space()
	return r
}

// Kind tells the type of the next value.
func (r *Reader) Kind() Kind {
	if r.i >= len(r.b) {
		return None
	}
	switch c := r.b[r.i]; c {
	case '{':
		return Object
	case '[':
		return Array
	case '"':
		return String
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	default:
		if c == '-' || isDigit(c) {
			return Number
		}
		return None
	}
}

// Fields iterates the members of an object: it yields each key, unescaped and cleaned, valid until the
// next round, and the body reads the value by any method of r or leaves it to be skipped. Anything but an
// object is skipped whole. After a break the rest of the object is skipped.
func (r *Reader) Fields() iter.Seq[[]byte] {
	return func(yield func(key []byte) bool) {
		if r.Kind() != Object {
			r.Skip()
			return
		}
		r.i++
		r.space()
		going := true
		for r.i < len(r.b) && r.b[r.i] == '"' {
			key, odd := r.rawString()
			r.space()
			if !r.eat(':') {
				break
			}
			r.space()
			start := r.i
			if going {
				if odd {
					key = []byte(unescape(key))
				}
				going = yield(key)
			}
			if r.i == start {
				r.Skip()
			}
			r.space()
			if !r.eat(',') {
				break
			}
			r.space()
		}
		if !r.eat('}') {
			r.i = len(r.b)
		}
		r.space()
	}
}

// Elements iterates an array: the body reads each element or leaves it to be skipped; the number yielded
// is its index. Anything but an array is skipped whole.
func (r *Reader) Elements() iter.Seq[int] {
	return func(yield func(int) bool) {
		if r.Kind() != Array {
			r.Skip()
			return
		}
		r.i++
		r.space()
		going := true
		for n := 0; r.i < len(r.b) && r.b[r.i] != ']'; n++ {
			start := r.i
			if going {
				going = yield(n)
			}
			if r.i == start {
				r.Skip()
			}
			r.space()
			if !r.eat(',') {
				break
			}
			r.space()
		}
		if !r.eat(']') {
			r.i = len(r.b)
		}
		r.space()
	}
}

// Skip moves behind the next value.
func (r *Reader) Skip() { r.Raw() }

// Raw returns the next value as it stands in the text, nil at the end. It shares memory with the text.
func (r *Reader) Raw() []byte {
	start := r.i
	s := scanner{b: r.b, i: r.i}
	s.value(0)
	if s.err != nil {
		r.i = len(r.b)
		return nil
	}
	r.i = s.i
	r.space()
	return r.b[start:s.i:s.i]
}

// Text returns the next value as a person would read it: a string unescaped and cleaned (NUL, lone
// surrogates and bad UTF-8 become U+FFFD), a number or boolean as written, null as "", an object or
// array as its cleaned JSON.
func (r *Reader) Text() string {
	switch r.Kind() {
	case String:
		raw, odd := r.rawString()
		r.space()
		if odd {
			return unescape(raw)
		}
		return string(raw)
	case Null, None:
		r.Skip()
		return ""
	case Object, Array:
		return string(Clean(r.Raw()))
	default:
		return string(r.Raw())
	}
}

// Str is Text for strings alone: any other type is skipped and reads as "".
func (r *Reader) Str() string {
	if r.Kind() != String {
		r.Skip()
		return ""
	}
	return r.Text()
}

// Float returns the next value as a number; a string that holds a number counts as one.
func (r *Reader) Float() (float64, bool) {
	if k := r.Kind(); k != Number && k != String {
		r.Skip()
		return 0, false
	}
	f, err := strconv.ParseFloat(r.Text(), 64)
	return f, err == nil
}

// Int returns the next value as a whole number, fractions cut off, 0 where it is none or does not fit
// 32 bits (line and column numbers, counts).
func (r *Reader) Int() int {
	if r.Kind() == Number {
		raw := r.Raw()
		if n, ok := small(raw); ok {
			return n
		}
		f, err := strconv.ParseFloat(string(raw), 64)
		return whole(f, err == nil)
	}
	return whole(r.Float())
}

// small reads up to 9 digits without a sign, as nearly all numbers of frames are.
func small(raw []byte) (n int, ok bool) {
	if len(raw) == 0 || len(raw) > 9 {
		return 0, false
	}
	for _, c := range raw {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func whole(f float64, ok bool) int {
	if !ok || f != f || f > 1<<31-1 || f < -(1<<31) {
		return 0
	}
	return int(f)
}

// Bool returns the next value as a boolean, and whether it was one.
func (r *Reader) Bool() (value, ok bool) {
	if r.Kind() != Bool {
		r.Skip()
		return false, false
	}
	return r.Raw()[0] == 't', true
}

func (r *Reader) space() {
	for r.i < len(r.b) {
		switch r.b[r.i] {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return
		}
	}
}

func (r *Reader) eat(c byte) bool {
	if r.i < len(r.b) && r.b[r.i] == c {
		r.i++
		return true
	}
	return false
}

// rawString returns what stands between the quotes of the string at r.i, escapes untouched; odd tells that
// it holds some, or bytes over 0x7f, and so may need cleaning.
func (r *Reader) rawString() (raw []byte, odd bool) {
	start := r.i + 1
	s := scanner{b: r.b, i: r.i}
	s.str()
	r.i = s.i
	if s.err != nil {
		r.i = len(r.b)
		return nil, false
	}
	return r.b[start : s.i-1 : s.i-1], s.odd
}
