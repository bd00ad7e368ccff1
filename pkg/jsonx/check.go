// Package jsonx checks and walks JSON that strangers sent. It exists because the edge must know that a
// text is valid and shallow before it keeps it, and the worker must read fields whose type nobody
// guarantees, both in one pass and without reflection. It promises never to panic and never to allocate
// more than what it returns.
package jsonx

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// MaxDepth is how deeply objects and arrays may nest. Real events stay under 12; 64 leaves room for
// people's own data and keeps the recursion of Check and Reader small.
const MaxDepth = 64

// A SyntaxError says where a text stops being JSON and why. It holds nothing of the text itself, so it
// may be shown to the client.
type SyntaxError struct {
	Offset int // bytes from the start of the text
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d", e.Reason, e.Offset)
}

// Check returns nil when text is exactly one JSON value (RFC 8259) no deeper than MaxDepth, with white
// space around it. Invalid UTF-8 inside strings is let through: it is cleaned when read.
func Check(text []byte) error {
	end, err := Next(text)
	if err != nil {
		return err
	}
	s := scanner{b: text, i: end}
	s.space()
	if s.i < len(text) {
		return &SyntaxError{s.i, "unexpected data after the value"}
	}
	return nil
}

// Next checks the one value at the start of text and returns where it ends, so that a sequence of values
// (NDJSON, the elements of an array) can be cut. The error is a *SyntaxError.
func Next(text []byte) (end int, err error) {
	s := scanner{b: text}
	s.space()
	s.value(0)
	if s.err != nil {
		return 0, s.err
	}
	return s.i, nil
}

type scanner struct {
	b   []byte
	i   int
	odd bool // a string just read holds escapes or bytes over 0x7f
	err *SyntaxError
}

func (s *scanner) fail(reason string) {
	if s.err == nil {
		s.err = &SyntaxError{s.i, reason}
	}
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

func (s *scanner) value(depth int) {
	if s.i >= len(s.b) {
		s.fail("unexpected end of JSON")
		return
	}
	switch c := s.b[s.i]; {
	case c == '{':
		s.object(depth + 1)
	case c == '[':
		s.array(depth + 1)
	case c == '"':
		s.str()
	case c == '-' || isDigit(c):
		s.number()
	case c == 't':
		s.word("true")
	case c == 'f':
		s.word("false")
	case c == 'n':
		s.word("null")
	default:
		s.fail("unexpected character where a value should start")
	}
}

func (s *scanner) object(depth int) {
	if depth > MaxDepth {
		s.fail(fmt.Sprintf("nested deeper than %d", MaxDepth))
		return
	}
	s.i++
	s.space()
	if s.eat('}') {
		return
	}
	for s.err == nil {
		if s.i >= len(s.b) || s.b[s.i] != '"' {
			s.fail("expected a key in quotes")
			return
		}
		s.str()
		s.space()
		if !s.eat(':') {
			s.fail("expected ':' after a key")
			return
		}
		s.space()
		s.value(depth)
		s.space()
		if s.eat('}') {
			return
		}
		if !s.eat(',') {
			s.fail("expected ',' or '}' in an object")
			return
		}
		s.space()
	}
}

func (s *scanner) array(depth int) {
	if depth > MaxDepth {
		s.fail(fmt.Sprintf("nested deeper than %d", MaxDepth))
		return
	}
	s.i++
	s.space()
	if s.eat(']') {
		return
	}
	for s.err == nil {
		s.value(depth)
		s.space()
		if s.eat(']') {
			return
		}
		if !s.eat(',') {
			s.fail("expected ',' or ']' in an array")
			return
		}
		s.space()
	}
}

func (s *scanner) eat(c byte) bool {
	if s.err == nil && s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *scanner) word(w string) {
	if len(s.b)-s.i < len(w) || string(s.b[s.i:s.i+len(w)]) != w {
		s.fail("unknown word")
		return
	}
	s.i += len(w)
}

// plain marks the bytes that stand for themselves inside a string: all but quote, backslash and controls.
var plain = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return t
}()

// str reads a string. It looks at eight bytes at a time, since strings are most of every event.
func (s *scanner) str() {
	i := s.i + 1
	b := s.b
	s.odd = false
	for i < len(b) {
		if i+8 <= len(b) {
			word := binary.LittleEndian.Uint64(b[i:])
			found := special(word)
			if found == 0 {
				s.odd = s.odd || word&highBits != 0
				i += 8
				continue
			}
			before := bits.TrailingZeros64(found) &^ 7 // the bits of the bytes before the first special one
			s.odd = s.odd || word&highBits&(1<<before-1) != 0
			i += before / 8
		}
		switch c := b[i]; {
		case plain[c]:
			s.odd = s.odd || c >= utf8.RuneSelf
			i++
		case c == '"':
			s.i = i + 1
			return
		case c == '\\':
			n := EscapeLen(b[i:])
			if n == 0 {
				s.i = i
				s.fail("bad escape in a string")
				return
			}
			s.odd = true
			i += n
		default:
			s.i = i
			s.fail("control character in a string")
			return
		}
	}
	s.i = len(b)
	s.fail("string without an end")
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// special sets the high bit of the first of the eight bytes of word that is a quote, a backslash or a
// control character (the classic test for a zero byte, and for one less than 0x20); bits after it may be
// set without reason. It is 0 when there is none.
func special(word uint64) uint64 {
	quote, backslash := word^(lowBits*'"'), word^(lowBits*'\\')
	found := (quote-lowBits)&^quote | (backslash-lowBits)&^backslash | (word-lowBits*0x20)&^word
	return found & highBits
}

// EscapeLen returns the length of the escape sequence at the start of b, 0 when it is not one.
func EscapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 || !isHex(b[2]) || !isHex(b[3]) || !isHex(b[4]) || !isHex(b[5]) {
			return 0
		}
		return 6
	}
	return 0
}

func (s *scanner) number() {
	s.eat('-')
	switch {
	case s.eat('0'):
	case s.digits():
	default:
		s.fail("bad number")
		return
	}
	if s.eat('.') && !s.digits() {
		s.fail("bad number")
		return
	}
	if s.eat('e') || s.eat('E') {
		if !s.eat('+') {
			s.eat('-')
		}
		if !s.digits() {
			s.fail("bad number")
		}
	}
}

func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && isDigit(s.b[s.i]) {
		s.i++
	}
	return s.i > start
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
