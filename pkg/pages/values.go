package pages

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// A pair is a name with its value, as lists of facts show it.
type pair struct {
	Name  string
	Value string
}

// A section is facts of one kind under a heading.
type section struct {
	Name  string
	Pairs []pair
}

// maxPairs bounds one list of facts. What is beyond is in the client's own bytes.
const maxPairs = 200

// pairsOf takes the members of a JSON object apart in their order; what is no object is one value without a name.
func pairsOf(raw json.RawMessage) []pair {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return []pair{{"", valueText(raw)}}
	}
	var pairs []pair
	for d.More() && len(pairs) < maxPairs {
		name, err := d.Token()
		if err != nil {
			return pairs
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return pairs
		}
		text, _ := name.(string) // names are nothing else
		pairs = append(pairs, pair{text, valueText(value)})
	}
	if d.More() {
		pairs = append(pairs, pair{"…", "more than fits here: it is in the client's own bytes"})
	}
	return pairs
}

// valueText writes a text as it is and everything else as indented JSON.
func valueText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil && len(raw) > 0 && raw[0] == '"' {
		return text
	}
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return out.String()
}

// sectionsOf takes contexts apart: each member is a heading of its own.
func sectionsOf(raw json.RawMessage) []section {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		if pairs := pairsOf(raw); pairs != nil {
			return []section{{"contexts", pairs}}
		}
		return nil
	}
	var sections []section
	for _, p := range pairsOf(raw) {
		member, ok := members[p.Name]
		if !ok {
			member = nil
		}
		pairs := pairsOf(member)
		if len(pairs) == 0 {
			pairs = []pair{{"", p.Value}}
		}
		sections = append(sections, section{p.Name, pairs})
	}
	return sections
}

// maxShownRaw bounds how much of a client's own bytes stands in a page.
const maxShownRaw = 64 << 10

// rawText is a client's own bytes for people: JSON is indented. cut tells that there is more.
func rawText(raw string) (text string, cut bool) {
	if len(raw) <= maxShownRaw {
		var out bytes.Buffer
		if json.Indent(&out, []byte(raw), "", "  ") == nil && out.Len() <= 4*maxShownRaw {
			return seen(out.String()), false
		}
		return seen(raw), false
	}
	for raw = raw[:maxShownRaw]; !utf8.ValidString(raw) && raw != ""; {
		raw = raw[:len(raw)-1]
	}
	return seen(raw), true
}
