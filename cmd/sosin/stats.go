package main

import (
	"context"
	"log/slog"

	"sosin/flows"
	"sosin/flows/stats"
)

type statsCmd struct {
	Export statsExportCmd `cmd:"" help:"Write an ended month as it was published."`
}

type statsExportCmd struct {
	storeConfig
	flowsConfig
	Month  string `help:"Month as YYYY-MM; it must have ended." required:""`
	Format string `help:"csv." enum:"csv" default:"csv"`
	Lang   string `help:"Language of the labels." enum:"et,ru,en" default:"et"`
}

// Run writes the frozen figures of a month to standard output.
func (c *statsExportCmd) Run(ctx context.Context, std streams) error {
	var w wrongConfig
	if c.storeConfig.check(&w); w.err() != nil {
		return w
	}
	month, err := stats.ParseMonth(c.Month)
	if err != nil {
		return wrongConfig{"--month: " + err.Error()}
	}
	m, _, err := loadContent(c.flowsConfig)
	if err != nil {
		return err
	}
	b, err := openStore(ctx, &c.storeConfig, false, slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer b.close()
	if err := b.Ready(ctx); err != nil {
		return err
	}
	r := &reports{store: b.Store, options: stats.Options{Desks: m.Desks(), Order: stats.Order(m.Definition())}}
	release, err := r.Release(ctx, string(month))
	if err != nil {
		return wrongConfig{"--month: " + string(month) + " is not published: it has not ended, or nothing was counted in it"}
	}
	return stats.CSV(std.out, release, stats.Labels(flows.Lang(c.Lang)))
}
