package pages

import (
	"cmp"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"github.com/trivetlabs/trivet/pkg/detail"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/web"
)

// groupingView is the page of a project's own rules.
type groupingView struct {
	chosen
	Rules []ruleRow
	Trial *detail.Regrouping // null where nobody asked
}

// A ruleRow is one rule as its row of fields shows it.
type ruleRow struct {
	Number                        int // place in the list, from 1
	Type, Message, File, Function string
	Fingerprint                   string // parts with commas between them
}

// spareRows is how many empty rows a form has for new rules.
const spareRows = 2

// regrouped is how many of the latest events a trial looks at.
const regrouped = 100

func newGrouping(now chosen) groupingView {
	view := groupingView{chosen: now}
	for i, rule := range now.Settings.Grouping.Rules {
		view.Rules = append(view.Rules, ruleRow{i + 1, rule.Type, rule.Message, rule.File, rule.Function, joinParts(rule.Fingerprint)})
	}
	view.addSpare()
	return view
}

func (v *groupingView) addSpare() {
	for range spareRows {
		v.Rules = append(v.Rules, ruleRow{Number: len(v.Rules) + 1})
	}
}

func (p *Pages) showGrouping(r *Request) error {
	now, err := p.shownSettings(r)
	if err != nil {
		return err
	}
	return p.show(r, "settings_grouping", newGrouping(now))
}

// setGrouping stores the rules, or shows which of the latest events they would have grouped otherwise.
func (p *Pages) setGrouping(r *Request) error {
	var try bool
	var was []project.Rule
	var typed []ruleRow
	now, done, err := p.setSettings(r, map[string]string{"grouping.rules": "rules"}, func(form *web.Params, s *project.Settings) bool {
		was, typed = s.Grouping.Rules, readRules(form)
		s.Grouping.Rules = nil
		for _, row := range typed {
			s.Grouping.Rules = append(s.Grouping.Rules, project.Rule{
				Type: row.Type, Message: row.Message, File: row.File, Function: row.Function, Fingerprint: splitParts(row.Fingerprint),
			})
		}
		try = form.Text("do") == "try"
		return try
	})
	switch {
	case err != nil:
		return err
	case done && !try:
		return r.To(settingsPath(r.Project, "/grouping?said=saved"))
	}
	view := newGrouping(now)
	if now.Wrong[""] != changedMeanwhile {
		view.Rules = typed
		view.addSpare()
	}
	if !done {
		return p.again(r, "settings_grouping", view)
	}
	found, err := p.Detail.Regroup(r.HTTP.Request().Context(), r.Org(), r.Project.ID, was, now.Settings.Grouping.Rules, regrouped)
	if err != nil {
		return err
	}
	view.Trial = &found
	return p.show(r, "settings_grouping", view)
}

// readRules reads the rows of a form in the order of their numbers. A row without anything in it is no rule.
func readRules(form *web.Params) []ruleRow {
	columns := map[string][]string{}
	for _, name := range []string{"number", "type", "message", "file", "function", "fingerprint"} {
		columns[name] = form.All(name)
	}
	n := len(columns["number"])
	cell := func(name string, row int) string { return strings.TrimSpace(columns[name][row]) }
	for name, column := range columns {
		if len(column) != n {
			form.Wrong(name, "one for each row")
			return nil
		}
	}
	var rows []ruleRow
	for i := range n {
		row := ruleRow{0, cell("type", i), cell("message", i), cell("file", i), cell("function", i), cell("fingerprint", i)}
		if row == (ruleRow{}) {
			continue
		}
		number, err := strconv.Atoi(cell("number", i))
		if err != nil {
			form.Wrong("rules", "a whole number for the place of each rule")
			return nil
		}
		row.Number = number
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b ruleRow) int { return cmp.Compare(a.Number, b.Number) })
	for i := range rows {
		rows[i].Number = i + 1
	}
	return rows
}

// joinParts writes the parts of a fingerprint as people edit them: with commas between them, quoted where one stands
// in a part.
func joinParts(parts []string) string {
	var out strings.Builder
	w := csv.NewWriter(&out)
	_ = w.Write(parts) // a builder takes everything
	w.Flush()
	return strings.TrimSuffix(out.String(), "\n")
}

// splitParts reads what joinParts wrote. Quotes that nobody closed belong to their part.
func splitParts(text string) []string {
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace, r.LazyQuotes = true, true
	parts, err := r.Read()
	if err != nil {
		return nil
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
