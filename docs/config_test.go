package docs

import (
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/kelseyhightower/envconfig"

	"github.com/trivetlabs/trivet/pkg/ingest"
	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/query"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/standalone"
	"github.com/trivetlabs/trivet/pkg/worker"
)

const configIntro = `# Configuration

Every process is configured by environment variables alone; ` + "`ingest -help`, `worker -help`, `query -help`, `trivet provision -env` and `trivet standalone -env`" + ` print these tables.
Where two names stand, the first is shared by all processes and the second is this one's own, which wins.

Listeners by default: ingest 8080, query 8081, ops 9464. Several processes on one machine need an ` + "`OPS_ADDR`" + ` each.
`

const configRow = "{{range .}}| {{if and .Alt (ne .Alt .Key)}}`{{.Alt}}` or {{end}}`{{usage_key .}}` | {{with usage_default .}}`{{.}}`{{end}} | {{usage_description .}} |\n{{end}}"

func TestConfig(t *testing.T) {
	t.Parallel()
	body := configIntro
	for _, process := range []struct {
		title, prefix string
		config        any
	}{
		{"every process", "", service.Settings()},
		{"ingest", "ingest", &ingest.Config{}},
		{"worker", "worker", &worker.Config{}},
		{"query", "query", &query.Config{}},
		{"trivet provision", "provision", &provision.Config{}},
		{"trivet standalone (beside those of the three roles)", "standalone", &standalone.Settings{}},
	} {
		var table strings.Builder
		tabs := tabwriter.NewWriter(&table, 0, 0, 0, ' ', 0)
		if err := envconfig.Usagef(process.prefix, process.config, tabs, configRow); err != nil {
			t.Fatal(err)
		}
		if err := tabs.Flush(); err != nil {
			t.Fatal(err)
		}
		body += fmt.Sprintf("\n## %s\n\n| variable | default | meaning |\n|---|---|---|\n%s", process.title, table.String())
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.HasPrefix(line, "| `") && strings.HasSuffix(line, "|  |") {
			t.Errorf("a variable has no meaning: %s", line)
		}
	}
	check(t, "config.md", body)
}
