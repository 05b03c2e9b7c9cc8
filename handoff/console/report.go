package console

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sosin/flows"
	"sosin/flows/stats"
	"sosin/handoff"
)

// reportBody is all a coordinator sees: counts, and who is on duty. There is nothing in it a text could stand in.
type reportBody struct {
	Now      nowView
	Months   []string // newest first
	Month    string   // empty: the running one
	Invented bool
	Sheets   []sheetView
}

type nowView struct {
	Time     string      `json:"time"`
	OnDuty   []dutyView  `json:"onDuty"`
	Waiting  []countView `json:"waiting"`
	High     int         `json:"high"`
	HighText string      `json:"-"`
}

type dutyView struct {
	Alias string `json:"alias"`
	Desks string `json:"desks"`
}

type sheetView struct {
	Title, Corner     string
	Columns           []string
	Rows              []rowView
	Rounded, Withheld bool
	Picture           template.HTML
}

type rowView struct {
	Label string
	Total bool
	Cells []stats.Cell
}

func (c *Console) reportPage(w http.ResponseWriter, r *http.Request, v visitor) {
	body, err := c.report(r.Context(), v, r.URL.Query().Get("month"))
	if errors.Is(err, ErrNoRelease) {
		c.notFound(w, r, v)
		return
	}
	if err != nil {
		c.broken(w, r, v, "read report", err)
		return
	}
	c.show(w, http.StatusOK, "report", c.page(v, "report.title", body))
}

func (c *Console) report(ctx context.Context, v visitor, month string) (reportBody, error) {
	now, err := c.rightNow(ctx, v.lang)
	if err != nil {
		return reportBody{}, err
	}
	months, err := c.Reports.Months(ctx)
	if err != nil {
		return reportBody{}, err
	}
	body := reportBody{Now: now, Month: month}
	for _, m := range months {
		body.Months = append([]string{m}, body.Months...)
	}
	sheets, err := c.sheets(ctx, month, &body)
	if err != nil {
		return reportBody{}, err
	}
	for _, s := range sheets {
		view, err := c.sheet(v.lang, s)
		if err != nil {
			return reportBody{}, err
		}
		body.Sheets = append(body.Sheets, view)
	}
	return body, nil
}

func (c *Console) sheets(ctx context.Context, month string, body *reportBody) ([]stats.Sheet, error) {
	if month == "" {
		running, err := c.Reports.Running(ctx)
		body.Invented = running.Invented
		return running.Sheets, err
	}
	release, err := c.Reports.Release(ctx, month)
	body.Invented = release.Invented
	return release.Sheets, err
}

func (c *Console) sheet(lang string, s stats.Sheet) (sheetView, error) {
	label := stats.Labels(flows.Lang(lang))
	view := sheetView{Title: label(s.Key()), Corner: label(s.Corner), Rounded: s.Rounded, Withheld: s.Withheld}
	for _, column := range s.Columns {
		view.Columns = append(view.Columns, label(column))
	}
	for _, row := range s.Rows {
		view.Rows = append(view.Rows, rowView{label(row.Key), row.Total, row.Cells})
	}
	var err error
	switch {
	case strings.HasPrefix(s.ID, "funnel."):
		view.Picture, err = stats.Funnel(s, label).SVG()
	case s.ID == "handoff":
		view.Picture, err = stats.Handoff(s, label).SVG()
	}
	return view, err
}

// reportNow is the part of the page that changes while it is looked at.
func (c *Console) reportNow(w http.ResponseWriter, r *http.Request, v visitor) {
	c.act(w, r, v, "report", func(ctx context.Context, _ handoff.Member, _ asked) (any, error) {
		return c.rightNow(ctx, v.lang)
	})
}

func (c *Console) rightNow(ctx context.Context, lang string) (nowView, error) {
	queue, err := c.queue(ctx, lang, "")
	if err != nil {
		return nowView{}, err
	}
	now, err := c.Gate.Clock.Now(ctx)
	if err != nil {
		return nowView{}, err
	}
	duties, err := c.Desk.Shifts.Duties(ctx)
	if err != nil {
		return nowView{}, err
	}
	view := nowView{Time: now.In(flows.Tallinn).Format("15:04"), OnDuty: []dutyView{}, Waiting: []countView{}, High: queue.High, HighText: strconv.Itoa(queue.High)}
	slices.SortFunc(duties, func(a, b handoff.Duty) int { return strings.Compare(a.Member.Alias, b.Member.Alias) })
	for _, d := range duties {
		if d.Until.After(now) {
			view.OnDuty = append(view.OnDuty, dutyView{d.Member.Alias, c.deskNames(lang, d.Member.Desks)})
		}
	}
	for _, count := range queue.Waiting {
		if count.Count > 0 {
			view.Waiting = append(view.Waiting, count)
		}
	}
	return view, nil
}

func (c *Console) deskNames(lang string, desks []string) string {
	if len(desks) == 0 {
		return c.words[lang].say("report.alldesks")
	}
	names := make([]string, len(desks))
	for i, desk := range desks {
		names[i] = c.words[lang].label("desk", desk)
	}
	return strings.Join(names, ", ")
}

// reportCSV exports a published month for programs, with commas.
func (c *Console) reportCSV(w http.ResponseWriter, r *http.Request, v visitor) {
	c.export(w, r, v, "", stats.CSV)
}

// reportExcel exports it for a double click in Excel, with semicolons.
func (c *Console) reportExcel(w http.ResponseWriter, r *http.Request, v visitor) {
	c.export(w, r, v, "-excel", stats.Spreadsheet)
}

// export logs every export before it is made (requirements.md D2.8).
func (c *Console) export(w http.ResponseWriter, r *http.Request, v visitor, suffix string, write func(io.Writer, stats.Release, func(string) string) error) {
	release, err := c.Reports.Release(r.Context(), r.URL.Query().Get("month"))
	if errors.Is(err, ErrNoRelease) {
		c.notFound(w, r, v)
		return
	}
	if err != nil {
		c.broken(w, r, v, "read report", err)
		return
	}
	if !c.audited(w, r, v, "export") {
		return
	}
	var b bytes.Buffer
	if err := write(&b, release, stats.Labels(flows.Lang(v.lang))); err != nil {
		c.broken(w, r, v, "export report", err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="sosin-`+string(release.Month)+suffix+`.csv"`)
	_, _ = w.Write(b.Bytes()) // the browser went away: nothing to do
}
