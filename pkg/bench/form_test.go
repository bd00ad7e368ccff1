package main

import (
	"bufio"
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"
)

func TestEveryFormIsARequest(t *testing.T) {
	t.Parallel()
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			all := buildForm(f.name, "127.0.0.1:1")
			if len(all) != formBodies {
				t.Fatalf("%d requests, want %d", len(all), formBodies)
			}
			r := &all[17]
			filled := bytes.Clone(r.bytes)
			id := r.fill(filled, time.Now(), rand.New(rand.NewPCG(1, 2)))
			if r.id[0] >= 0 && bytes.Contains(filled[r.id[0]:], []byte(zeroID)) || id == [16]byte{} {
				t.Error("it is sent without an id of its own")
			}
			parsed, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(filled)))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(parsed.Body)
			if err != nil || parsed.Method == http.MethodPost && (len(body) == 0 || !bytes.Equal(body, filled[r.body:])) {
				t.Errorf("a body of %d bytes, want %d; %v", len(body), len(filled)-r.body, err)
			}
		})
	}
}
