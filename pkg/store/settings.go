package store

import (
	"bytes"
	"context"
	_ "embed" // the statements
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/project"
)

// settingsOverlap is by how much SettingsSince looks back: a change gets its time before it is committed, and is seen
// only after. No statement of ours is under way for so long.
const settingsOverlap = time.Minute

// readSettings reads a stored document. Members that only a newer version knows are passed over.
func readSettings(text []byte) (s project.Settings, err error) {
	if err = json.Unmarshal(text, &s); err != nil {
		return project.Settings{}, fmt.Errorf("read settings: %w", err)
	}
	return s, nil
}

//go:embed sql/settings.sql
var settingsSQL string

// Settings returns what people chose for a project, ErrNotFound when there is none.
func (s *Store) Settings(ctx context.Context, id int64) (project.Settings, error) {
	text, err := one(ctx, s, pgx.RowTo[[]byte], settingsSQL, id)
	if err != nil {
		return project.Settings{}, fmt.Errorf("find settings of project %d: %w", id, err)
	}
	return readSettings(text)
}

// OwnSettings is Settings for somebody of an organization. The error is ErrNotFound, ErrTimeout or ErrUnavailable,
// wrapped, where it is not ours.
func (s *Store) OwnSettings(ctx context.Context, organization, id int64) (project.Settings, error) {
	var text []byte
	err := s.read(ctx, organization, func(tx pgx.Tx) error { return tx.QueryRow(ctx, settingsSQL, id).Scan(&text) })
	if err != nil {
		return project.Settings{}, fmt.Errorf("find own settings: %w", err)
	}
	return readSettings(text)
}

//go:embed sql/set_settings.sql
var setSettingsSQL string

// SetSettings replaces the settings of a project and returns what is stored; workers obey within seconds. The error is
// ErrInvalid or ErrNotFound, wrapped, where the caller is wrong.
func (s *Store) SetSettings(ctx context.Context, id int64, settings project.Settings) (project.Settings, error) {
	text, err := settingsText(&settings)
	if err == nil {
		text, err = one(ctx, s, pgx.RowTo[[]byte], setSettingsSQL, id, text)
	}
	if err != nil {
		return project.Settings{}, fmt.Errorf("set settings of project %d: %w", id, err)
	}
	return readSettings(text)
}

// SetOwnSettings is SetSettings for somebody of an organization, and is in the audit: another's project is ErrNotFound.
func (s *Store) SetOwnSettings(ctx context.Context, organization int64, by Actor, id int64, settings project.Settings) (project.Settings, error) {
	text, err := settingsText(&settings)
	if err == nil {
		err = s.change(ctx, organization, func(tx pgx.Tx) error {
			p, err := oneIn(ctx, tx, scanProject, lockProjectSQL, id)
			if err != nil {
				return err
			}
			was, err := oneIn(ctx, tx, pgx.RowTo[[]byte], settingsSQL, id)
			if err != nil {
				return err
			}
			if text, err = oneIn(ctx, tx, pgx.RowTo[[]byte], setSettingsSQL, id, text); err != nil {
				return err
			}
			return noteSettings(ctx, tx, p, by, was, text)
		})
	}
	if err != nil {
		return project.Settings{}, fmt.Errorf("set own settings of project %d: %w", id, err)
	}
	return readSettings(text)
}

// noteSettings writes into the audit in which members two documents differ; nothing where they don't.
func noteSettings(ctx context.Context, tx pgx.Tx, p Project, by Actor, was, is []byte) error {
	changed, err := changedMembers(was, is)
	if err != nil || len(changed) == 0 {
		return err
	}
	return note(ctx, tx, p.OrganizationID, by, "settings.change", p.Slug, map[string]any{"project_id": p.ID, "changed": changed})
}

// changedMembers names the members in which two documents of the database differ, in their one form. What is empty is as
// good as absent.
func changedMembers(was, is []byte) ([]string, error) {
	var before, after map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(was, &before), json.Unmarshal(is, &after)); err != nil {
		return nil, err
	}
	for _, document := range []map[string]json.RawMessage{before, after} {
		maps.DeleteFunc(document, func(_ string, value json.RawMessage) bool { return string(value) == "{}" })
	}
	changed := map[string]bool{}
	for name, value := range before {
		changed[name] = !bytes.Equal(value, after[name])
	}
	for name, value := range after {
		changed[name] = !bytes.Equal(value, before[name])
	}
	maps.DeleteFunc(changed, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(changed)), nil
}

// settingsText writes good settings, ErrInvalid where they are not.
func settingsText(settings *project.Settings) ([]byte, error) {
	var wrong *project.SettingsError
	if err := settings.Validate(); errors.As(err, &wrong) {
		return nil, &InvalidError{wrong.Member, wrong.Want}
	}
	text, err := json.Marshal(settings)
	if err == nil && len(text) > project.MaxSettings {
		return nil, invalid("settings", "at most %d KiB", project.MaxSettings>>10)
	}
	return text, err
}

//go:embed sql/lock_settings.sql
var lockSettingsSQL string

// ChangeSettings lets change work on the settings of a project while nobody else does, and stores what it made of them,
// which is in the audit where it differs. The error is ErrInvalid or ErrNotFound, wrapped, where the caller is wrong, or what change returned.
func (s *Store) ChangeSettings(ctx context.Context, by Actor, id int64, change func(*project.Settings) error) (settings project.Settings, err error) {
	var refused error // no error of the database
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		var was, text []byte
		if err := tx.QueryRow(ctx, lockSettingsSQL, id).Scan(&was); err != nil {
			return err
		}
		if settings, refused = readSettings(was); refused == nil {
			refused = change(&settings)
		}
		if refused == nil {
			text, refused = settingsText(&settings)
		}
		if refused != nil {
			return refused
		}
		if text, err = oneIn(ctx, tx, pgx.RowTo[[]byte], setSettingsSQL, id, text); err != nil {
			return err
		}
		p, err := oneIn(ctx, tx, scanProject, projectSQL, id)
		if err != nil {
			return err
		}
		return noteSettings(ctx, tx, p, by, was, text)
	})
	switch {
	case refused != nil:
		return project.Settings{}, fmt.Errorf("change settings of project %d: %w", id, refused)
	case err != nil:
		return project.Settings{}, fmt.Errorf("change settings of project %d: %w", id, explain(err))
	}
	return settings, nil
}

//go:embed sql/settings_since.sql
var settingsSinceSQL string

// SettingsSince returns the settings that were changed since a time which an earlier call returned, all when it is
// zero, by project, and the time to ask with next. It looks back a little, so the same settings may come again. A
// project that never came has the zero Settings.
func (s *Store) SettingsSince(ctx context.Context, since time.Time) (changed map[int64]project.Settings, next time.Time, err error) {
	first := since.IsZero()
	if !first {
		since = since.Add(-settingsOverlap)
	}
	texts := map[int64][]byte{}
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		// The server's clock, which also stamps the changes: ours may be off.
		if err := tx.QueryRow(ctx, "select now()").Scan(&next); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, settingsSinceSQL, since, first)
		if err != nil {
			return err
		}
		var id int64
		var text []byte
		_, err = pgx.ForEachRow(rows, []any{&id, &text}, func() error {
			texts[id] = append([]byte(nil), text...) // pgx uses its memory again
			return nil
		})
		return err
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("list changed settings: %w", explain(err))
	}
	changed = make(map[int64]project.Settings, len(texts))
	for id, text := range texts {
		if changed[id], err = readSettings(text); err != nil {
			return nil, time.Time{}, fmt.Errorf("list changed settings: project %d: %w", id, err)
		}
	}
	return changed, next, nil
}
