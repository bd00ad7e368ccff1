package event

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
)

// UserHash names a visitor of a project, told by User.Key, in 64 bits; nil for nobody. The numbers are stored.
func UserHash(project int64, key string) *int64 {
	if key == "" {
		return nil
	}
	sum := sha256.Sum256(append(strconv.AppendInt(nil, project, 10), "/"+key...))
	hash := int64(binary.BigEndian.Uint64(sum[:8])) // any 64 bits will do
	return &hash
}

// UserHashes are the hashes of everybody whom somebody may mean by one text: an id, an e-mail, a name or an address.
func UserHashes(project int64, text string) []int64 {
	var all []int64
	text = Cut(text, MaxText)
	for _, u := range []User{{ID: text}, {Email: text}, {Username: text}, {IPAddress: text}} {
		if hash := UserHash(project, u.Key()); hash != nil {
			all = append(all, *hash)
		}
	}
	return all
}
