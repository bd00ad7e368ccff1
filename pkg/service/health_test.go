package service

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestARoleTellsItsOwnChecks(t *testing.T) {
	t.Parallel()
	process := NewHealth()
	worker, query := process.part("worker"), process.part("query")
	worker.Check("database", func() error { return errors.New("away") })
	query.Check("database", func() error { return nil })
	if c := worker.Condition(); c.Role != "worker" || c.Ready || !cmp.Equal(c.Checks, map[string]string{"database": "away"}) {
		t.Errorf("worker: %+v", c)
	}
	if c := query.Condition(); c.Role != "query" || !c.Ready || !cmp.Equal(c.Checks, map[string]string{"database": "ok"}) || c.Instance != worker.Condition().Instance {
		t.Errorf("query: %+v", c)
	}
	process.Drain()
	if c := query.Condition(); c.Ready || c.Checks["process"] != "stopping" {
		t.Errorf("query, stopping: %+v", c)
	}
}
