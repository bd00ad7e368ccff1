package project

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ReadSettings reads a whole document that somebody wrote. Members it does not know are refused, for a misspelt one
// would be a wish that nobody obeys. The error is a *SettingsError.
func ReadSettings(text []byte) (Settings, error) {
	if len(text) > MaxSettings {
		return Settings{}, &SettingsError{"settings", fmt.Sprintf("at most %d KiB", MaxSettings>>10)}
	}
	if first := bytes.TrimLeft(text, " \t\r\n"); len(first) == 0 || first[0] != '{' {
		return Settings{}, &SettingsError{"settings", "a JSON object"}
	}
	var s Settings
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Settings{}, settingsError(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Settings{}, &SettingsError{"settings", "one JSON object and nothing behind it"}
	}
	if err := s.Validate(); err != nil {
		return Settings{}, err
	}
	return s, nil
}

// settingsError says what a decoder found, without repeating what it read but a member's plain name.
func settingsError(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return &SettingsError{orElse(wrong.Field, "settings"), article(wrong.Type.Kind().String())}
	}
	// The decoder has no type for this error.
	if _, name, found := strings.Cut(err.Error(), "unknown field "); found {
		return &SettingsError{"settings", "no member " + plainName(strings.Trim(name, `"`))}
	}
	return &SettingsError{"settings", "well-formed JSON"}
}

// article names the JSON type that stands for a Go kind.
func article(kind string) string {
	switch kind {
	case "struct", "map":
		return "an object"
	case "slice":
		return "a list"
	case "bool":
		return "true or false"
	}
	return "a text"
}

// plainName returns name where it may stand in an answer and a header.
func plainName(name string) string {
	odd := strings.ContainsFunc(name, func(r rune) bool { return (r|0x20 < 'a' || r|0x20 > 'z') && r != '_' })
	if odd || name == "" || len(name) > 32 {
		return "of that name"
	}
	return name
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
