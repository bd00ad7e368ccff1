package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

//go:embed static
var staticFiles embed.FS

// assets are the files of static, under names that change with their content, so that browsers keep them for ever.
type assets struct {
	urls  map[string]string // by file name
	files map[string][]byte // by the last part of the URL
}

const assetPath = "/static/"

func readAssets() (*assets, error) {
	a := &assets{urls: map[string]string{}, files: map[string][]byte{}}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	for _, entry := range entries {
		body, err := staticFiles.ReadFile("static/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read static files: %w", err)
		}
		sum := sha256.Sum256(body)
		ext := path.Ext(entry.Name())
		name := strings.TrimSuffix(entry.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.urls[entry.Name()], a.files[name] = assetPath+name, body
	}
	return a, nil
}

// url returns where browsers find a file; a name that is not there is a mistake in a template.
func (a *assets) url(name string) (string, error) {
	if u, ok := a.urls[name]; ok {
		return u, nil
	}
	return "", fmt.Errorf("no static file %s", name)
}

func (p *Pages) assetRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: assetPath + ":file", Name: "static", Need: access.Anybody, Handle: p.showAsset}}
}

func (p *Pages) showAsset(r *Request) error {
	name := r.HTTP.Param("file")
	body, ok := p.assets.files[name]
	if !ok {
		return store.ErrNotFound
	}
	h := r.HTTP.Response().Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	return r.HTTP.Blob(http.StatusOK, mime.TypeByExtension(path.Ext(name)), body)
}
