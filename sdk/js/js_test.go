package js

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// maxScript and maxLoader are promised to pages: bytes of the script as gzip sends it, and of the loader.
const (
	maxScript = 3 << 10
	maxLoader = 300
)

func TestTheScriptIsSmall(t *testing.T) {
	t.Parallel()
	s := Newest()
	t.Logf("%s: %d bytes, %d as gzip, %d as brotli; loader %d", s.Name, len(s.Plain), len(s.Gzip), len(s.Brotli), len(Loader))
	if len(s.Gzip) > maxScript || len(s.Gzip) < 500 {
		t.Errorf("%d bytes as gzip, want at most %d", len(s.Gzip), maxScript)
	}
	if len(Loader) > maxLoader {
		t.Errorf("the loader has %d bytes, want at most %d", len(Loader), maxLoader)
	}
}

func TestCompressedScriptsAreTheScript(t *testing.T) {
	t.Parallel()
	s := Newest()
	z, err := gzip.NewReader(bytes.NewReader(s.Gzip))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{"gzip": z, "brotli": brotli.NewReader(bytes.NewReader(s.Brotli))} {
		if plain, err := io.ReadAll(r); err != nil || !bytes.Equal(plain, s.Plain) {
			t.Errorf("%s is something else: %d bytes, %v", name, len(plain), err)
		}
	}
}

// TestPublishedScriptsNeverChange holds dist to dist/integrity.txt: pages name a version with its hash, and a
// changed or missing one would run nowhere. A new version gets a new line; no line ever changes.
func TestPublishedScriptsNeverChange(t *testing.T) {
	t.Parallel()
	var have strings.Builder
	for _, s := range Scripts() {
		have.WriteString(s.Name + " " + s.Integrity() + "\n")
	}
	want, err := os.ReadFile("dist/integrity.txt")
	if err != nil {
		t.Fatal(err)
	}
	if have.String() != string(want) {
		t.Errorf("dist holds\n%s\nand dist/integrity.txt says\n%s", have.String(), want)
	}
}

func TestTheNewestScriptIsBuiltFromTheSource(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("package.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Version string }
	if err := json.Unmarshal(b, &manifest); err != nil {
		t.Fatal(err)
	}
	s := Newest()
	if s.Version != manifest.Version {
		t.Fatalf("dist has %s, package.json says %s", s.Version, manifest.Version)
	}
	if !bytes.Contains(s.Plain, []byte(`"`+s.Version+`"`)) {
		t.Error("the script tells another version of itself: see VERSION in src/trivet.js")
	}
	built := filepath.Join(t.TempDir(), s.Name)
	if out, err := exec.CommandContext(t.Context(), "./build", built).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	again, err := os.ReadFile(built)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again, s.Plain) {
		t.Errorf("src builds something else than dist/%s: give it a new version, for that one is published", s.Name)
	}
}

func TestVersionsAreOrderedAsNumbers(t *testing.T) {
	t.Parallel()
	a, b := Script{Version: "1.9.0"}, Script{Version: "1.10.0"}
	if a.parts()[1] != 9 || b.parts()[1] != 10 {
		t.Errorf("%v %v", a.parts(), b.parts())
	}
}

func TestTheHashAllowsTheLoader(t *testing.T) {
	t.Parallel()
	code := strings.TrimSuffix(strings.TrimPrefix(Loader, "<script>"), "</script>")
	sum := sha256.Sum256([]byte(code))
	if want := "sha256-" + base64.StdEncoding.EncodeToString(sum[:]); LoaderHash != want {
		t.Errorf("LoaderHash is %s, want %s", LoaderHash, want)
	}
}

func TestTheDocumentedLoaderIsTheLoader(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(readme, []byte(Loader)) {
		t.Error("README.md shows another loader")
	}
}

func TestTheTagCanHoldAnyAddress(t *testing.T) {
	t.Parallel()
	s := Script{Version: "1.0.0", Name: "trivet-1.0.0.js", Plain: []byte("x")}
	const before, after = `<script src="https://errors.test/a&#34;b/trivet-1.0.0.js" integrity="sha384-`, `" data-key="k" crossorigin defer></script>`
	if got := s.Tag(`https://errors.test/a"b/`, "k"); !strings.HasPrefix(got, before) || !strings.HasSuffix(got, after) {
		t.Errorf("got %s", got)
	}
}
