package query

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

var exportParams = params(enumParam("format", "of the answer; ndjson when absent", formatNDJSON, formatCSV),
	textParam("cursor", "`cursor` of the last line that arrived: goes on behind it"))

const exportMore = "An export has no end but the list's. NDJSON has an object a line, with its `cursor`; CSV (RFC 4180, UTF-8) a column `cursor`. Text in CSV that a " +
	"spreadsheet would take for a formula begins with an apostrophe. An answer that breaks off has no last chunk: ask again with the last `cursor`."

const (
	formatNDJSON = "ndjson"
	formatCSV    = "csv"
)

// Bounds of a connection that an export is written to.
const (
	exportBuffer  = 32 << 10
	exportTimeout = 30 * time.Second // to take a buffer
)

func (a *API) exportIssues(r *request) error {
	format, cursor := r.format()
	f, err := r.issueFilter(cursor, 0)
	if err != nil {
		return err
	}
	return export(a, r, "issues", format, a.db.EachIssue(r.ctx(), r.org(), f))
}

func (a *API) exportEvents(r *request) error {
	format, cursor := r.format()
	f, err := r.eventFilter(cursor, 0)
	if err != nil {
		return err
	}
	return export(a, r, "events", format, a.db.EachEvent(r.ctx(), r.org(), f))
}

// format reads the parameters of all exports.
func (r *request) format() (format, cursor string) {
	format, cursor = r.params.Text("format"), r.params.Text("cursor")
	switch format {
	case "":
		format = formatNDJSON
	case formatNDJSON, formatCSV:
	default:
		r.params.Wrong("format", formatNDJSON+" or "+formatCSV)
	}
	return format, cursor
}

// export writes all of a list. What is wrong before the first element is answered; what goes wrong later can only break the
// answer off, so that nobody takes it for whole.
func export[T any](a *API, r *request, name, format string, all iter.Seq2[store.Exported[T], error]) error {
	wait, cancel := context.WithTimeout(r.ctx(), requestTimeout)
	defer cancel()
	done, err := a.exports.take(wait, r.viewer)
	if err != nil {
		return err
	}
	defer done()
	w := newExportWriter(r, name, format)
	var none T
	err = w.columns(none)
	for e, problem := range all {
		switch {
		case problem != nil:
			err = problem
		case isProgress(e.Cursor, e.Value):
			err = w.flush() // it takes long: show what there is
		default:
			err = w.element(e.Value, e.Cursor)
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		err = w.flush()
	}
	if err == nil || !w.begun {
		return err
	}
	if web.RefusalOf(err).Status != web.StatusGone && !errors.Is(err, errClient) {
		a.log.Warn().Err(err).Str("list", name).Msg("export broken off")
	}
	panic(http.ErrAbortHandler)
}

// isProgress tells a search that goes on from an element.
func isProgress(cursor string, value any) bool {
	switch v := value.(type) {
	case store.EventRow:
		return cursor != "" && v.ID.IsZero()
	case store.Issue:
		return cursor != "" && v.ID.IsZero()
	}
	return false
}

// errClient is a client that takes nothing any more.
var errClient = errors.New("client does not read")

// An exportWriter writes elements in one of the formats.
type exportWriter struct {
	request *request
	name    string
	csv     *csv.Writer // nil: NDJSON
	out     *bufio.Writer
	begun   bool
}

func newExportWriter(r *request, name, format string) *exportWriter {
	w := &exportWriter{request: r, name: name}
	w.out = bufio.NewWriterSize(w, exportBuffer)
	if format == formatCSV {
		w.csv = csv.NewWriter(w.out)
		w.csv.UseCRLF = true
	}
	return w
}

// Write sends a full buffer to the client, which has its time to take it, however long all of the export lasts.
func (w *exportWriter) Write(b []byte) (int, error) {
	to := w.request.http.Response()
	if !w.begun {
		w.begun = true
		media, extension := "application/x-ndjson", "ndjson"
		if w.csv != nil {
			media, extension = "text/csv; charset=utf-8", "csv"
		}
		to.Header().Set("Content-Type", media)
		to.Header().Set("Content-Disposition", disposition(w.name+"."+extension))
		to.WriteHeader(http.StatusOK)
	}
	err := http.NewResponseController(to).SetWriteDeadline(time.Now().Add(exportTimeout))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, fmt.Errorf("%w: %w", errClient, err)
	}
	n, err := to.Write(b)
	if err != nil {
		err = fmt.Errorf("%w: %w", errClient, err)
	}
	return n, err
}

// flush sends what there is; of an export without elements its head.
func (w *exportWriter) flush() error {
	if w.csv != nil {
		w.csv.Flush()
	}
	if err := w.out.Flush(); err != nil {
		return err
	}
	if !w.begun {
		if _, err := w.Write(nil); err != nil {
			return err
		}
	}
	err := http.NewResponseController(w.request.http.Response()).Flush()
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("%w: %w", errClient, err)
	}
	return nil
}

// columns writes the head of a CSV.
func (w *exportWriter) columns(zero any) error {
	if w.csv == nil {
		return nil
	}
	var names []string
	err := w.members(zero, func(name string, _ *jsonx.Reader) { names = append(names, name) })
	if err == nil {
		err = w.csv.Write(append(names, "cursor"))
	}
	return err
}

func (w *exportWriter) element(value any, cursor string) error {
	if w.csv == nil {
		line, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("encode answer: %w", err)
		}
		line = w.request.mask.apply(line)
		comma := ","
		if len(line) == len("{}") {
			comma = ""
		}
		_, err = fmt.Fprintf(w.out, "%s%s\"cursor\":%q}\n", line[:len(line)-1], comma, cursor) // base64url needs no escapes
		return err
	}
	var row []string
	err := w.members(value, func(_ string, r *jsonx.Reader) { row = append(row, cell(r)) })
	if err == nil {
		err = w.csv.Write(append(row, cursor))
	}
	return err
}

func (w *exportWriter) members(value any, yield func(name string, r *jsonx.Reader)) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	r := jsonx.NewReader(w.request.mask.apply(text))
	for name := range r.Fields() {
		yield(string(slices.Clone(name)), r)
	}
	return nil
}

var _ io.Writer = (*exportWriter)(nil)
