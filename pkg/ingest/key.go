package ingest

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/sentry"
)

// maxDSNHeader is how much of a body is looked at for a key before anything is known of its sender.
const maxDSNHeader = 8 << 10

// identify finds the request's project: its key, that the path names the same project, and that the page
// may send. Nothing but memory is touched, so that unknown keys cost next to nothing.
func (r *request) identify() error {
	key, err := r.key()
	if errors.Is(err, errNoKey) && r.route.keyInBody {
		if err := r.admitClient(); err != nil { // before anything is read for a sender nobody knows
			return err
		}
		key, err = r.dsnKey()
	}
	if err != nil {
		return err
	}
	name := ""
	switch {
	case project.IsKey(key):
		name = project.KeyName(key)
	case r.route.logs && project.IsToken(key):
		name = project.TokenName(key)
	default:
		return refused(errUnknownKey, "a key is 32 lower-case hex digits")
	}
	entry, ok := r.edge.deps.Directory.Lookup(name)
	switch {
	case !ok || entry.ProjectID <= 0:
		return errUnknownKey
	case entry.Revoked:
		return errRevoked
	case r.path != "" && !samePath(r.path, entry.ProjectID):
		return refused(errProject, "the path names another project")
	}
	r.project, r.rate = entry.ProjectID, float64(entry.Rate)
	if r.route.keyInDSN {
		if err := r.sameProject(r.query.dsn); err != nil {
			return err
		}
	}
	if !entry.Allows(r.http.Header.Get("Origin")) {
		return errOrigin
	}
	return nil
}

func samePath(path string, id int64) bool {
	n, err := strconv.ParseInt(path, 10, 64)
	return err == nil && n == id
}

// key returns what the request says of its key: the first place that holds one counts, the others are
// ignored. An Authorization that holds nothing like a key is a proxy's or a site's own and is passed over.
func (r *request) key() (string, error) {
	h := r.http.Header
	key := cmp.Or(r.query.sentryKey, r.query.key, sentryField(h.Get("X-Sentry-Auth"), "sentry_key"))
	authorization := h.Get("Authorization")
	if key == "" && authorization != "" {
		key = inAuthorization(authorization)
	}
	if key = cmp.Or(key, h.Get("X-Api-Key"), h.Get("X-Trivet-Key"), r.pathKey); key != "" {
		return key, nil
	}
	if r.route.keyInDSN && r.query.dsn != "" {
		key, _, _ = project.ParseDSN(r.query.dsn)
		return key, nil // one that is none is unknown
	}
	if authorization != "" && !r.route.keyInBody {
		return "", refused(errUnknownKey, "Authorization holds no key")
	}
	return "", errNoKey
}

// inAuthorization finds a key or token in an Authorization of any scheme or none: as it stands, else
// base64-decoded, each up to its first colon. 32 hex digits are base64 too, hence the order.
func inAuthorization(value string) string {
	value = strings.TrimSpace(value)
	if scheme, rest, ok := strings.Cut(value, " "); ok {
		if strings.EqualFold(scheme, "Sentry") {
			return sentryField(rest, "sentry_key")
		}
		value = strings.TrimSpace(rest)
	}
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil {
		decoded = nil
	}
	for _, candidate := range []string{value, string(decoded)} {
		candidate, _, _ = strings.Cut(candidate, ":")
		if candidate = strings.TrimSpace(candidate); project.IsKey(candidate) || project.IsToken(candidate) {
			return candidate
		}
	}
	return ""
}

// sentryField reads one field of "Sentry k=v, k=v", the scheme being optional.
func sentryField(value, field string) string {
	for value != "" {
		var part string
		if i := strings.IndexAny(value, ", "); i >= 0 {
			part, value = value[:i], value[i+1:]
		} else {
			part, value = value, ""
		}
		if v, ok := strings.CutPrefix(part, field); ok && strings.HasPrefix(v, "=") {
			return strings.Trim(v[1:], `"`)
		}
	}
	return ""
}

// dsnKey reads the key from the dsn in the envelope's first line.
func (r *request) dsnKey() (string, error) {
	head, err := r.body.head(maxDSNHeader)
	if err != nil {
		return "", err
	}
	line, _, whole := bytes.Cut(head, []byte{'\n'})
	if !whole && len(line) >= maxDSNHeader {
		return "", refused(event.ErrTooLarge, "envelope header over 8 KiB and no key elsewhere")
	}
	env, err := sentry.ParseEnvelope(line)
	if err != nil {
		return "", err
	}
	if env.DSN == "" {
		return "", errNoKey
	}
	key, _, ok := project.ParseDSN(env.DSN)
	if !ok {
		return "", refused(errUnknownKey, "the envelope's dsn is none")
	}
	return key, nil
}

// sameProject refuses an envelope whose dsn names another project than the request's key.
func (r *request) sameProject(dsn string) error {
	if dsn == "" {
		return nil
	}
	_, id, ok := project.ParseDSN(dsn)
	if end := strings.IndexFunc(id, func(c rune) bool { return c < '0' || c > '9' }); end >= 0 {
		id = id[:end] // as SDKs read it
	}
	if ok && !samePath(id, r.project) {
		return refused(errProject, "the envelope's dsn names another project")
	}
	return nil
}

// query is what the edge reads of a query string.
type query struct {
	sentryKey, key, client string
	release, environment   string
	dsn                    string // of the report dialog
}

// readQuery takes the first value of each name and never fails: what can't be decoded is left as it is.
func readQuery(raw string) (q query) {
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		name, value, _ := strings.Cut(pair, "=")
		var to *string
		switch name {
		case "sentry_key":
			to = &q.sentryKey
		case "key":
			to = &q.key
		case "sentry_client":
			to = &q.client
		case "dsn":
			to = &q.dsn
		case "sentry_release", "release":
			to = &q.release
		case "sentry_environment", "environment":
			to = &q.environment
		}
		if to == nil || *to != "" {
			continue
		}
		if strings.ContainsAny(value, "%+") {
			if plain, err := url.QueryUnescape(value); err == nil {
				value = plain
			}
		}
		*to = value
	}
	return q
}
