package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/project"
)

// settingsOverlap is how much of the time before is asked for again: a transaction that commits late has an earlier
// settings_at than others that were seen.
const settingsOverlap = time.Minute

// SettingsSince returns the settings of projects that were changed since a time that an earlier call returned, and
// the time to ask from next. From the zero time on it returns all that are not as shipped. Some come again. The error
// is ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) SettingsSince(ctx context.Context, since time.Time) (changed map[int64]project.Settings, next time.Time, err error) {
	const statement = `select project_id, settings from trivet.projects
		where case when $1::timestamptz is null then settings <> '{}' else settings_at >= $1 end`
	var from *time.Time
	if !since.IsZero() {
		t := since.Add(-settingsOverlap)
		from = &t
	}
	if err := s.db.QueryRow(ctx, `select now()`).Scan(&next); err != nil {
		return nil, since, fmt.Errorf("read settings: %w", explain(err))
	}
	changed = map[int64]project.Settings{}
	rows, err := s.db.Query(ctx, statement, from)
	if err != nil {
		return nil, since, fmt.Errorf("read settings: %w", explain(err))
	}
	var id int64
	var document []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &document}, func() error {
		var settings project.Settings
		if err := json.Unmarshal(document, &settings); err != nil {
			return fmt.Errorf("settings of project %d: %w", id, err)
		}
		changed[id] = settings
		return nil
	})
	if err != nil {
		return nil, since, fmt.Errorf("read settings: %w", explain(err))
	}
	return changed, next, nil
}
