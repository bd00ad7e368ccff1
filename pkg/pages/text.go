package pages

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// seen writes a stranger's text so that all of it can be seen: what would turn the direction of the text beside it,
// what has no width, and what moves the cursor of a terminal is named instead. Line ends and tabs stay.
func seen(s string) string {
	if strings.IndexFunc(s, hidden) < 0 && utf8.ValidString(s) {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&out, "‹U+%04X›", r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// hidden tells whether a character can't be seen or changes how others are. A zero width joiner is part of many an
// emoji and of scripts that need it, and does neither.
func hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == 0x200d:
		return false
	case unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Cc, r), r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return r == 0x200b || r == 0x2060 || r == 0xfeff || r == 0xad || r == 0x2028 || r == 0x2029
}

// From where a text is folded away behind its beginning.
const (
	foldChars = 600
	foldLines = 12
)

// A folded text is shown by its beginning, and the rest where somebody asks for it.
type folded struct {
	Text  string // whole, as seen
	Start string // its beginning; empty where all is short enough to be shown at once
	Chars int64  // of Text
	Block bool   // it has several lines
}

func newFolded(s string) folded {
	f := folded{Text: seen(s)}
	f.Block = strings.Contains(strings.TrimSpace(f.Text), "\n")
	if len(f.Text) <= foldChars && strings.Count(f.Text, "\n") < foldLines {
		return f
	}
	f.Chars = int64(utf8.RuneCountInString(f.Text))
	start := cut(f.Text, foldChars/3)
	if lines := strings.SplitN(start, "\n", foldLines/3); len(lines) == foldLines/3 {
		start = strings.Join(lines[:foldLines/3-1], "\n")
	}
	f.Start = start
	return f
}

// maxHeadline bounds what stands at the head of a page, in characters: all of it follows below.
const maxHeadline = 240

// headline is a text in one line of bounded length.
func headline(s string) string {
	s = oneLine(seen(s))
	if short := cut(s, maxHeadline); short != s {
		return short + "…"
	}
	return s
}

// A label is a name as lists of facts show it.
type label struct {
	Short string
	Full  string // where Short is not all
}

// maxLabel bounds a name beside its value, in characters.
const maxLabel = 80

func newLabel(s string) label {
	full := oneLine(seen(s))
	if short := cut(full, maxLabel); short != full {
		return label{short + "…", full}
	}
	return label{Short: full}
}

// cut returns the first characters of s.
func cut(s string, chars int) string {
	n := 0
	for i := range s {
		if n == chars {
			return s[:i]
		}
		n++
	}
	return s
}

// webLink returns a stranger's URL where people may follow it, "" where it may do anything but open a page. What is
// hidden in it would make it lead elsewhere than it looks.
func webLink(s string) string {
	if strings.IndexFunc(s, hidden) >= 0 || !utf8.ValidString(s) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// textFunctions are those of functions that show what strangers sent.
func textFunctions() template.FuncMap {
	return template.FuncMap{"seen": seen, "fold": newFolded, "headline": headline, "label": newLabel}
}
