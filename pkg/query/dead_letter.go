package query

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/detail"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) deadLetterRoutes() {
	const path = "/api/v1/projects/:project/dead-letters"
	cursor := textParam("cursor", "`next` of the page before")
	a.on(http.MethodGet, path, "dead_letters", access.Admin, a.listDeadLetters).doc(doc{
		what: "Events that could not be written, oldest first", query: params(limitParam("how many a page holds at most", detail.MaxLetters), cursor),
		list: "dead_letters", gives: detail.Letter{},
	})
	a.on(http.MethodGet, path+"/:sequence", "dead_letter", access.Admin, a.showDeadLetter).doc(doc{
		what: "One of them with its record", more: "`record` is null where it holds none that can be read.", gives: letterView{},
	})
	a.on(http.MethodPost, path+"/retry", "retry_dead_letters", access.Admin, a.retryDeadLetters).doc(doc{
		what: "Offers all of them to the workers again", more: "`next` goes on where there are more. Workers try within seconds.",
		query: cursor, gives: retryView{}, status: http.StatusAccepted,
	})
	a.on(http.MethodPost, path+"/:sequence/retry", "retry_dead_letter", access.Admin, a.retryDeadLetter).doc(doc{
		what: "Offers one of them to the workers again", gives: retryView{}, status: http.StatusAccepted,
	})
}

func (a *API) letters() detail.Letters { return detail.Letters{DB: a.db, Queue: a.queue} }

func (a *API) listDeadLetters(r *request) error {
	after, limit := r.sequenceParam("cursor"), r.params.Limit()
	if limit > detail.MaxLetters {
		r.params.Wrong("limit", "a number from 1 to "+strconv.Itoa(detail.MaxLetters))
	}
	if err := r.params.Done(); err != nil {
		return err
	}
	letters, next, err := a.letters().List(r.ctx(), r.org(), r.project, after, cmp.Or(limit, detail.MaxLetters))
	if err != nil {
		return err
	}
	return answerList(a, r, "dead_letters", letters, sequenceText(next))
}

// letterView is a dead letter with its record, null where it holds none that can be read.
type letterView struct {
	detail.Letter
	Record json.RawMessage `json:"record"`
}

func (a *API) showDeadLetter(r *request) error {
	sequence, err := r.pathSequence()
	if err != nil {
		return err
	}
	letter, err := a.letters().Find(r.ctx(), r.org(), r.project, sequence)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, letterView{letter, letter.Shown()})
}

// retryView says what a wish for a retry has come to: workers try within seconds.
type retryView struct {
	Offered int     `json:"offered"`
	Next    *string `json:"next"` // ask again with it as cursor; null where all are offered
}

func (a *API) retryDeadLetter(r *request) error {
	sequence, err := r.pathSequence()
	if err != nil {
		return err
	}
	if err := a.letters().Retry(r.ctx(), r.org(), r.project, sequence); err != nil {
		return err
	}
	a.log.Info().Int64("project_id", r.project).Uint64("sequence", sequence).Any("actor", r.viewer.Actor()).Msg("dead letter is to be tried again")
	return a.answer(r.http, http.StatusAccepted, r.mask, retryView{Offered: 1})
}

func (a *API) retryDeadLetters(r *request) error {
	after := r.sequenceParam("cursor")
	if err := r.params.Done(); err != nil {
		return err
	}
	offered, next, err := a.letters().RetryAll(r.ctx(), r.org(), r.project, after)
	if err != nil {
		return err
	}
	a.log.Info().Int64("project_id", r.project).Int("offered", offered).Any("actor", r.viewer.Actor()).Msg("dead letters are to be tried again")
	view := retryView{Offered: offered}
	if text := sequenceText(next); text != "" {
		view.Next = &text
	}
	return a.answer(r.http, http.StatusAccepted, r.mask, view)
}

// pathSequence reads the sequence of the path, beside which there are no parameters. What is no number is not there.
func (r *request) pathSequence() (uint64, error) {
	if err := r.params.Done(); err != nil {
		return 0, err
	}
	sequence, err := strconv.ParseUint(r.http.Param("sequence"), 10, 64)
	if err != nil {
		return 0, store.ErrNotFound
	}
	return sequence, nil
}

// sequenceParam reads a cursor of dead letters, 0 when it is absent.
func (r *request) sequenceParam(name string) uint64 {
	text := r.params.Text(name)
	if text == "" {
		return 0
	}
	sequence, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		r.params.Wrong(name, "the next of the page before")
	}
	return sequence
}

func sequenceText(sequence uint64) string {
	if sequence == 0 {
		return ""
	}
	return strconv.FormatUint(sequence, 10)
}
