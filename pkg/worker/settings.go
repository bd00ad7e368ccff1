package worker

import (
	"context"
	"maps"
	"time"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/scrub"
)

// rules are what people chose for a project, made ready once for all its events.
type rules struct {
	scrubber    *scrub.Scrubber
	filters     project.Filters
	grouping    []project.Rule
	attachments bool // are kept
	salted      bool // addresses or e-mails are hashed by the salt of their day
}

// rules makes settings ready.
func (w *Worker) rules(s project.Settings) *rules {
	return &rules{
		scrubber: scrub.New(s.Scrub, w.salts.of), filters: s.Filters, grouping: s.Grouping.Rules,
		attachments: s.Attachments == nil || *s.Attachments,
		salted:      s.Scrub.IP == project.Hash || s.Scrub.Email == project.Hash,
	}
}

// rulesOf returns the rules of a project, those everybody gets where it has none of its own.
func (w *Worker) rulesOf(project int64) *rules {
	if r, ok := (*w.chosen.Load())[project]; ok {
		return r
	}
	return w.shipped
}

// settingsEvery is how long a change of settings can take to reach the workers.
const settingsEvery = 5 * time.Second

// keepSettings follows the settings until ctx ends. While the database is away those of before count.
func (w *Worker) keepSettings(ctx context.Context) error {
	for ctx.Err() == nil {
		sleep(ctx, settingsEvery)
		if err := w.loadSettings(ctx); err != nil && ctx.Err() == nil {
			w.log.Warn().Err(err).Dur("retry_in", settingsEvery).Msg("settings not read; the last ones count")
		}
	}
	return nil
}

// loadSettings reads what was changed since the last time, at first all.
func (w *Worker) loadSettings(ctx context.Context) error {
	w.settings.Lock()
	defer w.settings.Unlock()
	changed, next, err := w.db.SettingsSince(ctx, w.settings.since)
	if err != nil {
		return err
	}
	w.settings.since = next
	if len(changed) == 0 {
		return nil
	}
	all := maps.Clone(*w.chosen.Load())
	for id, s := range changed {
		all[id] = w.rules(s)
	}
	w.chosen.Store(&all)
	return nil
}
