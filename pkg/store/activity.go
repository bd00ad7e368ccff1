package store

import (
	"bytes"
	"context"
	_ "embed" // the statements
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// An Activity is one thing that happened to an issue beside its events.
type Activity struct {
	ID      event.ID        `json:"id"`
	IssueID event.ID        `json:"issue_id"`
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"` // comment, resolve, unresolve, ignore, regress, assign, merge or unmerge
	Actor   Actor           `json:"actor"`
	Detail  json.RawMessage `json:"detail"` // text of a comment; what was chosen
}

func scanActivity(row pgx.CollectableRow) (a Activity, err error) {
	err = row.Scan((*[16]byte)(&a.ID), (*[16]byte)(&a.IssueID), &a.At, &a.Kind, &a.Actor.Kind, &a.Actor.ID, &a.Actor.Name, &a.Detail)
	return a, err
}

func compareIDs[T ~[16]byte](a, b T) int { return bytes.Compare(a[:], b[:]) }

// An entry is an activity to be written.
type entry struct {
	issue  event.ID
	kind   string
	detail any
}

//go:embed sql/insert_activity.sql
var insertActivitySQL string

// insertActivity writes down what somebody did.
func insertActivity(ctx context.Context, tx pgx.Tx, project int64, by Actor, entries []entry) error {
	if len(entries) == 0 {
		return nil
	}
	n := len(entries)
	ids, issues, kinds, details := make([][16]byte, n), make([][16]byte, n), make([]string, n), make([][]byte, n)
	now := time.Now()
	for i, e := range entries {
		var err error
		ids[i], issues[i], kinds[i] = event.NewID(now), e.issue, e.kind
		if details[i], err = json.Marshal(e.detail); err != nil {
			return fmt.Errorf("encode activity: %w", err)
		}
	}
	_, err := tx.Exec(ctx, insertActivitySQL, ids, project, issues, kinds, by.Kind, by.ID, by.Name, details)
	return err
}

//go:embed sql/activities.sql
var activitiesSQL string

// Activities lists what happened to an issue and to what is merged into it, newest first, with the cursor of the next page.
// The error is ErrInvalid, ErrNotFound (of the issue), ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Activities(ctx context.Context, organization, project int64, issue event.ID, limit int, cursor string) (all []Activity, next string, err error) {
	limit, err = checkLimit(limit)
	if err != nil {
		return nil, "", fmt.Errorf("list activity: %w", err)
	}
	name := newList("activity", []any{project, issue})
	end, err := name.position(cursor, lastTime)
	if err != nil {
		return nil, "", fmt.Errorf("list activity: %w", err)
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, activitiesSQL, project, [16]byte(issue), end.time(), [16]byte(end.id), limit+1)
		if err != nil {
			return err
		}
		if all, err = pgx.CollectRows(rows, scanActivity); err != nil || len(all) > 0 {
			return err
		}
		found, err := issuesByID(ctx, tx, project, [][16]byte{issue})
		if err == nil && len(found) == 0 {
			return ErrNotFound
		}
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list activity: %w", err)
	}
	all, next = page(name, all, limit, func(last Activity) position { return position{key: last.At.UnixMicro(), id: last.ID} })
	return all, next, nil
}

// MaxComment bounds a comment, in bytes.
const MaxComment = 8192

//go:embed sql/insert_comment.sql
var insertCommentSQL string

// Comment writes a comment, of 1 to 8192 bytes. The error is ErrInvalid or ErrNotFound (of the issue), ErrTimeout or
// ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Comment(ctx context.Context, organization, project int64, by Actor, issue event.ID, text string) (made Activity, err error) {
	if strings.TrimSpace(text) == "" || len(text) > MaxComment || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return Activity{}, fmt.Errorf("comment: %w", invalid("text", "1 to %d bytes of UTF-8 without NUL", MaxComment))
	}
	err = s.change(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, insertCommentSQL, project, [16]byte(issue), [16]byte(event.NewID(time.Now())), by.Kind, by.ID, by.Name, text)
		if err != nil {
			return err
		}
		made, err = pgx.CollectExactlyOneRow(rows, scanActivity)
		return err
	})
	return made, wrap("comment", err)
}

//go:embed sql/delete_comment.sql
var deleteCommentSQL string

// DeleteComment takes a comment of by's own out; any other is ErrNotFound.
func (s *Store) DeleteComment(ctx context.Context, organization, project int64, by Actor, comment event.ID) error {
	err := s.change(ctx, organization, func(tx pgx.Tx) error {
		var id [16]byte
		return tx.QueryRow(ctx, deleteCommentSQL, project, [16]byte(comment), by.Kind, by.ID).Scan(&id)
	})
	return wrap("delete comment", err)
}
