package store

import (
	"context"
	_ "embed" // the statements
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/insert_audit.sql
var insertAuditSQL string

// note writes into the audit what tx changes: target is a slug, an id or an e-mail, detail becomes a JSON object, nil an
// empty one. It belongs into the transaction of the change: there is no change without its entry, and no entry of one
// that failed.
func note(ctx context.Context, tx pgx.Tx, organization int64, by Actor, action, target string, detail map[string]any) error {
	text := []byte("{}")
	if len(detail) > 0 {
		var err error
		if text, err = json.Marshal(detail); err != nil {
			return fmt.Errorf("write audit: %w", err)
		}
	}
	_, err := tx.Exec(ctx, insertAuditSQL, [16]byte(event.NewID(time.Now())), organization, by.Kind, by.ID, by.Name, by.Address, action, target, text)
	return err
}

// An AuditEntry is one change that others depend on.
type AuditEntry struct {
	ID      event.ID        `json:"id"`
	At      time.Time       `json:"at"`
	Actor   Actor           `json:"actor"`
	Address string          `json:"address"` // the actor came from; empty for a command
	Action  string          `json:"action"`  // noun.verb
	Target  string          `json:"target"`
	Detail  json.RawMessage `json:"detail"`
}

func scanAudit(row pgx.CollectableRow) (e AuditEntry, err error) {
	err = row.Scan((*[16]byte)(&e.ID), &e.At, &e.Actor.Kind, &e.Actor.ID, &e.Actor.Name, &e.Address, &e.Action, &e.Target, &e.Detail)
	return e, err
}

// An AuditFilter says which entries a list is about. Zero values ask for everything.
type AuditFilter struct {
	Action   string // noun.verb, or a noun alone
	From, To time.Time
	Limit    int
	Cursor   string
}

func (f AuditFilter) name(organization int64) list {
	f.Limit, f.Cursor = 0, ""
	return newList(fmt.Sprint("audit ", organization), f)
}

//go:embed sql/audit.sql
var auditSQL string

// maxAction is more than any action takes.
const maxAction = 64

// Audit lists what was changed in an organization, newest first, with the cursor of the next page, "" after the last.
// The error is ErrInvalid, ErrTimeout or ErrUnavailable, wrapped, where it is not ours.
func (s *Store) Audit(ctx context.Context, organization int64, f AuditFilter) (entries []AuditEntry, next string, err error) {
	limit, err := checkLimit(f.Limit)
	if err != nil {
		return nil, "", wrap("list audit", err)
	}
	if strings.ContainsFunc(f.Action, func(r rune) bool { return (r < 'a' || r > 'z') && r != '.' && r != '_' }) || len(f.Action) > maxAction {
		return nil, "", wrap("list audit", invalid("action", "noun.verb or a noun, in small letters"))
	}
	w, err := newWindow(f.From, f.To, 0)
	if err != nil {
		return nil, "", wrap("list audit", err)
	}
	end, err := f.name(organization).position(f.Cursor, w.to)
	if err != nil {
		return nil, "", wrap("list audit", err)
	}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, auditSQL, organization, w.from, end.time(), [16]byte(end.id), f.Action, limit+1)
		if err != nil {
			return err
		}
		entries, err = pgx.CollectRows(rows, scanAudit)
		return err
	})
	if err != nil {
		return nil, "", wrap("list audit", err)
	}
	entries, next = page(f.name(organization), entries, limit, func(e AuditEntry) position { return position{key: e.At.UnixMicro(), id: e.ID} })
	return entries, next, nil
}
