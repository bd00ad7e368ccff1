// Package scrub takes secrets out of what clients sent, before anything of it is stored or shown: it rewrites
// the bytes themselves, so that whatever is read from them later is clean. Pure; it knows no protocol, only JSON,
// URLs and what secrets look like. What it takes for a secret, and what not, is docs/adr/0009-scrubbing.md.
package scrub

import (
	"errors"
	"fmt"
	"net/netip"
	"unicode/utf8"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

// Filtered stands where a secret was. It is the word of Sentry's clients and server, so that nothing tells whose
// hand it was.
const Filtered = "[Filtered]"

// ErrOpaque means that a record's bytes could not be looked through: withhold them.
var ErrOpaque = errors.New("bytes can't be scrubbed")

// A Scrubber scrubs by the settings of one project. Safe for concurrent use.
type Scrubber struct {
	settings     project.Scrub
	salt         func(event.Day) []byte
	fields, safe map[string]bool // names, flattened
	hidesIP      bool
	hidesMail    bool
	slowNames    bool // names are looked up that the sieve of our own does not know
}

// New returns a Scrubber. salt returns the secret of a day for hashed addresses; nil will do where neither policy
// is Hash.
func New(settings project.Scrub, salt func(event.Day) []byte) *Scrubber {
	hidesIP := settings.IP != "" && settings.IP != project.Keep
	return &Scrubber{
		settings: settings, salt: salt, fields: flatNames(settings.Fields), safe: flatNames(settings.SafeFields),
		hidesIP: hidesIP, slowNames: hidesIP || len(settings.Fields) > 0, hidesMail: settings.Email != "" && settings.Email != project.Keep,
	}
}

func flatNames(names []string) map[string]bool {
	flat := make(map[string]bool, len(names))
	for _, name := range names {
		if f := flatten([]byte(name)); len(f) > 0 {
			flat[string(f)] = true
		}
	}
	return flat
}

// Record scrubs rec in place: Raw and every header field that a client filled. Raw is a new slice where something
// was found and the same one where nothing was; rec.Bytes is not touched. Raw of an attachment is scrubbed where it
// is text, and else left. Scrubbing twice is scrubbing once. The error is ErrOpaque, wrapped, for any other record
// whose Raw is no JSON; its header is scrubbed all the same. Where Raw stayed and is JSON, rec.Checked is set.
func (s *Scrubber) Record(rec *pack.Record) (changed bool, err error) {
	j := job{s: s, visit: rec.Kind == pack.Session}
	if s.settings.IP == project.Hash || s.settings.Email == project.Hash {
		j.salt = s.salt(event.DayOf(rec.Received))
	}
	if s.hidesIP {
		own, _ := netip.ParseAddr(rec.IP)
		j.own = own.Unmap()
	}
	var raw []byte
	if rec.Kind == pack.Attachment {
		raw = j.file(rec.Raw)
	} else {
		raw, err = j.json(rec.Raw, 0)
	}
	rec.Checked = err == nil && rec.Kind != pack.Attachment && same(raw, rec.Raw)
	if err != nil {
		err = fmt.Errorf("%s record: %w", rec.Protocol, err)
	} else if len(rec.Raw) > 0 && (len(raw) != len(rec.Raw) || &raw[0] != &rec.Raw[0]) {
		rec.Raw, changed = raw, true
	}
	if rec.IP != "" {
		ip := j.address(rec.IP)
		if j.hideIP {
			ip = ""
		}
		changed = changed || ip != rec.IP
		rec.IP = ip
	}
	for _, field := range [...]*string{
		&rec.UA, &rec.SDK, &rec.Name, &rec.Type, &rec.HTTP.Release, &rec.HTTP.Environment, &rec.HTTP.ContentType,
		&rec.HTTP.Origin, &rec.HTTP.Referer, &rec.HTTP.Brands, &rec.HTTP.Platform, &rec.HTTP.Mobile,
	} {
		if text := j.string(*field); text != *field {
			*field, changed = text, true
		}
	}
	return changed, err
}

// A job is the scrubbing of one record.
type job struct {
	s      *Scrubber
	salt   []byte     // of the day, where a policy asks for it
	own    netip.Addr // the visitor's, where a policy asks for it; the zero one is nobody's
	visit  bool       // the record is a visit: its sid is an id
	hideIP bool       // the client asked that its address not be kept
}

// json scrubs a JSON text; what is clean comes back as it is. nested is in how many strings of other JSON it stood.
func (j *job) json(text []byte, nested int) ([]byte, error) {
	d := document{job: j, edits: edits{b: text}, nested: nested}
	if d.run() {
		return d.result(), nil
	}
	if nested > 0 {
		return nil, ErrOpaque
	}
	lenient := jsonx.Lenient(text) // NaN, as old clients write it
	d = document{job: j, edits: edits{b: lenient}}
	if !d.run() {
		return nil, ErrOpaque
	}
	return d.result(), nil
}

// file scrubs an attachment: as JSON, else as lines of which some may be JSON, else not at all.
func (j *job) file(content []byte) []byte {
	if len(content) == 0 || !utf8.Valid(content) {
		return content
	}
	d := document{job: j, edits: edits{b: content}}
	if d.run() {
		return d.result()
	}
	return j.text(j.lines(content), plainText)
}

// lines scrubs the lines that are JSON, as many a log's are.
func (j *job) lines(content []byte) []byte {
	var e edits
	e.b = content
	for start := 0; start < len(content); {
		end := start
		for end < len(content) && content[end] != '\n' {
			end++
		}
		if line := content[start:end]; len(line) > 1 && (line[0] == '{' || line[0] == '[') {
			d := document{job: j, edits: edits{b: line}}
			if d.run() && d.changed() {
				e.replace(start, end, d.result())
			}
		}
		start = end + 1
	}
	return e.result()
}

func (j *job) string(s string) string {
	if s == "" || !j.personal() && quiet(s) {
		return s
	}
	return string(j.text([]byte(s), plainText))
}

// personal tells whether a policy asks for more than secrets.
func (j *job) personal() bool { return j.s.hidesIP || j.s.hidesMail }
