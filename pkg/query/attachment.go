package query

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func (a *API) listAttachments(r *request) error {
	id, day, err := r.pathDay("event")
	if err != nil {
		return err
	}
	files, err := a.db.Attachments(r.ctx(), r.org(), r.project, id, day)
	if err != nil {
		return err
	}
	return answerList(a, r, "attachments", files, "")
}

// download answers the bytes of a file, in a form that no browser runs or shows: whatever the client called it, it is
// somebody else's.
func (a *API) download(r *request) error {
	id, day, err := r.pathDay("attachment")
	if err != nil {
		return err
	}
	file, data, err := a.db.Attachment(r.ctx(), r.org(), r.project, id, day)
	if err != nil {
		return err
	}
	h := r.http.Response().Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", disposition(file.Name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	r.http.Response().WriteHeader(http.StatusOK)
	_, _ = r.http.Response().Write(data) // a client that went away is no error of ours
	return nil
}

// maxFileName is what file systems take, in bytes, less what a browser may add.
const maxFileName = 200

// disposition is the header under which a file is saved and never shown (RFC 6266 §4): a plain name for old clients and
// the true one, neither of which can leave the folder it is saved to.
func disposition(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	// What a name may not hold on some system, and what would turn the direction of what follows.
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || strings.ContainsRune(`"*:<>?|%;`, r) || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if len(name) > maxFileName {
		name = strings.ToValidUTF8(name[:maxFileName], "") // half a character goes
	}
	name = strings.Trim(name, ". ") // no hidden files, and nothing that some system cuts off
	if name == "" {
		name = "attachment"
	}
	plain := strings.Map(func(r rune) rune {
		if r >= 0x7f {
			return '_'
		}
		return r
	}, name)
	header := `attachment; filename="` + plain + `"`
	if plain != name {
		header += "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20") // RFC 8187 §3.2.1
	}
	return header
}
