package drill

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"
)

// progress says where the drill stands, one line each time, so that it reads the same on a terminal and in a log.
func (d *Drill) progress(ctx context.Context) error {
	if d.cfg.Every <= 0 {
		return nil
	}
	tick := time.NewTicker(d.cfg.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			now := d.tally.total()
			d.mu.Lock()
			broke := len(d.broke)
			d.mu.Unlock()
			fmt.Fprintf(d.cfg.Out, "%5.0f s  %d of %d people done, %d messages in, %d out, median %s, %d broken\n",
				time.Since(d.start).Seconds(), now.done, now.people, now.in, now.out, short(quantile(now.took, 0.5)), broke)
		}
	}
}

// short writes a duration as a table has room for.
func short(d time.Duration) string {
	switch {
	case d == 0:
		return "-"
	case d < 10*time.Second:
		return fmt.Sprintf("%d ms", max(d.Milliseconds(), 1))
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// report says what was seen: a table, and a line for each promise broken.
func (d *Drill) report(pages int, cut bool) {
	w := tabwriter.NewWriter(d.cfg.Out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\npersona\tpeople\tin\tout\tmedian\t99 of 100\tbroken\t")
	broke := map[string]int{}
	for _, b := range d.broke {
		broke[b.Persona]++
	}
	d.tally.mu.Lock()
	for _, p := range Personas {
		if c := d.tally.personas[p.Name]; c != nil {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\t%s\t%d\t\n", p.Name, c.people, c.in, c.out,
				short(quantile(c.took, 0.5)), short(quantile(c.took, 0.99)), broke[p.Name])
		}
	}
	d.tally.mu.Unlock()
	all := d.tally.total()
	fmt.Fprintf(w, "all\t%d\t%d\t%d\t%s\t%s\t%d\t\n", all.people, all.in, all.out,
		short(quantile(all.took, 0.5)), short(quantile(all.took, 0.99)), len(d.broke))
	_ = w.Flush() // nobody to tell
	fmt.Fprintf(d.cfg.Out, "\n%d pages and answers of the console searched for addresses.\n", pages)
	for _, line := range lines(d.broke) {
		fmt.Fprintln(d.cfg.Out, line)
	}
	switch {
	case len(d.broke) > 0:
	case cut:
		fmt.Fprintln(d.cfg.Out, "No promise was seen broken by those who were done.")
	default:
		fmt.Fprintln(d.cfg.Out, "Every promise was kept.")
	}
}

// lines are the breaches, each kind once with how often it was seen, in the order in which they were first seen.
func lines(broke []Breach) (all []string) {
	times := map[Breach]int{}
	for _, b := range broke {
		times[b]++
	}
	for _, b := range broke {
		n := times[b]
		if n == 0 {
			continue
		}
		times[b] = 0
		line := fmt.Sprintf("BROKEN  %s  |  %s, %s, %s  |  %s", b.Promise, b.Persona, b.Lang, b.Channel, b.What)
		if n > 1 {
			line += fmt.Sprintf(" (%d times)", n)
		}
		all = append(all, line)
	}
	return all
}
