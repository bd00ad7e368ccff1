package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// A listing is what of a list's answer is needed to turn pages.
type listing struct {
	Next *string
	IDs  []string
}

// list asks for one page of a list of a name.
func (a *asker) list(ctx context.Context, path, name string) (l listing, err error) {
	body, _, err := a.ask(ctx, path)
	if err != nil {
		return l, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return l, fmt.Errorf("%s: %w", path, err)
	}
	var rows []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(members[name], &rows); err != nil {
		return l, fmt.Errorf("%s: %w", path, err)
	}
	for _, row := range rows {
		l.IDs = append(l.IDs, row.ID)
	}
	if err := json.Unmarshal(members["next"], &l.Next); err != nil {
		return l, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

// first returns the id of a list's first row.
func (a *asker) first(ctx context.Context, path, name string) (string, error) {
	l, err := a.list(ctx, path, name)
	if err != nil {
		return "", err
	}
	if len(l.IDs) == 0 {
		return "", fmt.Errorf("%s: the list is empty", path)
	}
	return l.IDs[0], nil
}

// deep is how many pages far turns, or fewer where the list ends before.
const deep = 100

// far turns the pages of a list and returns the address of the last it came to.
func (a *asker) far(ctx context.Context, path string) (string, error) {
	name := "issues"
	if strings.Contains(path, "/events") {
		name = "events"
	}
	at := path
	for range deep {
		l, err := a.list(ctx, at, name)
		if err != nil {
			return "", err
		}
		if l.Next == nil {
			return at, nil
		}
		at = path + "&cursor=" + url.QueryEscape(*l.Next)
	}
	return at, nil
}
