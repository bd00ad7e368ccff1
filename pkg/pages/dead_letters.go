package pages

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/detail"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) deadLetterRoutes() []Route {
	const path = "/projects/:project/dead-letters"
	return []Route{
		{Method: http.MethodGet, Path: path, Name: "dead_letters", Need: access.Admin, Handle: p.listDeadLetters},
		{Method: http.MethodGet, Path: path + "/:sequence", Name: "dead_letter", Need: access.Admin, Handle: p.showDeadLetter},
		{Method: http.MethodPost, Path: path + "/retry", Name: "dead_letters_retry", Need: access.Admin, Handle: p.retryDeadLetters},
	}
}

func (p *Pages) letters() detail.Letters { return detail.Letters{DB: p.DB, Queue: p.Queue} }

// deadLettersView is the page of what can't be written.
type deadLettersView struct {
	Letters []letterRow
	Count   uint64 // of the project
	Waiting int    // retries that no worker has finished
	After   uint64
	Next    uint64 // 0 on the last page
}

// letterRow is a dead letter with words for people.
type letterRow struct {
	detail.Letter
	JSON string // on its own page
}

// State is what became of the letter.
func (l letterRow) State() string {
	switch {
	case l.Written:
		return "written"
	case l.Retrying:
		return "retrying"
	case l.Hopeless():
		return "lost"
	}
	return "dead"
}

// Why says the reason in a sentence.
func (l letterRow) Why() string {
	switch l.Reason {
	case "invalid":
		return "What the client sent can't be understood."
	case "corrupt":
		return "The bytes are broken: what was in them is lost."
	case "unscrubbed":
		return "Secrets could not be looked for in it, so it was withheld and not kept."
	case "rejected":
		return "The database refused it."
	}
	return "It can't be written."
}

const letterPage = 25

func (p *Pages) listDeadLetters(r *Request) error {
	ctx, view := r.HTTP.Request().Context(), deadLettersView{}
	if text := r.Params.Text("after"); text != "" {
		after, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			r.Params.Wrong("after", "a number")
		}
		view.After = after
	}
	if err := r.Params.Done(); err != nil {
		return err
	}
	letters, next, err := p.letters().List(ctx, r.Org(), r.Project.ID, view.After, letterPage)
	if err != nil {
		return err
	}
	view.Next = next
	for _, l := range letters {
		view.Letters = append(view.Letters, letterRow{Letter: l})
		if l.Retrying {
			view.Waiting++
		}
	}
	if view.Count, err = p.letters().Count(ctx, r.Project.ID); err != nil {
		return err
	}
	return p.show(r, "dead_letters", view)
}

func (p *Pages) showDeadLetter(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	sequence, err := strconv.ParseUint(r.HTTP.Param("sequence"), 10, 64)
	if err != nil {
		return store.ErrNotFound
	}
	letter, err := p.letters().Find(r.HTTP.Request().Context(), r.Org(), r.Project.ID, sequence)
	if err != nil {
		return err
	}
	row := letterRow{Letter: letter}
	if text, err := json.MarshalIndent(letter.Shown(), "", "  "); err == nil && letter.Shown() != nil {
		row.JSON = string(text)
	}
	return p.show(r, "dead_letter", row)
}

// retryDeadLetters offers one letter, or where the form names none those behind a sequence, to the workers.
func (p *Pages) retryDeadLetters(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	one, after := formNumber(form, "sequence"), formNumber(form, "after")
	if err := form.Done(); err != nil {
		return err
	}
	ctx := r.HTTP.Request().Context()
	if one > 0 {
		if err := p.letters().Retry(ctx, r.Org(), r.Project.ID, uint64(one)); err != nil {
			return err
		}
		p.Log.Info().Int64("project_id", r.Project.ID).Int("sequence", one).Any("actor", r.Viewer.Actor()).Msg("dead letter is to be tried again")
		return r.To(projectPath(r, "/dead-letters/"+strconv.Itoa(one)+"?said=retrying"))
	}
	offered, next, err := p.letters().RetryAll(ctx, r.Org(), r.Project.ID, uint64(after))
	if err != nil {
		return err
	}
	p.Log.Info().Int64("project_id", r.Project.ID).Int("offered", offered).Any("actor", r.Viewer.Actor()).Msg("dead letters are to be tried again")
	if next > 0 {
		return r.To(projectPath(r, "/dead-letters?said=retrying-some&after="+strconv.FormatUint(next, 10)))
	}
	return r.To(projectPath(r, "/dead-letters?said=retrying"))
}
