package native

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCausesStandBeforeTheThrownErrorAsATree(t *testing.T) {
	t.Parallel()
	e := normalise(t, `{"type":"AggregateError","message":"all failed","handled":false,"stack":"AggregateError: all failed\n    at f (a.js:1:2)","causes":[
		{"type":"TypeError","message":"no","stack":"TypeError: no\n    at g (a.js:3:4)","source":"errors[0]","parent":0},
		{"stack":"RangeError: deep\n    at h (a.js:5:6)","source":"errors[1]"},
		{"message":"socket closed","source":"cause","parent":1}]}`)
	var got []string
	for _, x := range e.Exceptions {
		m, parent, functions := x.Mechanism, -1, []string{}
		if m.ParentID != nil {
			parent = *m.ParentID
		}
		for _, f := range x.Frames {
			functions = append(functions, f.Function)
		}
		got = append(got, fmt.Sprintf("%s: %s %v, %s %s of %d is %d, group %t, handled %t", x.Type, x.Value, functions, m.Type, m.Source, parent, *m.ExceptionID, m.IsGroup, *m.Handled))
	}
	want := []string{
		": socket closed [], chained cause of 1 is 3, group false, handled false",
		"RangeError: deep [h], chained errors[1] of 0 is 2, group false, handled false",
		"TypeError: no [g], chained errors[0] of 0 is 1, group false, handled false",
		"AggregateError: all failed [f], generic  of -1 is 0, group true, handled false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCausesOfAnyShapeAreRead(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, causes string
		exceptions   int
	}{
		{"none", `[]`, 1},
		{"not a list", `{"type":"E"}`, 1},
		{"elements that are no objects", `[1,"x",null,[],{"type":"E"}]`, 2},
		{"a parent that does not exist", `[{"type":"E","parent":7},{"type":"F","parent":-1}]`, 3},
		{"more than there may be", "[" + strings.Repeat(`{"type":"E"},`, maxCauses+5) + "1]", maxCauses + 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, `{"type":"Error","message":"m","causes":`+tc.causes+`}`)
			if len(e.Exceptions) != tc.exceptions || e.Thrown().Type != "Error" {
				t.Errorf("%d exceptions, thrown %q; want %d, Error", len(e.Exceptions), e.Thrown().Type, tc.exceptions)
			}
			for _, x := range e.Exceptions[:len(e.Exceptions)-1] {
				if *x.Mechanism.ParentID != 0 {
					t.Errorf("parent %d", *x.Mechanism.ParentID)
				}
			}
		})
	}
}
