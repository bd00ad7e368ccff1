package ingest

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// inBytes is a protobuf field of bytes.
func inBytes(number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), value)
}

// swelling are bodies of which far more is made than they are: messages of two bytes on the wire and a hundred
// in memory, texts that are written with six times their bytes, and a meta that goes into each of its errors.
func swelling() map[string][]byte {
	isException := inBytes(6, inBytes(1, []byte("exception.type")))
	request := func(more []byte) []byte {
		return inBytes(1, inBytes(2, inBytes(2, append(isException, more...))))
	}
	meta := `{"meta":{"app":{"name":"` + strings.Repeat("m", 60<<10) + `"}},"exceptions":[{}`
	return map[string][]byte{
		"/api/7/otlp/v1/logs?key=" + goodKey:  request(bytes.Repeat([]byte{6<<3 | 2, 0}, 99_000)),
		"/api/7/otlp/v1/logs/?key=" + goodKey: request(inBytes(5, inBytes(1, bytes.Repeat([]byte{1}, 1000<<10)))),
		"/collect/" + goodKey:                 []byte(meta + strings.Repeat(",{}", 125) + "]}"),
	}
}

func TestBodiesThatSwellCostLittleMemoryHoweverManyCome(t *testing.T) {
	t.Parallel()
	url, pid := startChild(t)
	for target, body := range swelling() {
		var senders sync.WaitGroup
		for range 48 {
			senders.Go(func() {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+target, bytes.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Content-Type", protobufType)
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Error(err)
					return
				}
				defer response.Body.Close()
				switch response.StatusCode {
				case http.StatusAccepted, http.StatusRequestEntityTooLarge, http.StatusServiceUnavailable:
				default:
					t.Errorf("%s: %d", target, response.StatusCode)
				}
			})
		}
		senders.Wait()
		t.Logf("%d bytes to %s: %d MiB at most", len(body), target, memory(t, pid, "VmHWM")>>20)
	}
	if most := memory(t, pid, "VmHWM"); most > maySwell {
		t.Errorf("took %d MiB", most>>20)
	}
}
