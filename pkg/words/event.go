package words

import (
	"encoding/json"
	"hash/maphash"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// A Word is a word or value and what it was seen in.
type Word struct {
	Kind Kind
	Text string
}

// A Finder finds the words of events. Safe for concurrent use.
type Finder struct{ seed maphash.Seed }

// NewFinder returns a Finder. Hashes of one mean nothing to another.
func NewFinder() *Finder { return &Finder{maphash.MakeSeed()} }

// Find appends the words of an event of that title to dst, at most MaxWords of each kind, some perhaps twice. Events of an
// issue have most pieces in common: skip is asked of each piece, by its hash, and what it says yes to is not taken apart.
// The same piece of the same kind always gives the same words.
func (f *Finder) Find(dst []Word, e *event.Event, title string, skip func(kind Kind, piece uint64) bool) []Word {
	g := gatherer{f: f, words: dst, skip: skip}
	g.kind(Text)
	if !skip(Text, f.hash(title, e.Culprit)) {
		g.cut(title)
		g.cut(e.Culprit)
	}
	g.kind(Stack)
	if !skip(Stack, f.stack(e)) {
		for i := len(e.Exceptions) - 1; i >= 0; i-- { // the thrown one first
			g.frames(e.Exceptions[i].Frames)
		}
		g.frames(e.Frames)
	}
	g.kind(Crumb)
	for i := len(e.Breadcrumbs) - 1; i >= 0 && !g.full(); i-- { // the newest tell most
		b := &e.Breadcrumbs[i]
		if !skip(Crumb, f.crumb(b)) {
			g.cut(b.Category)
			g.cut(b.Message)
			g.request(b.Data)
		}
	}
	g.value(Release, e.Release)
	g.value(Environment, e.Environment)
	g.value(Browser, e.Browser)
	g.value(OS, e.OS)
	g.value(URL, e.URL)
	g.kind(Tag)
	for _, tag := range e.Tags {
		if !g.full() && !skip(Tag, f.hash(tag.Key, tag.Value)) {
			g.add(TagValue(tag))
		}
	}
	return g.words
}

// TagValue is a tag as it is kept, key=value.
func TagValue(t event.Tag) string { return Value(t.Key + "=" + t.Value) }

// hash names a piece.
func (f *Finder) hash(parts ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(f.seed)
	for _, p := range parts {
		_, _ = h.WriteString(p) // never fails
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

// crumb names a breadcrumb, without its time.
func (f *Finder) crumb(b *event.Breadcrumb) uint64 {
	var h maphash.Hash
	h.SetSeed(f.seed)
	_, _ = h.WriteString(b.Category)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(b.Message)
	_ = h.WriteByte(0)
	_, _ = h.Write(b.Data)
	return h.Sum64()
}

// stack names the frames of an event, without the lines.
func (f *Finder) stack(e *event.Event) uint64 {
	var h maphash.Hash
	h.SetSeed(f.seed)
	add := func(frames []event.Frame) {
		for i := range frames {
			fr := &frames[i]
			_, _ = h.WriteString(fr.Function)
			_ = h.WriteByte(0)
			_, _ = h.WriteString(fr.Module)
			_ = h.WriteByte(0)
			_, _ = h.WriteString(file(fr))
			_ = h.WriteByte(0)
		}
	}
	for i := range e.Exceptions {
		add(e.Exceptions[i].Frames)
	}
	add(e.Frames)
	return h.Sum64()
}

func file(f *event.Frame) string {
	if f.Filename != "" {
		return f.Filename
	}
	return f.AbsPath
}

// A gatherer appends words of one kind after the other.
type gatherer struct {
	f     *Finder
	words []Word
	skip  func(Kind, uint64) bool
	now   Kind
	start int // where this kind's words begin
}

func (g *gatherer) kind(k Kind) { g.now, g.start = k, len(g.words) }

func (g *gatherer) full() bool { return len(g.words)-g.start >= MaxWords }

// add adds a word unless it is there, and tells whether there is room for another.
func (g *gatherer) add(word string) bool {
	if g.full() {
		return false
	}
	for _, w := range g.words[g.start:] {
		if w.Text == word {
			return true
		}
	}
	g.words = append(g.words, Word{g.now, word})
	return !g.full()
}

func (g *gatherer) cut(text string) {
	if text != "" && !g.full() {
		cut(text, g.add)
	}
}

func (g *gatherer) value(kind Kind, value string) {
	if value != "" && !g.skip(kind, g.f.hash(value)) {
		g.kind(kind)
		g.add(Value(value))
	}
}

// frames adds functions, modules and files, those of the innermost call first.
func (g *gatherer) frames(frames []event.Frame) {
	for i := len(frames) - 1; i >= 0 && !g.full(); i-- {
		f := &frames[i]
		g.cut(f.Function)
		g.cut(f.Module)
		g.cut(path(file(f)))
	}
}

// path returns what follows the origin in a URL, without query and fragment; other names of files as they are.
func path(name string) string {
	if _, rest, found := strings.Cut(name, "://"); found {
		slash := strings.IndexByte(rest, '/')
		if slash < 0 {
			return ""
		}
		name = rest[slash:]
	}
	if i := strings.IndexAny(name, "?#"); i >= 0 {
		name = name[:i]
	}
	return name
}

// request adds the address and method of a breadcrumb's request, and where a navigation came from and led to.
func (g *gatherer) request(data json.RawMessage) {
	if len(data) == 0 || data[0] != '{' || jsonx.Check(data) != nil {
		return
	}
	r := jsonx.NewReader(data)
	for key := range r.Fields() {
		switch string(key) {
		case "url", "method", "from", "to":
			g.cut(r.Str())
		}
	}
}
