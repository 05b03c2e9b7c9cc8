package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"sosin/bot/telegram"
	"sosin/flows"
	"sosin/store"
)

// metrics counts what happens. No label belongs to a person: channel, result, verdict and the like only.
type metrics struct {
	turns    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	attempts *prometheus.CounterVec
	updates  *prometheus.CounterVec
}

func newMetrics(reg *prometheus.Registry, st *store.Store) *metrics {
	m := &metrics{
		turns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sosin_turns_total", Help: "Updates handled, by channel and result."}, []string{"channel", "result"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sosin_turn_seconds", Help: "From receiving an update to its commit.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}}, []string{"channel"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sosin_sends_total", Help: "Attempts to send, by channel and verdict."}, []string{"channel", "verdict"}),
		updates: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sosin_telegram_updates_total", Help: "Telegram updates, by what became of them."}, []string{"disposition"}),
	}
	reg.MustRegister(m.turns, m.seconds, m.attempts, m.updates, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	pool := func(name, help string, read func() float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
	}
	pool("sosin_redis_connections", "Open connections to Redis.", func() float64 { return float64(st.Client().PoolStats().TotalConns) })
	pool("sosin_redis_timeouts", "Times no connection to Redis was free.", func() float64 { return float64(st.Client().PoolStats().Timeouts) })
	return m
}

// Turn implements bot.Metrics.
func (m *metrics) Turn(ch flows.Channel, result string, took time.Duration) {
	m.turns.WithLabelValues(string(ch), result).Inc()
	m.seconds.WithLabelValues(string(ch)).Observe(took.Seconds())
}

// Attempt implements bot.Metrics.
func (m *metrics) Attempt(ch flows.Channel, verdict string) {
	m.attempts.WithLabelValues(string(ch), verdict).Inc()
}

func (m *metrics) update(d telegram.Disposition) { m.updates.WithLabelValues(string(d)).Inc() }
