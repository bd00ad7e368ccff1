// Package docs holds the documents that are made of the code, and the test that makes them: run it with
// -update to write them.
package docs

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/trivetlabs/trivet/pkg/command"
	"github.com/trivetlabs/trivet/pkg/ingest"
	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/query"
	"github.com/trivetlabs/trivet/pkg/queue/queuetest"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/standalone"
	"github.com/trivetlabs/trivet/pkg/worker"
)

var update = flag.Bool("update", false, "write the documents")

const generated = "<!-- Made by `make docs` from the code; edits are lost. -->\n"

func check(t *testing.T, name string, body []byte) {
	t.Helper()
	body = append([]byte(generated), body...)
	if *update {
		if err := os.WriteFile(name, body, 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), string(body)); diff != "" {
		t.Errorf("%s is not what the code says; `make docs` writes it:\n%s", name, diff)
	}
}
