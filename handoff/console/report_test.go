package console

import (
	"encoding/csv"
	"html"
	"net/http"
	"strings"
	"testing"

	"sosin/handoff/staff"
)

func TestTheReportIsTheReleaseAndNothingMore(t *testing.T) {
	w := newWorld(t)
	w.plant()
	if err := w.OnDuty(t.Context(), member(w.accounts[staff.Counsellor])); err != nil {
		t.Fatal(err)
	}
	cookie := w.session(staff.Coordinator)
	page := text(t, w.ask("GET", "/report?month=2026-04", nil, cookie))
	release, err := months{}.Release(t.Context(), "2026-04")
	if err != nil {
		t.Fatal(err)
	}
	cells := 0
	for _, sheet := range release.Sheets {
		for _, row := range sheet.Rows {
			if !sheet.Withheld {
				cells += len(row.Cells)
			}
		}
	}
	if shown := strings.Count(page, `<td class="number`); shown != cells || cells < 50 {
		t.Errorf("%d numbers on the page, %d in the release", shown, cells)
	}
	for _, want := range []string{"Mari", w.console.words["et"]["report.invented"], `class="chart"`, "&lt;5"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	running := html.UnescapeString(text(t, w.ask("GET", "/report", nil, cookie)))
	if !strings.Contains(running, "1-4") || !strings.Contains(running, "10+") {
		t.Error("the running month is not in bands")
	}
	for _, month := range []string{"2026-05", "2026-13", "2020-01", "x", ""} {
		if res := w.ask("GET", "/report.csv?month="+month, nil, cookie); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", month, res.StatusCode)
		}
	}
}

// T41: what is added to the address changes nothing.
func TestThereAreNoFilters(t *testing.T) {
	w := newWorld(t)
	cookie := w.session(staff.Coordinator)
	plain := text(t, w.ask("GET", "/report.csv?month=2026-04", nil, cookie))
	for _, more := range []string{"&desk=violence", "&from=2026-04-03&to=2026-04-04", "&k=1", "&lang=ru", "&hour=3"} {
		if got := text(t, w.ask("GET", "/report.csv?month=2026-04"+more, nil, cookie)); got != plain {
			t.Errorf("%s changes the numbers", more)
		}
	}
}

func TestAnExportIsAFileAndIsLogged(t *testing.T) {
	w := newWorld(t)
	cookie := w.session(staff.Coordinator)
	for path, comma := range map[string]rune{"/report.csv": ',', "/report-excel.csv": ';'} {
		res := w.ask("GET", path+"?month=2026-04", nil, cookie)
		if !strings.HasPrefix(res.Header.Get("Content-Disposition"), `attachment; filename="sosin-2026-04`) || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, res.Header)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text(t, res), "\ufeff")))
		r.Comma = comma
		if all, err := r.ReadAll(); err != nil || len(all) < 50 || all[1][0] != "2026-04" {
			t.Errorf("%s: %d records, %v", path, len(all), err)
		}
	}
	if w.acts("export") != 2 {
		t.Errorf("%d exports in the log", w.acts("export"))
	}
}

func TestRightNowHoldsCountsAndAliasesOnly(t *testing.T) {
	w := newWorld(t)
	w.plant()
	body := text(t, w.ask("POST", "/report/now", map[string]any{}, w.session(staff.Coordinator)))
	if strings.Contains(body, ticketID(0)) || strings.Contains(body, ticketID(1)) || !strings.Contains(body, `"count":1`) {
		t.Errorf("%s", body)
	}
}
