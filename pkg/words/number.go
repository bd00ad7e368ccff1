package words

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
)

// Number is how a word of a project is kept with each issue: 60 bits of a hash, and the kind in the lowest four. It is
// stored, and word_number in the schema makes the same: never change it.
func Number(project int64, w Word) int64 {
	b := make([]byte, 0, 256)
	b = append(strconv.AppendInt(b, project, 10), ' ')
	sum := sha256.Sum256(append(b, w.Text...))
	return int64(binary.BigEndian.Uint64(sum[:])&^15 | uint64(w.Kind)) // any 64 bits will do; kinds are small
}
