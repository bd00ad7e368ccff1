package grouping

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A cleaned is the place in a walk where the name of a file stands without what varies: most frames of a
// stack share a file.
type cleaned struct {
	url      string
	from, to int
}

// upTo forgets what lies behind n.
func (c cleaned) upTo(n int) cleaned {
	if c.to > n {
		return cleaned{}
	}
	return c
}

// file adds the file of a frame, or where it is not JavaScript the module, which says more.
func (w *walk) file(f *event.Frame) {
	url := f.Filename
	if url == "" {
		url = f.AbsPath
	}
	if w.clean.to > 0 && w.clean.url == url && f.Module == "" {
		w.buf = append(w.buf, w.buf[w.clean.from:w.clean.to]...)
		return
	}
	from := len(w.buf)
	if f.Module != "" && !isScript(url) {
		w.buf = append(w.buf, f.Module...)
		return
	}
	w.buf = appendFile(w.buf, url)
	w.clean = cleaned{url, from, len(w.buf)}
}

// path returns what follows the origin in a URL, without query and fragment; other file names as they are.
func path(url string) string {
	if _, rest, found := strings.Cut(url, "://"); found {
		slash := strings.IndexByte(rest, '/')
		if slash < 0 {
			return ""
		}
		url = rest[slash:]
	}
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	return url
}

// base returns the last element of a file's path.
func base(url string) string {
	s := path(url)
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	return s
}

// appendFile appends what a file is called whatever the host, the folder, the build and the release:
// "https://a.test/v2/app-3f9a0c1d.min.js?x" and "http://b.test:81/app-DkfGhJkl.js" are "app". A page, whose
// address says where a visitor was and not what failed, and a file named by a hash alone are "".
func appendFile(dst []byte, url string) []byte {
	name := base(url)
	bare, ext := cutExtension(name)
	switch {
	case strings.HasPrefix(url, "data:") || strings.HasPrefix(url, "blob:"), isPage(ext):
		return dst
	case isScriptExtension(ext):
	case strings.Contains(url, "://"): // a page
		return dst
	default:
		bare = name // of another language, "main.go"
	}
	start := len(dst)
	dst = appendStable(dst, bare)
	if folder := folderOf(url, string(dst[start:])); folder != "" {
		dst = appendStable(dst[:start], folder)
		if len(dst) > start {
			dst = append(dst, '/')
		}
		dst = appendStable(dst, bare)
	}
	return dst
}

// folderOf returns the folder of a file that only its folder tells from others: "index" of sources, and
// "page" and its like, of which some frameworks make one a route.
func folderOf(url, name string) string {
	switch name {
	case "index":
		if strings.HasPrefix(url, "http") {
			return "" // a bundle's usual name: there is one of it, wherever it lies
		}
	case "page", "layout", "route":
	default:
		return ""
	}
	s := path(url)
	slash := strings.LastIndexAny(s, `/\`)
	if slash <= 0 {
		return ""
	}
	s = s[:slash]
	return s[strings.LastIndexAny(s, `/\`)+1:]
}

func cutExtension(name string) (bare, ext string) {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}

func isScript(url string) bool {
	_, ext := cutExtension(base(url))
	return isScriptExtension(ext) || strings.HasPrefix(url, "node:")
}

func isScriptExtension(ext string) bool {
	switch ext {
	case "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte", "astro", "coffee", "bundle", "jsbundle", "wasm":
		return true
	}
	return false
}

func isPage(ext string) bool {
	switch ext {
	case "html", "htm", "php", "aspx", "jsp":
		return true
	}
	return false
}
