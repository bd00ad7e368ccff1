package access

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// How often a password may be tried in vain in a quarter of an hour: for an account from one address, from one address,
// and for an account from everywhere. The last would let anybody lock somebody out, so it is not for addresses from
// which they were signed in lately.
const (
	triesOfBoth    = 10
	triesOfAddress = 50
	triesOfAccount = 100
)

// metrics count what became of tries to sign in.
type metrics struct {
	good, wrong, limited, failed prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) metrics {
	all := promauto.With(reg).NewCounterVec(prometheus.CounterOpts{
		Name: "query_sign_ins_total", Help: "Passwords that were asked for, by what they were: good, wrong, limited (not looked at) or failed (on our side).",
	}, []string{"outcome"})
	return metrics{all.WithLabelValues("good"), all.WithLabelValues("wrong"), all.WithLabelValues("limited"), all.WithLabelValues("failed")}
}

// SignIn signs a browser in by e-mail and password. Whoever it was for, a try in vain takes as long and is answered
// alike: web.ErrPassword, or web.ErrTries with the time to wait.
func (a *Access) SignIn(w http.ResponseWriter, r *http.Request, email, password string) error {
	u, err := a.ask(r, email, password)
	if err != nil {
		return err
	}
	return a.begin(w, r, u.ID)
}

// ask finds out whether a password is that of an account.
func (a *Access) ask(r *http.Request, email, password string) (u store.User, err error) {
	defer func() {
		switch {
		case err == nil:
			a.metrics.good.Inc()
		case errors.Is(err, web.ErrPassword):
			a.metrics.wrong.Inc()
		case errors.Is(err, web.ErrTries):
			a.metrics.limited.Inc()
		default:
			a.metrics.failed.Inc()
		}
	}()
	ctx := r.Context()
	u, hash, err := a.db.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return u, err
	}
	known, err := a.db.KnownAddress(ctx, u.ID, a.Address(r))
	if err != nil {
		return u, err
	}
	limits := a.limits(r, email, known)
	at, wait, err := a.db.Try(ctx, limits)
	if err != nil {
		return u, err
	}
	if wait > 0 {
		return u, &web.RefusedError{Kind: web.ErrTries, Detail: "wait " + wait.Round(time.Second).String(), Wait: wait}
	}
	good, old, err := a.hasher.verify(ctx, password, hash)
	if err != nil {
		return u, err
	}
	if !good || u.DisabledAt != nil {
		return store.User{}, web.ErrPassword
	}
	if err := a.db.Forgive(ctx, limits, at); err != nil {
		return u, err
	}
	if old {
		a.rehash(ctx, u.ID, hash, password)
	}
	return u, nil
}

// rehash stores the hash of a password by today's parameters. Where that fails the old one stays good.
func (a *Access) rehash(ctx context.Context, user int64, was, password string) {
	hash, err := a.hasher.hash(ctx, password)
	if err == nil {
		err = a.db.Rehash(ctx, user, was, hash)
	}
	if err != nil {
		a.log.Warn().Err(err).Int64("user_id", user).Msg("password not hashed anew; the next sign-in tries again")
	}
}

// limits are those of a try, the first being of the account and the address together.
func (a *Access) limits(r *http.Request, email string, known bool) []store.TryLimit {
	account := "account " + strings.ToLower(strings.TrimSpace(email))
	address := "address " + subscriber(a.Address(r))
	all := []store.TryLimit{{Subject: account + " " + address, Most: triesOfBoth}, {Subject: address, Most: triesOfAddress}}
	if !known {
		all = append(all, store.TryLimit{Subject: account, Most: triesOfAccount})
	}
	return all
}

// subscriber joins the addresses of one IPv6 /64, which is what one subscriber gets.
func subscriber(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil || !addr.Is6() {
		return address
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// sweepEvery is how often what nobody asks for any more is deleted.
const sweepEvery = 10 * time.Minute

// Sweep deletes old tries, sign-ins and links until ctx ends.
func (a *Access) Sweep(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := a.db.SweepAccess(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn().Err(err).Msg("old sign-ins not deleted; next try in ten minutes")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
