package worker

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/trivetlabs/trivet/pkg/filter"
	"github.com/trivetlabs/trivet/pkg/store"
)

type metrics struct {
	events    *prometheus.CounterVec // outcome: stored, duplicate, filtered, expired, dead, foreign, retried
	filtered  *prometheus.CounterVec // reason: see package filter
	scrubbed  prometheus.Counter
	sidecars  *prometheus.CounterVec // kind and outcome: see sidecar.go
	issues    prometheus.Counter
	reopened  prometheus.Counter
	packs     prometheus.Counter
	retries   prometheus.Counter
	batchSize prometheus.Histogram
	batchTime prometheus.Histogram
	lag       prometheus.Histogram
	pending   prometheus.Gauge
	janitor   *prometheus.CounterVec // task: see janitor.go, result: ok, error
	ahead     prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) metrics {
	with := promauto.With(reg)
	m := metrics{
		events:    with.NewCounterVec(prometheus.CounterOpts{Name: "worker_events_total", Help: "Events dealt with, by what became of them."}, []string{"outcome"}),
		filtered:  with.NewCounterVec(prometheus.CounterOpts{Name: "worker_filtered_total", Help: "Events that were noise, by filter."}, []string{"reason"}),
		scrubbed:  with.NewCounter(prometheus.CounterOpts{Name: "worker_scrubbed_total", Help: "Records of which something was taken out before they were stored."}),
		sidecars:  with.NewCounterVec(prometheus.CounterOpts{Name: "worker_sidecars_total", Help: "What came beside events, by kind and what became of it."}, []string{"kind", "outcome"}),
		issues:    with.NewCounter(prometheus.CounterOpts{Name: "worker_issues_total", Help: "Issues seen for the first time."}),
		reopened:  with.NewCounter(prometheus.CounterOpts{Name: "worker_reopened_total", Help: "Resolved or ignored issues that new events reopened."}),
		packs:     with.NewCounter(prometheus.CounterOpts{Name: "worker_packs_total", Help: "Packs acknowledged."}),
		retries:   with.NewCounter(prometheus.CounterOpts{Name: "worker_retries_total", Help: "Times a batch could not be written and was tried again."}),
		batchSize: with.NewHistogram(prometheus.HistogramOpts{Name: "worker_batch_events", Help: "Events in a transaction.", Buckets: prometheus.ExponentialBuckets(1, 4, 8)}),
		batchTime: with.NewHistogram(prometheus.HistogramOpts{Name: "worker_batch_seconds", Help: "From having a batch to having acknowledged it.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 15)}),
		lag:       with.NewHistogram(prometheus.HistogramOpts{Name: "worker_lag_seconds", Help: "From the receipt of the oldest event of a batch to its commit.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 18)}),
		pending:   with.NewGauge(prometheus.GaugeOpts{Name: "worker_pending_packs", Help: "Packs behind the last one that was delivered."}),
		janitor:   with.NewCounterVec(prometheus.CounterOpts{Name: "worker_janitor_total", Help: "Housekeeping, by task and result."}, []string{"task", "result"}),
		ahead:     with.NewGauge(prometheus.GaugeOpts{Name: "worker_partitions_ahead_days", Help: "Days after today that have partitions; alarm under 5."}),
	}
	for _, outcome := range []string{"stored", "duplicate", "filtered", "expired", "dead", "foreign", "retried"} {
		m.events.WithLabelValues(outcome)
	}
	for _, reason := range filter.Names() {
		m.filtered.WithLabelValues(reason)
	}
	for _, kind := range kinds {
		for _, outcome := range sidecarOutcomes {
			m.sidecars.WithLabelValues(string(kind), outcome)
		}
	}
	for _, task := range janitorTasks {
		m.janitor.WithLabelValues(task, "ok")
		m.janitor.WithLabelValues(task, "error")
	}
	return m
}

func (m *metrics) wrote(r store.Result, w *work, took time.Duration) {
	m.events.WithLabelValues("stored").Add(float64(r.Stored))
	m.events.WithLabelValues("duplicate").Add(float64(r.Duplicates))
	m.events.WithLabelValues("filtered").Add(float64(r.Filtered))
	m.events.WithLabelValues("expired").Add(float64(r.Expired))
	m.events.WithLabelValues("dead").Add(float64(r.Dead))
	m.events.WithLabelValues("foreign").Add(float64(w.foreign))
	m.scrubbed.Add(float64(w.scrubbed))
	if r.Filtered > 0 {
		for i := range w.batch.Rows {
			if row := &w.batch.Rows[i]; row.Outcome == store.Noise {
				m.filtered.WithLabelValues(row.Reason).Inc()
			}
		}
	}
	for k, n := range w.sidecars {
		m.sidecars.WithLabelValues(string(k.kind), k.outcome).Add(float64(n))
	}
	m.issues.Add(float64(r.NewIssues))
	m.reopened.Add(float64(r.Reopened))
	m.packs.Add(float64(len(w.deliveries)))
	m.batchSize.Observe(float64(len(w.batch.Rows)))
	m.batchTime.Observe(took.Seconds())
	m.lag.Observe(w.lag(time.Now()).Seconds())
	m.pending.Set(float64(w.deliveries[len(w.deliveries)-1].Pending))
}
