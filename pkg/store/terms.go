package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/words"
)

// conditions are what a list is narrowed by, as SQL that goes behind a where. What was asked for stands in the
// arguments and nowhere else: the text is made of the pieces in this package's code.
type conditions struct {
	sql     strings.Builder
	args    []any
	project int64 // 0: all of the organization
	me      int64
	now     time.Time
	err     error // the first
}

// arg makes a value a parameter.
func (c *conditions) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

// fill puts parameters where sql has question marks.
func (c *conditions) fill(sql string, values ...any) string {
	var b strings.Builder
	for _, v := range values {
		before, after, _ := strings.Cut(sql, "?")
		b.WriteString(before + c.arg(v))
		sql = after
	}
	return b.String() + sql
}

// and adds a condition. What is unknown holds neither way: "is not true" makes a negated one hold for it.
func (c *conditions) and(not bool, condition string) {
	switch {
	case !not:
		c.sql.WriteString("\n  and " + condition)
	case strings.HasPrefix(condition, "exists "):
		c.sql.WriteString("\n  and not " + condition)
	default:
		c.sql.WriteString("\n  and (" + condition + ") is not true")
	}
}

// where adds a condition with its values.
func (c *conditions) where(not bool, sql string, values ...any) { c.and(not, c.fill(sql, values...)) }

// wrong keeps what is wrong with a term.
func (c *conditions) wrong(t search.Term, problem string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %w", ErrInvalid, t.Wrong(problem))
	}
}

// terms adds a query's terms by a func for each.
func (c *conditions) terms(q search.Query, of int, add func(search.Term)) {
	if err := q.For(of); err != nil {
		c.err = fmt.Errorf("%w: %w", ErrInvalid, err)
		return
	}
	for _, t := range q.Terms {
		add(t)
	}
}

// take returns the conditions that were added since it was asked last.
func (c *conditions) take() string {
	sql := c.sql.String()
	c.sql.Reset()
	return sql
}

var compared = map[search.Op]string{
	search.Equal: " = ?", search.Greater: " > ?", search.Less: " < ?", search.AtLeast: " >= ?", search.AtMost: " <= ?",
}

// column compares a column with a value, or with a pattern, which nothing at all does not match.
func (c *conditions) column(t search.Term, column string, value any) {
	if t.Op == search.Match {
		c.where(t.Not, column+" like ? and "+column+" <> ''", like(t.Value))
		return
	}
	c.where(t.Not, column+compared[t.Op], value)
}

// moment compares a column of time.
func (c *conditions) moment(t search.Term, column string) {
	from, to := t.Between(c.now)
	switch {
	case to.IsZero():
		c.where(t.Not, column+" >= ?", from)
	case from.IsZero():
		c.where(t.Not, column+" < ?", to)
	default:
		c.where(t.Not, column+" >= ? and "+column+" < ?", from, to)
	}
}

// like makes a pattern of SQL.
func like(pattern string) string {
	var b strings.Builder
	before := ""
	for piece := range search.Pieces(pattern) {
		if piece != "" {
			b.WriteString(escapeLike.Replace(piece))
		} else if before != "%" {
			b.WriteByte('%') // once for several stars
		}
		if before = piece; piece == "" {
			before = "%"
		}
	}
	return b.String()
}

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// versions are the bounds of what begins with a name and goes on with a number, by bytes.
func versions(name string) (from, to string) { return name + " 0", name + " :" }

var wordKinds = map[search.Field]words.Kind{
	search.Text: words.Text, search.Stack: words.Stack, search.Crumb: words.Crumb, search.Release: words.Release, search.Environment: words.Environment,
	search.Browser: words.Browser, search.OS: words.OS, search.URL: words.URL, search.Tag: words.Tag,
}

// seen is the condition that a fingerprint was seen with what a term asks for. row is what has it: a row with
// project_id and fingerprint.
func (c *conditions) seen(t search.Term, row string) string {
	kind := wordKinds[t.Field]
	switch {
	case t.Op == search.Exact:
		return c.found(row, "find_texts(app_organization(), ?, ?)", c.project, "%"+escapeLike.Replace(strings.ToLower(t.Value))+"%")
	case t.Op == search.Match:
		pattern := like(t.Value)
		if kind <= words.Crumb {
			pattern = strings.ToLower(pattern)
		}
		if t.Field == search.Tag {
			pattern = escapeLike.Replace(t.Key) + "=" + pattern
		}
		return c.found(row, "find_words(app_organization(), ?, ?, ?)", c.project, int16(kind), pattern)
	case kind > words.Crumb:
		return c.value(t, row, kind)
	}
	all := words.Query(t.Value)
	switch {
	case len(all) == 0 && t.Field == search.Text:
		return c.found(row, "find_texts(app_organization(), ?, ?)", c.project, "%"+escapeLike.Replace(strings.ToLower(t.Value))+"%")
	case len(all) == 0:
		c.wrong(t, "want a word of two letters or more")
	}
	conditions := make([]string, len(all))
	for i, word := range all {
		conditions[i] = c.word(row, kind, word)
	}
	if len(conditions) == 1 {
		return conditions[0]
	}
	return "(" + strings.Join(conditions, " and ") + ")"
}

// value is the condition that a fingerprint was seen with a value.
func (c *conditions) value(t search.Term, row string, kind words.Kind) string {
	switch t.Field {
	case search.Browser, search.OS:
		from, to := versions(t.Value)
		return c.found(row, "find_values(app_organization(), ?, ?, ?, ?, ?)", c.project, int16(kind), words.Value(t.Value), from, to)
	case search.Tag:
		return c.word(row, kind, words.Value(t.Key+"="+t.Value))
	}
	return c.word(row, kind, words.Value(t.Value))
}

// word is the condition that a fingerprint was seen with a word.
func (c *conditions) word(row string, kind words.Kind, word string) string {
	return c.found(row, "find_values(app_organization(), ?, ?, ?, '', '')", c.project, int16(kind), word)
}

// found is the condition that a function finds a fingerprint.
func (c *conditions) found(row, function string, values ...any) string {
	return "exists (select from " + c.fill(function, values...) + " w where w.project_id = " + row + ".project_id and w.fingerprint = " + row + ".fingerprint)"
}
