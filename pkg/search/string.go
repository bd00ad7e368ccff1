package search

import (
	"strings"
	"unicode"
)

// String writes a query in one way of the many in which it can be written: Parse reads the same terms again.
func (q Query) String() string {
	all := make([]string, len(q.Terms))
	for i, t := range q.Terms {
		all[i] = t.String()
	}
	return strings.Join(all, " ")
}

// String writes a term as Parse reads it.
func (t Term) String() string {
	var b strings.Builder
	if t.Not {
		b.WriteByte('-')
	}
	if t.Field != Text {
		b.WriteString(string(t.Field) + ":")
	}
	switch {
	case t.Field == Tag && t.Op == Match && t.Value == "*":
		b.WriteString(literal(t.Key))
	case t.Field == Tag && t.Op == Match:
		b.WriteString(escape(t.Key, `*\"`) + "=" + escape(t.Value, `"`))
	case t.Field == Tag:
		b.WriteString(literal(t.Key + "=" + t.Value))
	case t.Op == Exact:
		b.WriteString(quote(t.Value))
	case t.Field == Text && t.Op == Equal && t.Value == "-" && !t.Not:
		b.WriteByte('-')
	case t.Field == Text && t.Op == Equal:
		b.WriteString(lead(escape(t.Value, `*\":`)))
	case t.Field == Text:
		b.WriteString(lead(escape(t.Value, `":`)))
	case t.Op == Match:
		b.WriteString(lead(escape(t.Value, `"`)))
	case t.Op == Equal:
		b.WriteString(literal(t.Value))
	default:
		b.WriteString(string(t.Op) + t.Value)
	}
	return b.String()
}

// literal writes a value of a field whose characters all stand for themselves.
func literal(s string) string {
	odd := strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`*\"`, r) })
	if odd || strings.HasPrefix(s, "<") || strings.HasPrefix(s, ">") {
		return quote(s)
	}
	return s
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// escape puts a backslash before white space and the characters of set.
func escape(s, set string) string {
	var b strings.Builder
	escaped := false // in a pattern: by a backslash that stands there already
	for _, r := range s {
		if !escaped && (unicode.IsSpace(r) || strings.ContainsRune(set, r)) {
			b.WriteByte('\\')
		}
		escaped = !escaped && r == '\\' && !strings.ContainsRune(set, '\\')
		b.WriteRune(r)
	}
	return b.String()
}

// lead escapes what means something only where a value begins.
func lead(s string) string {
	if s != "" && strings.ContainsRune("-<>", rune(s[0])) {
		return `\` + s
	}
	return s
}
