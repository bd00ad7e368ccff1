package event

import (
	"crypto/rand"
	"crypto/sha1" // UUIDv5 is defined on SHA-1 (RFC 9562 §5.5); nothing is kept secret by it
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strconv"
	"time"
)

// An ID names an event, an issue, a pack or a fingerprint: a UUID, shown as 32 lower-case hex digits
// without dashes as Sentry's SDKs do.
type ID [16]byte

// ErrID is returned by ParseID.
var ErrID = errors.New("not an id of 32 hex digits")

// ParseID reads 32 hex digits, in any case, with dashes anywhere or none.
func ParseID(s string) (ID, error) {
	var digits [32]byte
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '-' {
			continue
		}
		if n == len(digits) {
			return ID{}, ErrID
		}
		digits[n] = s[i]
		n++
	}
	var id ID
	if n != len(digits) {
		return ID{}, ErrID
	}
	if _, err := hex.Decode(id[:], digits[:]); err != nil {
		return ID{}, ErrID
	}
	return id, nil
}

// NewID returns a UUIDv7 (RFC 9562 §5.7) for now: ids made later sort later.
func NewID(now time.Time) ID {
	var id ID
	if _, err := rand.Read(id[:]); err != nil {
		panic(err) // crypto/rand never fails on the systems we run on
	}
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli())) // the clock is past 1970
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// idSpace is the namespace of NamedID: that of URLs (RFC 9562 §6.6), names being project/name.
var idSpace = ID{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}

// NamedID returns the UUIDv5 of a name inside a project: the same name gives the same id for ever.
func NamedID(project int64, name string) ID {
	h := sha1.New() // see the import
	h.Write(idSpace[:])
	h.Write(strconv.AppendInt(nil, project, 10))
	h.Write([]byte{'/'})
	h.Write([]byte(name))
	var id ID
	copy(id[:], h.Sum(nil))
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

// ClientID turns the event id a client sent into an ID: a UUID is kept, anything else is hashed into one,
// so that a client that repeats its own kind of id is still counted once. The nil UUID, which means none
// (RFC 9562 §5.9), stays the zero ID: the caller makes one.
func ClientID(project int64, sent string) ID {
	if id, err := ParseID(sent); err == nil {
		return id
	}
	return NamedID(project, sent)
}

// IsZero reports whether the id is missing.
func (id ID) IsZero() bool { return id == ID{} }

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText makes ids readable in JSON.
func (id ID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// UnmarshalText is ParseID.
func (id *ID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseID(string(text))
	return err
}
