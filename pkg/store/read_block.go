package store

import (
	"fmt"

	"github.com/trivetlabs/trivet/pkg/pack"
)

// A span is where a record lies in its inflated block, in bytes.
type span struct{ start, length int }

// record cuts one record out of a compressed block, nil when there is no block.
func (s *Store) record(data []byte, at span) (*pack.Record, error) {
	if data == nil {
		return nil, nil //nolint:nilnil // an erased block is no error: the row still tells what lists show
	}
	block, err := s.codec.Inflate(nil, data)
	if err != nil {
		return nil, fmt.Errorf("inflate block: %w", err)
	}
	return cut(block, at)
}

// cut reads the record at a span of an inflated block. It shares no memory with the block, which may be
// a hundred times as large.
func cut(block []byte, at span) (*pack.Record, error) {
	if at.start < 0 || at.length <= 0 || at.start > len(block)-at.length {
		return nil, fmt.Errorf("cut record: %w: span outside the block", pack.ErrCorrupt)
	}
	r, rest, err := pack.Parse(append([]byte(nil), block[at.start:at.start+at.length]...))
	if err != nil {
		return nil, fmt.Errorf("cut record: %w", err)
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("cut record: %w: span holds more than one", pack.ErrCorrupt)
	}
	return &r, nil
}
