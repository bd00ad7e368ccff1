package store

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/trivetlabs/trivet/pkg/event"
)

// SaltDays is how many days a salt is kept: the replay window (72 h) and slack.
const SaltDays = 5

// Salt returns the secret of a day, 32 random bytes, the same to every worker; the first who asks makes it. The error
// is ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Salt(ctx context.Context, day event.Day) (salt []byte, err error) {
	const insert = `insert into trivet.salts (day, salt) values (date '1970-01-01' + $1::integer, $2) on conflict do nothing`
	const read = `select salt from trivet.salts where day = date '1970-01-01' + $1::integer`
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return nil, fmt.Errorf("make salt: %w", err)
	}
	if _, err := s.db.Exec(ctx, insert, int32(day), fresh); err != nil {
		return nil, fmt.Errorf("make salt: %w", explain(err))
	}
	if err := s.db.QueryRow(ctx, read, int32(day)).Scan(&salt); err != nil {
		return nil, fmt.Errorf("read salt: %w", explain(err))
	}
	return salt, nil
}
