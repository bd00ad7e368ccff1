package pages

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/scrub"
	"github.com/trivetlabs/trivet/pkg/web"
)

// scrubbingView is the page of what is taken out of events.
type scrubbingView struct {
	chosen
	Fields, Safe string // a line each
	Sample       string // JSON to try
	Result       string // what becomes of it; empty where nobody asked
	Unchanged    bool   // nothing was found in it
}

// Policies are the choices for addresses and e-mails, with what each does.
func (scrubbingView) Policies() []struct{ Name, About string } {
	return []struct{ Name, About string }{
		{"keep", "keep"},
		{"never", "take out"},
		{"truncate", "truncate: an address without its end, an e-mail's domain alone"},
		{"hash", "hash: the same visitor is the same for a day"},
	}
}

const sampleEvent = `{
  "message": "payment of jane@shop.example failed",
  "user": {"id": 42, "email": "jane@shop.example", "ip_address": "203.0.113.77"},
  "request": {"url": "https://shop.example/pay?token=c2VjcmV0", "headers": {"Authorization": "Bearer abcdef0123456789"}},
  "extra": {"password": "hunter2", "card": "4111 1111 1111 1111", "iban": "DE89370400440532013000", "token_count": 3}
}`

func newScrubbing(now chosen) scrubbingView {
	s := now.Settings.Scrub
	if now.Settings.Scrub.IP == "" {
		now.Settings.Scrub.IP = project.Keep
	}
	if now.Settings.Scrub.Email == "" {
		now.Settings.Scrub.Email = project.Keep
	}
	return scrubbingView{chosen: now, Fields: strings.Join(s.Fields, "\n"), Safe: strings.Join(s.SafeFields, "\n"), Sample: sampleEvent}
}

func (p *Pages) showScrubbing(r *Request) error {
	now, err := p.shownSettings(r)
	if err != nil {
		return err
	}
	return p.show(r, "settings_scrubbing", newScrubbing(now))
}

var scrubFields = map[string]string{"scrub.ip": "ip", "scrub.email": "email", "scrub.fields": "fields", "scrub.safe_fields": "safe"}

// setScrubbing stores what is to be taken out, or tries it on a sample, which is stored nowhere.
func (p *Pages) setScrubbing(r *Request) error {
	var try bool
	var fields, safe, sample string
	now, done, err := p.setSettings(r, scrubFields, func(form *web.Params, s *project.Settings) bool {
		fields, safe, sample = form.Long("fields", maxLines), form.Long("safe", maxLines), form.Long("sample", maxLines)
		s.Scrub = project.Scrub{
			Off: form.Text("off") == "off", IP: policy(form.Text("ip")), Email: policy(form.Text("email")), Fields: lines(fields), SafeFields: lines(safe),
		}
		try = form.Text("do") == "try"
		return try
	})
	switch {
	case err != nil:
		return err
	case done && !try:
		return r.To(settingsPath(r.Project, "/scrubbing?said=saved"))
	}
	view := newScrubbing(now)
	if now.Wrong[""] != changedMeanwhile {
		view.Fields, view.Safe = fields, safe
	}
	view.Sample = sample
	if !done {
		return p.again(r, "settings_scrubbing", view)
	}
	result, found := scrubbed(now.Settings.Scrub, sample)
	if result == "" {
		view.Wrong = wrongs{"sample": "Want JSON: an event as a client sends it."}
		return p.again(r, "settings_scrubbing", view)
	}
	view.Result, view.Unchanged = result, !found
	return p.show(r, "settings_scrubbing", view)
}

// policy leaves out what stands as shipped.
func policy(name string) project.Policy {
	if project.Policy(name) == project.Keep {
		return ""
	}
	return project.Policy(name)
}

// scrubbed returns what is left of a sample, and whether something was taken out; empty where it is no JSON.
func scrubbed(settings project.Scrub, sample string) (result string, found bool) {
	now := time.Now()
	rec := pack.Record{ID: event.NewID(now), Project: 1, Day: event.DayOf(now), Received: now, Protocol: event.Sentry.String(), Raw: []byte(sample)}
	found, err := scrub.New(settings, trialSalt).Record(&rec)
	var shown bytes.Buffer
	if err != nil || json.Indent(&shown, rec.Raw, "", "  ") != nil {
		return "", false
	}
	return shown.String(), found
}

// trialSalt hashes for a trial alone, so that it can't be used to find out who is behind a stored hash.
func trialSalt(event.Day) []byte {
	salt := make([]byte, 32)
	_, _ = rand.Read(salt) // it never fails on the systems we run on
	return salt
}
