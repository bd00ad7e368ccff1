package words

// kindBits of a word's number are its kind: the lowest ones.
const kindBits = 4

// Number is how a word of a project is kept with each issue: a hash of the three, of which the lowest four bits are the
// kind. It is stored: never change it. Who chooses words so that two have one number finds too much in a project of theirs.
func Number(project int64, w Word) int64 {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a of 64 bits
	h := uint64(offset)
	for range 8 {
		h = (h ^ uint64(byte(project))) * prime // byte by byte
		project >>= 8
	}
	h = (h ^ uint64(w.Kind)) * prime // kinds are small
	for i := range len(w.Text) {
		h = (h ^ uint64(w.Text[i])) * prime
	}
	h ^= h >> 32                               // the low bits are given away
	return int64(h<<kindBits | uint64(w.Kind)) // any 64 bits will do
}
