package query

import (
	"errors"
	"io"
	"net/http"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/web"
)

// settingsExample has every member of settings.
var settingsExample = project.Settings{
	Filters:     project.Filters{Switches: map[string]bool{"crawler": false}, Messages: []string{"TimeoutError: *", "*quota exceeded*"}},
	Scrub:       project.Scrub{IP: project.Truncate, Email: project.Hash, Fields: []string{"iban"}, SafeFields: []string{"token_count"}},
	Grouping:    project.Grouping{Rules: []project.Rule{{Type: "PaymentError", Message: "*declined*", File: "*/checkout/*", Function: "pay*", Fingerprint: []string{"payment", "{{ default }}"}}}},
	Attachments: new(true),
}

func (a *API) showSettings(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	settings, err := a.db.OwnSettings(r.ctx(), r.org(), r.project)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, settings)
}

// setSettings replaces a project's settings. No other page can make a visitor's browser do so: a token comes as Bearer
// alone, which no browser adds by itself.
func (a *API) setSettings(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	text, err := readBody(r, project.MaxSettings)
	if err != nil {
		return err
	}
	settings, err := project.ReadSettings(text)
	var wrong *project.SettingsError
	if errors.As(err, &wrong) {
		return &web.RefusedError{Kind: web.ErrMember, Detail: wrong.Error(), Fields: map[string]string{wrong.Member: "want " + wrong.Want}}
	}
	if err != nil {
		return err
	}
	stored, err := a.db.SetOwnSettings(r.ctx(), r.org(), r.viewer.Actor(), r.project, settings)
	if err != nil {
		return err
	}
	a.log.Info().Int64("project_id", r.project).Any("actor", r.viewer.Actor()).Msg("settings changed")
	return a.answer(r.http, http.StatusOK, r.mask, stored)
}

// readBody reads all of a request's body, web.ErrTooLarge where it is longer than limit.
func readBody(r *request, limit int) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r.http.Request().Body, int64(limit)+1))
	switch {
	case err != nil:
		return nil, web.ErrBody
	case len(text) > limit:
		return nil, web.ErrTooLarge
	}
	return text, nil
}
