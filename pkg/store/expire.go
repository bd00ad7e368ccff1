package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// ExpireProjects deletes the events of projects that keep theirs for fewer days than the installation, and what came
// with them, a day at a time, and returns how many events went. A day that fails is left for the next time and stops
// no other.
func (s *Store) ExpireProjects(ctx context.Context, today event.Day) (deleted int64, err error) {
	const statement = `select p.project_id, d.day - date '1970-01-01'
		from trivet.projects p join trivet.partitions d on d.parent = 'events' and d.day < date '1970-01-01' + ($1::integer - p.retention_days)
		where p.retention_days is not null order by d.day, p.project_id`
	rows, err := s.db.Query(ctx, statement, int32(today))
	if err != nil {
		return 0, fmt.Errorf("list retentions: %w", explain(err))
	}
	type due struct {
		Project int64
		Day     int32
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[due])
	if err != nil {
		return 0, fmt.Errorf("list retentions: %w", explain(err))
	}
	for _, d := range all {
		n, dayErr := s.expireDay(ctx, d.Project, d.Day)
		deleted += n
		err = errors.Join(err, dayErr)
	}
	for _, old := range []struct{ table, column string }{{"filtered_samples", "received_at"}, {"project_users", "day"}, {"field_counts", "hour"}} {
		statement := fmt.Sprintf(`delete from trivet.%s f using trivet.projects p
			where f.project_id = p.project_id and p.retention_days is not null
				and f.%s < (date '1970-01-01' + ($1::integer - p.retention_days))::timestamp at time zone 'UTC'`, old.table, old.column)
		if _, oldErr := s.db.Exec(ctx, statement, int32(today)); oldErr != nil {
			err = errors.Join(err, fmt.Errorf("expire %s: %w", old.table, explain(oldErr)))
		}
	}
	return deleted, err
}

// expireDay deletes what a project has of one day.
func (s *Store) expireDay(ctx context.Context, project int64, day int32) (deleted int64, err error) {
	for _, table := range []string{"events", "blocks", "attachments", "feedback"} {
		tag, err := s.db.Exec(ctx, fmt.Sprintf(`delete from trivet.%s where project_id = $1 and day = date '1970-01-01' + $2::integer`, table), project, day)
		if err != nil {
			return deleted, fmt.Errorf("expire %s of project %d: %w", table, project, explain(err))
		}
		if table == "events" {
			deleted = tag.RowsAffected()
		}
	}
	return deleted, nil
}

// expireStep is how many rows one statement deletes, so that none holds its locks for long.
const expireStep = 5000

// ExpireRows deletes what is not in partitions and older than the first day of r.Events, and salts no replay needs
// any more. It returns how many rows went. Of each project an index finds them.
func (s *Store) ExpireRows(ctx context.Context, r Retention, today event.Day) (deleted int64, err error) {
	const salts = `delete from trivet.salts where day < date '1970-01-01' + $1::integer`
	tag, err := s.db.Exec(ctx, salts, int32(today-SaltDays))
	if err != nil {
		return 0, fmt.Errorf("expire salts: %w", explain(err))
	}
	deleted = tag.RowsAffected()
	for _, old := range []struct{ table, column string }{
		{"drops", "minute"}, {"filtered_samples", "received_at"}, {"release_hours", "hour"}, {"project_users", "day"}, {"field_counts", "hour"},
	} {
		statement := fmt.Sprintf(`delete from trivet.%[1]s where ctid = any(array(
			select o.ctid from trivet.projects p cross join lateral (
				select r.ctid from trivet.%[1]s r
				where r.project_id = p.project_id and r.%[2]s < (date '1970-01-01' + $1::integer)::timestamp at time zone 'UTC'
				limit $2 for update skip locked
			) o limit $2))`, old.table, old.column)
		for {
			tag, err := s.db.Exec(ctx, statement, int32(r.Events), expireStep)
			if err != nil {
				return deleted, fmt.Errorf("expire %s: %w", old.table, explain(err))
			}
			deleted += tag.RowsAffected()
			if tag.RowsAffected() < expireStep {
				break
			}
		}
	}
	words, err := s.expireWords(ctx, r, today)
	return deleted + words, err
}

//go:embed sql/old_words.sql
var oldWordsSQL string

//go:embed sql/delete_words.sql
var deleteWordsSQL string

//go:embed sql/delete_vocabulary.sql
var deleteVocabularySQL string

// expireWords deletes what was seen in events of issues of which none is kept any more. Titles stay, as the issues do.
func (s *Store) expireWords(ctx context.Context, r Retention, today event.Day) (deleted int64, err error) {
	for {
		rows, err := s.db.Query(ctx, oldWordsSQL, int32(r.Events), int32(today), expireStep)
		if err != nil {
			return deleted, fmt.Errorf("find old words: %w", explain(err))
		}
		old, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct {
			Project     int64
			Fingerprint [16]byte
		}])
		if err != nil {
			return deleted, fmt.Errorf("find old words: %w", explain(err))
		}
		n := len(old)
		if n == 0 {
			break
		}
		projects, fingerprints := make([]int64, n), make([][16]byte, n)
		for i, p := range old {
			projects[i], fingerprints[i] = p.Project, p.Fingerprint
		}
		// Alone for a moment: a writer that meets the issue just now would find its words there and not write them.
		err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, writeAlone); err != nil {
				return err
			}
			var gone int64
			err := tx.QueryRow(ctx, deleteWordsSQL, int32(r.Events), int32(today), projects, fingerprints).Scan(&gone)
			deleted += gone
			return err
		})
		if err != nil {
			return deleted, fmt.Errorf("delete old words: %w", explain(err))
		}
		if n < expireStep {
			break
		}
	}
	for {
		tag, err := s.db.Exec(ctx, deleteVocabularySQL, int32(r.Events), int32(today), vocabularyDays+1, expireStep)
		if err != nil {
			return deleted, fmt.Errorf("delete old words: %w", explain(err))
		}
		deleted += tag.RowsAffected()
		if tag.RowsAffected() < expireStep {
			return deleted, nil
		}
	}
}
