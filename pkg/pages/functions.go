package pages

import (
	"errors"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// functions are what templates can call beside fields and methods.
func functions(a *assets) template.FuncMap {
	return template.FuncMap{
		"asset":    a.url,
		"num":      number,
		"short":    short,
		"ago":      func(t time.Time) string { return ago(time.Since(t)) },
		"exact":    func(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01-02 15:04:05 MST") },
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"spark":    newSpark,
		"percent":  percent,
		"initials": initials,
		"join":     func(all []string) string { return strings.Join(all, " ") },
		"term":     searchTerm,
		"coded":    coded,
		"sum":      sum,
		"dict":     dict,

		"settingsTabs": settingsTabs,
		"size":         sizeText,
		"span":         spanText,
		"num64":        func(n uint64) string { return number(int64(min(n, 1<<62))) },
		"int64":        func(n uint64) int64 { return int64(min(n, 1<<62)) },
	}
}

// number writes 12345 as 12,345.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// short writes 12345 as 12.3k: for places where it must be narrow and the exact number stands in a title.
func short(n int64) string {
	for _, unit := range []struct {
		of   float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if f := float64(n) / unit.of; f >= 1 {
			if f < 10 {
				return strconv.FormatFloat(f, 'f', 1, 64) + unit.name
			}
			return strconv.FormatFloat(f, 'f', 0, 64) + unit.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// ago writes how long something is past.
func ago(d time.Duration) string {
	switch {
	case d < 5*time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%ds ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh ago", int(d.Hours()))
	}
	return fmt.Sprintf("%dd ago", int(d.Hours()/24))
}

// A spark is a small chart as the part "spark" draws it: bars in a box of 100 by 24.
type spark struct {
	Path string
	Sum  int64
	Max  int64
}

const (
	sparkWidth  = 100.0
	sparkHeight = 24.0
)

func newSpark(points []int64) spark {
	s := spark{}
	for _, n := range points {
		s.Sum, s.Max = s.Sum+n, max(s.Max, n)
	}
	width := sparkWidth / float64(max(1, len(points)))
	var path strings.Builder // one path for all bars: lists have fifty charts
	for i, n := range points {
		if n == 0 {
			continue
		}
		height := max(1.5, sparkHeight*float64(n)/float64(s.Max)) // one event is seen beside thousands
		path.WriteString("M" + decimal(float64(i)*width) + " 24v-" + decimal(height) + "h" + decimal(width*0.8) + "V24z")
	}
	s.Path = path.String()
	return s
}

// searchTerm writes a term of the search that looks for exactly this value.
func searchTerm(field, value string) string {
	return field + `:"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// A words is a piece of a sentence; Code stood between backticks.
type words struct {
	Text string
	Code bool
}

// coded parts a sentence of our own at its backticks.
func coded(sentence string) []words {
	var all []words
	for i, text := range strings.Split(sentence, "`") {
		all = append(all, words{text, i%2 == 1})
	}
	return all
}

func sum(all []int64) (n int64) {
	for _, one := range all {
		n += one
	}
	return n
}

// percent writes how much a value is of a whole, 0 to 100.
func percent(value, of int64) string {
	if of <= 0 {
		return "0.0"
	}
	return decimal(100 * float64(min(value, of)) / float64(of))
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	if len(words) > 1 {
		words = []string{words[0], words[len(words)-1]}
	}
	short := ""
	for _, word := range words {
		first, _ := utf8.DecodeRuneInString(word)
		short += string(unicode.ToUpper(first))
	}
	return short
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// dict makes the argument of a part that needs several.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict: want names and values")
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, errors.New("dict: a name is no text")
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}
