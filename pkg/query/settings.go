package query

import (
	"errors"
	"io"
	"net/http"

	"github.com/trivetlabs/trivet/pkg/project"
)

func (a *API) showSettings(r *request) error {
	if err := r.params.done(); err != nil {
		return err
	}
	settings, err := a.db.OwnSettings(r.ctx(), r.token.OrganizationID, r.project)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, settings)
}

// setSettings replaces a project's settings. No other page can make a visitor's browser do so: a token comes as Bearer
// alone, which no browser adds by itself.
func (a *API) setSettings(r *request) error {
	if err := r.params.done(); err != nil {
		return err
	}
	text, err := readBody(r, project.MaxSettings)
	if err != nil {
		return err
	}
	settings, err := project.ReadSettings(text)
	var wrong *project.SettingsError
	if errors.As(err, &wrong) {
		return &refusedError{kind: errMember, detail: wrong.Error(), fields: map[string]string{wrong.Member: "want " + wrong.Want}}
	}
	if err != nil {
		return err
	}
	stored, err := a.db.SetOwnSettings(r.ctx(), r.token.OrganizationID, r.project, settings)
	if err != nil {
		return err
	}
	a.log.Info().Int64("project_id", r.project).Stringer("token_id", r.token.ID).Msg("settings changed")
	return a.answer(r.http, http.StatusOK, r.mask, stored)
}

// readBody reads all of a request's body, errTooLarge where it is longer than limit.
func readBody(r *request, limit int) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r.http.Request().Body, int64(limit)+1))
	switch {
	case err != nil:
		return nil, errBody
	case len(text) > limit:
		return nil, errTooLarge
	}
	return text, nil
}
