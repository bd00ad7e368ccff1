package store

import (
	"context"
	_ "embed" // the statements
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
)

// What is done here is done as the owner of the tables: who signs in belongs to no organization yet. Callers are package
// access, which asks for passwords, and the operator.

func scanUser(row pgx.CollectableRow) (u User, err error) {
	u, _, err = scanAccount(row)
	return u, err
}

// scanAccount reads a person with their password's hash, "" where they have chosen none.
func scanAccount(row pgx.CollectableRow) (u User, hash string, err error) {
	var preferences []byte
	if err = row.Scan(&u.ID, &u.Email, &u.Name, &preferences, &u.CreatedAt, &u.DisabledAt, &hash); err != nil {
		return u, "", err
	}
	return u, hash, json.Unmarshal(preferences, &u.Preferences)
}

//go:embed sql/user_by_email.sql
var userByEmailSQL string

// UserByEmail finds a person with the hash of their password, "" where they have none. ErrNotFound for nobody, also for
// what is no e-mail.
func (s *Store) UserByEmail(ctx context.Context, email string) (u User, hash string, err error) {
	email, err = cleanEmail(email)
	if err != nil {
		return User{}, "", wrap("find user", ErrNotFound)
	}
	return s.account(ctx, userByEmailSQL, email)
}

//go:embed sql/user.sql
var userSQL string

// User is UserByEmail by number.
func (s *Store) User(ctx context.Context, id int64) (User, string, error) {
	return s.account(ctx, userSQL, id)
}

func (s *Store) account(ctx context.Context, sql string, arg any) (u User, hash string, err error) {
	u, err = one(ctx, s, func(row pgx.CollectableRow) (u User, err error) {
		u, hash, err = scanAccount(row)
		return u, err
	}, sql, arg)
	return u, hash, wrap("find user", err)
}

//go:embed sql/users.sql
var usersSQL string

// Users lists everybody who may sign in, or might if they were not disabled, oldest first.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	all, err := many(ctx, s, scanUser, usersSQL)
	return all, wrap("list users", err)
}

func anyUser(ctx context.Context, tx pgx.Tx) (there bool, err error) {
	// One at a time: two first owners would both be let in.
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtext('trivet.setup'))"); err != nil {
		return false, err
	}
	err = tx.QueryRow(ctx, "select exists (select from users)").Scan(&there)
	return there, err
}

// noteEverywhere writes into the audit of each organization of a person what concerns the person.
func noteEverywhere(ctx context.Context, tx pgx.Tx, u User, by Actor, action string) error {
	of, err := manyIn(ctx, tx, scanMembership, membershipsSQL, u.ID)
	if err != nil {
		return err
	}
	for _, m := range of {
		if err := note(ctx, tx, m.OrganizationID, by, action, u.Email, map[string]any{"user_id": u.ID}); err != nil {
			return err
		}
	}
	return nil
}

// actor is the person as what they do is written down.
func (u User) actor(address string) Actor {
	return Actor{Kind: ActorUser, ID: FormatID(u.ID), Name: u.Name, Address: address}
}

//go:embed sql/set_user.sql
var setUserSQL string

// SetUser changes somebody's name and what they chose for themselves.
func (s *Store) SetUser(ctx context.Context, id int64, name string, chosen Preferences) (User, error) {
	if err := checkName(name); err != nil {
		return User{}, wrap("change user", err)
	}
	if _, err := time.LoadLocation(chosen.TimeZone); err != nil || len(chosen.TimeZone) > maxName {
		return User{}, wrap("change user", invalid("time_zone", "a name like Europe/Vienna"))
	}
	if chosen.Theme != "" && chosen.Theme != "light" && chosen.Theme != "dark" {
		return User{}, wrap("change user", invalid("theme", "light, dark, or nothing for the system's"))
	}
	text, err := json.Marshal(chosen)
	if err != nil {
		return User{}, wrap("change user", err)
	}
	u, err := one(ctx, s, scanUser, setUserSQL, id, name, text)
	return u, wrap("change user", err)
}

//go:embed sql/set_password.sql
var setPasswordSQL string

// SetPassword replaces the hash of somebody's password and ends what they are signed in with but the browser of hash
// keep, nil for none.
func (s *Store) SetPassword(ctx context.Context, id int64, address, passwordHash string, keep []byte) error {
	err := pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error { return setPassword(ctx, tx, id, address, passwordHash, keep) })
	return wrap("set password", explain(err))
}

func setPassword(ctx context.Context, tx pgx.Tx, id int64, address, passwordHash string, keep []byte) error {
	u, err := oneIn(ctx, tx, scanUser, setPasswordSQL, id, passwordHash)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, endSignInsSQL, id, keep); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "delete from links where kind = 'password' and user_id = $1 and used_at is null", id); err != nil {
		return err
	}
	return noteEverywhere(ctx, tx, u, u.actor(address), "member.password")
}

// Rehash stores the hash of the same password by newer parameters.
func (s *Store) Rehash(ctx context.Context, id int64, was, passwordHash string) error {
	_, err := s.db.Exec(ctx, "update users set password_hash = $3 where user_id = $1 and password_hash = $2", id, was, passwordHash)
	return wrap("store password", explain(err))
}

//go:embed sql/disable_user.sql
var disableUserSQL string

// DisableUser lets somebody sign in no more, or again, and ends what they are signed in with. The operator does that.
func (s *Store) DisableUser(ctx context.Context, id int64, disabled bool) (u User, err error) {
	action := map[bool]string{true: "member.disable", false: "member.enable"}[disabled]
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		if u, err = oneIn(ctx, tx, scanUser, disableUserSQL, id, disabled); err != nil {
			return err
		}
		if disabled {
			if _, err := tx.Exec(ctx, endSignInsSQL, id, nil); err != nil {
				return err
			}
		}
		return noteEverywhere(ctx, tx, u, Actor{Kind: ActorOperator}, action)
	})
	return u, wrap("disable user", explain(err))
}
