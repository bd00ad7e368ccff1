package command

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/worker"
)

func replayCommands() []command {
	var from, to string
	var projectID int64
	return []command{{
		name:    "replay",
		summary: "write again what EVENTS still holds of a time; what is in the tables stays as it is",
		flags: func(f *flag.FlagSet) {
			f.StringVar(&from, "from", "", "start: RFC 3339, or a duration before now (2h)")
			f.StringVar(&to, "to", "", "end, likewise; empty means now")
			f.Int64Var(&projectID, "project", 0, "of this project only")
		},
		run: func(ctx context.Context, c *call) error {
			if len(c.args) > 0 {
				return errUsage
			}
			start, err := moment("from", from)
			if err != nil {
				return err
			}
			end := time.Now()
			if to != "" {
				if end, err = moment("to", to); err != nil {
					return err
				}
			}
			return replay(ctx, c, start, end, projectID)
		},
	}}
}

func moment(name, s string) (time.Time, error) {
	if t := event.ParseTime(s); !t.IsZero() {
		return t, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return time.Now().Add(-d), nil
	}
	return time.Time{}, fmt.Errorf("%w: -%s: want RFC 3339 or a duration like 2h, not %q", errUsage, name, printable(s))
}

// replay drains a second consumer in this process, beside the live workers.
func replay(ctx context.Context, c *call, start, end time.Time, projectID int64) error {
	return withStore(ctx, func(db *store.Store, _ place) error {
		return withQueue(ctx, func(q *queue.Queue) error {
			first, err := q.SequenceAt(ctx, start)
			if err != nil {
				return err
			}
			last, err := q.SequenceAt(ctx, end)
			if err != nil {
				return err
			}
			var done worker.Replayed
			if last > first {
				w := worker.New(environment(), worker.Config{Project: projectID, Pipelines: 1, BatchEvents: 2000, RetentionDays: worker.DefaultRetentionDays}, db, q)
				done, err = w.Replay(ctx, first, last-1, func(p worker.Replayed) {
					fmt.Fprintf(os.Stderr, "\rreplayed %d of %d packs, %d events were missing", p.Packs, last-first, p.Stored)
				})
				fmt.Fprintln(os.Stderr)
			}
			if err != nil {
				return err
			}
			return c.print(done, func(w io.Writer) {
				fmt.Fprintf(w, "%d packs replayed: %d events were missing and are stored, %d were there, %d dead\n", done.Packs, done.Stored, done.Duplicates, done.Dead)
			})
		})
	})
}
