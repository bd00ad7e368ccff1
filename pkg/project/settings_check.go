package project

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of one project's settings. Every worker holds all projects' in memory and asks them for each event.
const (
	MaxSettings    = 64 << 10 // bytes of the document
	maxRules       = 100
	maxTexts       = 100 // of each list
	maxTextLength  = 200 // characters
	maxFingerprint = 10
)

// filterNames are the switches: every filter that package filter has.
var filterNames = []string{"extension", "injected", "crawler", "legacy_browser", "localhost", "harmless", "ignored"}

// FilterNames returns the names that Filters.Switches may hold.
func FilterNames() []string { return slices.Clone(filterNames) }

// A SettingsError says which member of settings is wrong and what is wanted instead. It may be shown: it never repeats
// a value.
type SettingsError struct{ Member, Want string }

func (e *SettingsError) Error() string { return e.Member + ": want " + e.Want }

// Validate returns a *SettingsError for the first member that could not work.
func (s *Settings) Validate() error {
	if err := s.Filters.validate(); err != nil {
		return err
	}
	if err := s.Scrub.validate(); err != nil {
		return err
	}
	if n := len(s.Grouping.Rules); n > maxRules {
		return &SettingsError{"grouping.rules", fmt.Sprintf("at most %d", maxRules)}
	}
	for i := range s.Grouping.Rules {
		if err := s.Grouping.Rules[i].validate(fmt.Sprintf("grouping.rules[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

func (f *Filters) validate() error {
	for name := range f.Switches {
		if !slices.Contains(filterNames, name) {
			return &SettingsError{"filters.switches", "only " + strings.Join(filterNames, ", ")}
		}
	}
	if err := checkTexts("filters.messages", f.Messages); err != nil {
		return err
	}
	for i, glob := range f.Messages {
		if strings.Trim(glob, "* ") == "" {
			return &SettingsError{fmt.Sprintf("filters.messages[%d]", i), "more than a *, which would drop everything"}
		}
	}
	return nil
}

func (s *Scrub) validate() error {
	policies := []Policy{"", Keep, Never, Truncate, Hash}
	for _, p := range []struct {
		member string
		policy Policy
	}{{"scrub.ip", s.IP}, {"scrub.email", s.Email}} {
		if !slices.Contains(policies, p.policy) {
			return &SettingsError{p.member, "keep, never, truncate or hash"}
		}
	}
	if err := checkTexts("scrub.fields", s.Fields); err != nil {
		return err
	}
	return checkTexts("scrub.safe_fields", s.SafeFields)
}

func (r *Rule) validate(member string) error {
	matchers := 0
	for _, m := range []struct{ name, glob string }{{"type", r.Type}, {"message", r.Message}, {"file", r.File}, {"function", r.Function}} {
		if m.glob == "" {
			continue
		}
		matchers++
		if err := checkText(member+"."+m.name, m.glob); err != nil {
			return err
		}
	}
	if matchers == 0 {
		return &SettingsError{member, "at least one of type, message, file and function"}
	}
	if n := len(r.Fingerprint); n < 1 || n > maxFingerprint {
		return &SettingsError{member + ".fingerprint", fmt.Sprintf("1 to %d parts", maxFingerprint)}
	}
	return checkTexts(member+".fingerprint", r.Fingerprint)
}

func checkTexts(member string, texts []string) error {
	if len(texts) > maxTexts {
		return &SettingsError{member, fmt.Sprintf("at most %d", maxTexts)}
	}
	for i, text := range texts {
		if err := checkText(fmt.Sprintf("%s[%d]", member, i), text); err != nil {
			return err
		}
	}
	return nil
}

func checkText(member, text string) error {
	if text == "" || utf8.RuneCountInString(text) > maxTextLength || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return &SettingsError{member, fmt.Sprintf("1 to %d characters without control characters", maxTextLength)}
	}
	return nil
}
