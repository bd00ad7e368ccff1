package query

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// cell is a value as a spreadsheet may have it.
func cell(r *jsonx.Reader) string {
	switch r.Kind() {
	case jsonx.Null:
		return ""
	case jsonx.String:
		return harmless(r.Str())
	case jsonx.Number:
		return string(r.Raw())
	default:
		return harmless(string(r.Raw()))
	}
}

// harmless puts an apostrophe before whatever a spreadsheet would take for a formula (CSV injection): at the beginning,
// however much white space stands before it, and behind what parts cells or rows where somebody's spreadsheet does not
// read commas and quotes as we write them. Some take the full-width forms for the same.
func harmless(text string) string {
	if !strings.ContainsAny(text, "=+-@\t\r＝＋－＠") {
		return text
	}
	var out strings.Builder
	begins := true // of a cell
	for _, c := range text {
		if begins && strings.ContainsRune("=+-@\t\r＝＋－＠", c) {
			out.WriteByte('\'')
			begins = false
		}
		out.WriteRune(c)
		switch {
		case c == ';' || c == '\t' || c == '\n' || c == '\r' || c == '|':
			begins = true
		case c != ' ' && c != '"' && c != '\'' && c != '\u00a0' && c != '\ufeff':
			begins = false
		}
	}
	return out.String()
}
