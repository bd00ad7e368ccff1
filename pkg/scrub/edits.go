package scrub

// edits are the pieces of a text that were replaced, in the order of the text. While there are none nothing is
// copied.
type edits struct {
	b    []byte // the text
	out  []byte
	done int // b[:done] is in out
}

// replace puts with in the place of b[from:to]; from is not before the end of the last one.
func (e *edits) replace(from, to int, with []byte) {
	if e.out == nil {
		e.out = make([]byte, 0, len(e.b)+64)
	}
	e.out = append(e.out, e.b[e.done:from]...)
	e.out = append(e.out, with...)
	e.done = to
}

func (e *edits) changed() bool { return e.out != nil }

// result returns the text with its edits, the same slice where there are none.
func (e *edits) result() []byte {
	if e.out == nil {
		return e.b
	}
	return append(e.out, e.b[e.done:]...)
}
