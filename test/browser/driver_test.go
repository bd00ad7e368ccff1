//go:build browser

package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// A driver is a Chromium under the command of driver.mjs. One command runs at a time.
type driver struct {
	mu  sync.Mutex
	in  io.WriteCloser
	out *bufio.Reader
	cmd *exec.Cmd
}

func startDriver(ctx context.Context) (*driver, error) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("find the browser: %w", err)
	}
	d := &driver{cmd: exec.CommandContext(ctx, "node", "driver.mjs")}
	d.cmd.Env = append(os.Environ(), "CLIENTS="+clients(), "CHROMIUM="+chromium)
	d.cmd.Stderr = os.Stderr
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	d.out = bufio.NewReader(out)
	return d, d.cmd.Start()
}

// close lets the browser end, and waits for it.
func (d *driver) close() {
	_ = d.in.Close()
	_ = d.cmd.Wait()
}

// clients is the folder in which npm has put the packages.
func clients() string {
	dir, err := filepath.Abs("../../.tools/browser")
	if err != nil {
		panic(err) // no current folder
	}
	return dir
}

// do runs a command and reads its answer's value into a pointer, if that is not nil.
func (d *driver) do(t *testing.T, into any, command map[string]any) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := json.NewEncoder(d.in).Encode(command); err != nil {
		t.Fatalf("browser: %v", err)
	}
	line, err := d.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("browser: %v", err)
	}
	var answer struct {
		Value json.RawMessage
		Error string
	}
	if err := json.Unmarshal(line, &answer); err != nil || answer.Error != "" {
		t.Fatalf("browser: %v: %v %s", command["do"], err, answer.Error)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(answer.Value, into); err != nil {
		t.Fatalf("browser: %v: %v", command["do"], err)
	}
}

// A page is a tab of the browser.
type page struct {
	t  *testing.T
	id int
}

// open opens a page as a new visitor and waits until it has loaded.
func open(t *testing.T, url string) *page {
	t.Helper()
	p := &page{t: t}
	the.browser.do(t, &p.id, map[string]any{"do": "open", "url": url})
	t.Cleanup(func() {
		if t.Failed() {
			var said []string
			the.browser.do(t, &said, map[string]any{"do": "said"})
			for _, line := range said {
				t.Log(line)
			}
		}
	})
	return p
}

// tab opens another page of the same visitor.
func (p *page) tab(url string) *page {
	p.t.Helper()
	other := &page{t: p.t}
	the.browser.do(p.t, &other.id, map[string]any{"do": "tab", "page": p.id, "url": url})
	return other
}

// run runs code as a script of the page, where it may throw.
func (p *page) run(code string) {
	p.t.Helper()
	the.browser.do(p.t, nil, map[string]any{"do": "run", "page": p.id, "code": code})
}

// value returns what an expression gives in the page; a promise is awaited.
func (p *page) value(into any, code string) {
	p.t.Helper()
	the.browser.do(p.t, into, map[string]any{"do": "value", "page": p.id, "code": code})
}

func (p *page) click(selector string) {
	p.t.Helper()
	the.browser.do(p.t, nil, map[string]any{"do": "click", "page": p.id, "selector": selector})
}

// visit loads another address in the same tab.
func (p *page) visit(url string) {
	p.t.Helper()
	the.browser.do(p.t, nil, map[string]any{"do": "go", "page": p.id, "url": url})
}

// leave goes elsewhere, as a visitor does, and then closes everything that visitor had open.
func (p *page) leave() {
	p.t.Helper()
	the.browser.do(p.t, nil, map[string]any{"do": "leave", "page": p.id})
}
