package store

import (
	"context"
	_ "embed" // the statements
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/words"
)

//go:embed sql/suggest_words.sql
var suggestWordsSQL string

//go:embed sql/suggest_releases.sql
var suggestReleasesSQL string

//go:embed sql/suggest_members.sql
var suggestMembersSQL string

// Suggest returns values of a field that begin with a prefix, for completion: at most limit, which is 1 to 100; without a
// field, names of fields. project 0 is all of the organization. Of tags it tells names until the prefix has an equals sign.
// It reads what was kept of issues, never their events. A field that has no values to tell has none; one that is not there
// is ErrInvalid.
func (s *Store) Suggest(ctx context.Context, organization, project int64, field, prefix string, limit int) ([]string, error) {
	limit, err := checkLimit(limit)
	if err != nil {
		return nil, wrap("suggest values", err)
	}
	if field == "" {
		return fieldsWith(prefix, limit), nil
	}
	about, ok := search.Lookup(field)
	if !ok {
		return nil, wrap("suggest values", invalid("field", "the name of a field of searches"))
	}
	found := beginning(about.Values, strings.ToLower(prefix))
	var more []string
	err = s.read(ctx, organization, func(tx pgx.Tx) (err error) {
		if more, err = suggest(ctx, tx, project, about.Field, prefix, limit); err != nil || len(more) > 0 || project == 0 {
			return err
		}
		return visible(ctx, tx, project)
	})
	if err != nil {
		return nil, wrap("suggest values", err)
	}
	found = append(found, more...)
	return found[:min(len(found), limit)], nil
}

func fieldsWith(prefix string, limit int) []string {
	all := []string{}
	for _, f := range search.Fields() {
		if f.Field != search.Text && strings.HasPrefix(string(f.Field), strings.ToLower(prefix)) && len(all) < limit {
			all = append(all, string(f.Field))
		}
	}
	return all
}

// beginning returns those of values that begin with prefix.
func beginning(values []string, prefix string) []string {
	all := []string{}
	for _, v := range values {
		if strings.HasPrefix(v, prefix) {
			all = append(all, v)
		}
	}
	return all
}

func suggest(ctx context.Context, tx pgx.Tx, project int64, field search.Field, prefix string, limit int) ([]string, error) {
	collect := func(sql string, args ...any) ([]string, error) {
		rows, err := tx.Query(ctx, sql, modal(args)...)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	}
	kind := wordKinds[field]
	switch {
	case field == search.Assigned:
		return collect(suggestMembersSQL, prefix, limit)
	case field == search.Release || field == search.FirstRelease || field == search.LastRelease:
		return collect(suggestReleasesSQL, project, prefix, limit)
	case kind == 0:
		return nil, nil
	case kind <= words.Crumb:
		prefix = strings.ToLower(prefix)
	}
	names := field == search.Tag && !strings.Contains(prefix, "=")
	found, err := collect(suggestWordsSQL, project, int16(kind), prefix, prefix+string(unicode.MaxRune), limit, names)
	if first, n := utf8.DecodeRuneInString(prefix); err == nil && len(found) == 0 && unicode.IsLower(first) && (field == search.Browser || field == search.OS) {
		prefix = string(unicode.ToUpper(first)) + prefix[n:]
		return collect(suggestWordsSQL, project, int16(kind), prefix, prefix+string(unicode.MaxRune), limit, names)
	}
	return found, err
}
