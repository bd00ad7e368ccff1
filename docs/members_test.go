package docs

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMembers holds the comments that the OpenAPI document takes from the source, or writes them: reflection sees the members
// of a type, and only its source says what they mean.
func TestMembers(t *testing.T) {
	t.Parallel()
	comments := map[string]string{}
	err := filepath.WalkDir("../pkg", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, declaration := range file.Decls {
			if g, ok := declaration.(*ast.GenDecl); ok {
				for _, spec := range g.Specs {
					if s, ok := spec.(*ast.TypeSpec); ok {
						commentsOf(comments, file.Name.Name, g, s)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.MarshalIndent(comments, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	body = append(body, '\n')
	const name = "../pkg/query/members.json"
	if *update {
		if err := os.WriteFile(name, body, 0o644); err != nil { // a document
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), string(body)); diff != "" {
		t.Errorf("%s is not what the code says; `make docs` writes it:\n%s", name, diff)
	}
}

// commentsOf adds the comments of a struct that has JSON, by package.Type and package.Type.Field.
func commentsOf(comments map[string]string, pkg string, g *ast.GenDecl, s *ast.TypeSpec) {
	of, ok := s.Type.(*ast.StructType)
	if !ok {
		return
	}
	name, has := pkg+"."+s.Name.Name, false
	for _, f := range of.Fields.List {
		if f.Tag == nil || !strings.Contains(f.Tag.Value, "json:") {
			continue
		}
		has = true
		text := f.Comment.Text()
		if text == "" {
			text = f.Doc.Text()
		}
		for _, n := range f.Names {
			if text != "" && n.IsExported() {
				comments[name+"."+n.Name] = line(text)
			}
		}
	}
	if text := g.Doc.Text(); has && text != "" {
		comments[name] = line(text)
	}
}

// line is a comment as people who know JSON read it.
func line(text string) string {
	return regexp.MustCompile(`\bnil\b`).ReplaceAllString(strings.Join(strings.Fields(text), " "), "null")
}
