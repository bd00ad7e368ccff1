package pages

import "strings"

// installView is the page of the ways to send errors here.
type installView struct {
	Keys    []keyView // good ones
	Key     string    // that the recipes hold; empty where the project has no good one
	Reached bool      // the URL under which clients reach ingest is known
	Recipes []recipe
	Open    recipe
}

func (p *Pages) showInstall(r *Request) error {
	wanted, open := r.Params.Text("key"), r.Params.Text("with")
	if err := r.Params.Done(); err != nil {
		return err
	}
	keys, err := p.keysOf(r)
	if err != nil {
		return err
	}
	view := installView{}
	var to target
	for _, key := range keys {
		if key.RevokedAt != nil {
			continue
		}
		view.Keys = append(view.Keys, key)
		if to.Key == "" || key.PublicKey == wanted {
			to = target{strings.TrimRight(p.IngestURL, "/"), key.PublicKey, key.DSN, r.Project.ID}
		}
	}
	view.Key, view.Reached = to.Key, to.DSN != ""
	if view.Key != "" && view.Reached {
		view.Recipes = recipes(to)
		view.Open = openRecipe(view.Recipes, open)
	}
	return p.show(r, "settings_install", view)
}
