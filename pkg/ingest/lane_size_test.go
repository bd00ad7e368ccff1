package ingest

import (
	"compress/gzip"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
)

// TestWhatNoWorkerCouldInflateIsRefused sends events whose headers, which travel with each of them and grow by
// being escaped, make a pack over pack.MaxDecoded of a body within every limit.
func TestWhatNoWorkerCouldInflateIsRefused(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.MaxWaiting = 8 * pack.MaxDecoded
	e := open(t, cfg, Deps{Publisher: publish(func(_ context.Context, p queue.Pack) error {
		_, err := pack.NewCodec().Inflate(nil, p.Frame)
		if err != nil {
			t.Errorf("a pack of %d events can't be read: %v", p.Records, err)
		}
		return err
	})})
	long, odd := strings.Repeat("%01", maxField), strings.Repeat("\x80", maxField)
	target := eventsURL + "&release=" + long + "&environment=" + long
	headers := []string{"Content-Encoding", "gzip", "User-Agent", odd, "Referer", odd, "Sec-Ch-Ua", odd, "Sec-Ch-Ua-Platform", odd, "Sec-Ch-Ua-Mobile", odd}
	for _, tc := range []struct {
		name   string
		events int
		want   int
	}{
		{"what fits is taken", 300, http.StatusOK},
		{"what does not is the client's fault", 1000, http.StatusRequestEntityTooLarge},
	} {
		body := "[" + strings.Repeat(`{"message":"`+strings.Repeat("x", 4000)+`"},`, tc.events-1) + "{}]"
		if w := call(t, e, http.MethodPost, target, squeezed(t, body), headers...); w.Code != tc.want {
			t.Errorf("%s: %d %.200s, want %d", tc.name, w.Code, w.Body, tc.want)
		}
	}
}

func squeezed(t *testing.T, text string) string {
	t.Helper()
	var out strings.Builder
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
