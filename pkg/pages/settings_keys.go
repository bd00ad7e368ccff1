package pages

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
)

// keyView is a key with what clients are given.
type keyView struct {
	store.Key
	DSN string // empty where nobody knows under which URL clients reach ingest
}

// keysView is the page of a project's keys.
type keysView struct {
	Keys  []keyView
	Label string // as typed
	Wrong wrongs
}

// keysOf reads the keys of a request's project, good ones first.
func (p *Pages) keysOf(r *Request) (keys []keyView, err error) {
	all, err := p.DB.OwnKeys(r.HTTP.Request().Context(), r.Org(), r.Project.ID)
	if err != nil {
		return nil, err
	}
	var revoked []keyView
	for _, key := range all {
		dsn, err := project.DSN(p.IngestURL, key.PublicKey, r.Project.ID)
		if err != nil {
			dsn = ""
		}
		if key.RevokedAt != nil {
			revoked = append(revoked, keyView{key, dsn})
		} else {
			keys = append(keys, keyView{key, dsn})
		}
	}
	return append(keys, revoked...), nil
}

func (p *Pages) showKeys(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	keys, err := p.keysOf(r)
	if err != nil {
		return err
	}
	return p.show(r, "settings_keys", keysView{keys, "", wrongs{}})
}

func (p *Pages) makeKey(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	label := strings.TrimSpace(form.Text("label"))
	if err = form.Done(); err == nil {
		_, err = p.DB.CreateOwnKey(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), r.Project.ID, label)
	}
	if wrong := refusedFields(err, map[string]string{"label": "label"}); wrong != nil {
		keys, err := p.keysOf(r)
		if err != nil {
			return err
		}
		return p.again(r, "settings_keys", keysView{keys, label, wrong})
	}
	if err != nil {
		return err
	}
	p.TellEdges(r.HTTP.Request().Context())
	return r.To(settingsPath(r.Project, "/keys?said=key-made"))
}

func (p *Pages) revokeKey(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	key := form.Text("key")
	if err := form.Done(); err != nil {
		return err
	}
	if _, err := p.DB.RevokeOwnKey(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), r.Project.ID, key); err != nil {
		return err
	}
	p.TellEdges(r.HTTP.Request().Context())
	return r.To(settingsPath(r.Project, "/keys?said=key-revoked"))
}
