package stats

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sosin/flows"
)

// T28. A desk's or flow's name comes from a file that others write; a spreadsheet must not run it.
func TestNoFieldOfAFileIsAFormula(t *testing.T) {
	evil := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", `a"b`, "a,b", "a;b", "a\nb"}
	o := Options{Desks: evil}
	cells := map[flows.Count]int64{}
	for i, desk := range evil {
		cells[flows.Count{Table: "handoff", Row: desk, Column: "asked"}] = int64(20 + i)
	}
	r := Publish("2026-05", cells, o)
	bare := func(key string) string { return strings.TrimPrefix(key, "desk.") }
	for name, file := range map[string]func(io.Writer, Release, func(string) string) error{"CSV": CSV, "Spreadsheet": Spreadsheet} {
		var out bytes.Buffer
		if err := file(&out, r, bare); err != nil {
			t.Fatal(err)
		}
		in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out.Bytes(), []byte("\ufeff"))))
		if name == "Spreadsheet" {
			in.Comma = ';'
		}
		records, err := in.ReadAll()
		if err != nil {
			t.Fatalf("%s is not RFC 4180: %v", name, err)
		}
		found := 0
		for _, record := range records {
			for _, field := range record {
				if field != "" && strings.ContainsRune("=+-@\t\r", rune(field[0])) {
					t.Errorf("%s: %q would be run", name, field)
				}
			}
			if record[2] == `a"b` || record[2] == "a,b" || record[2] == "a;b" || record[2] == "'=1+1" {
				found++
			}
		}
		if found != 4*3 {
			t.Errorf("%s: quoted names came back %d times, want 12", name, found)
		}
	}
}

func TestFilesForProgramsAndForExcel(t *testing.T) {
	r := Publish("2026-05", Seed("2026-05", 1), Options{Invented: true})
	var program, excel bytes.Buffer
	if err := errors.Join(CSV(&program, r, nil), Spreadsheet(&excel, r, Labels(flows.Estonian))); err != nil {
		t.Fatal(err)
	}
	if want := "csv.month,csv.table,csv.row,csv.column,csv.value,csv.share,csv.remark\r\n2026-05,table.contacts,channel.telegram,count.all,"; !strings.HasPrefix(program.String(), want) {
		t.Errorf("CSV begins %q", program.String()[:120])
	}
	if want := "\ufeffKuu;Tabel;Rida;Veerg;Väärtus;Osakaal;Märkus\r\n2026-05;Pöördumised;Telegram;"; !strings.HasPrefix(excel.String(), want) {
		t.Errorf("Spreadsheet begins %q", excel.String()[:120])
	}
	if lines := strings.Split(strings.TrimSpace(excel.String()), "\r\n"); !strings.Contains(lines[1], "Välja mõeldud") {
		t.Errorf("invented numbers are not marked: %q", lines[1])
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAFileCutShortIsAnError(t *testing.T) {
	r := Publish("2026-05", nil, Options{})
	for _, err := range []error{CSV(broken{}, r, nil), Spreadsheet(broken{}, r, nil)} {
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("a half-written file was reported as %v", err)
		}
	}
}

var shownText = regexp.MustCompile(`class="value"[^>]*>([^<]*)</text>`)

// A picture must not tell what the table hides, by a number or by the length of a bar.
func TestPicturesTellNoMoreThanTheirTable(t *testing.T) {
	cells := map[flows.Count]int64{
		{Table: "funnel.menu", Row: "main", Column: "et"}: 312, {Table: "funnel.menu", Row: "main", Column: "ru"}: 207, {Table: "funnel.menu", Row: "main", Column: "en"}: 58,
		{Table: "funnel.violence", Row: "menu", Column: "et"}: 2, {Table: "funnel.violence", Row: "menu", Column: "ru"}: 1,
		{Table: "funnel.prostitution", Row: "menu", Column: "et"}: 133, {Table: "funnel.prostitution", Row: "menu", Column: "ru"}: 3,
		{Table: "funnel.danger", Row: "child", Column: "et"}: 41, {Table: "funnel.danger", Row: "child", Column: "ru"}: 2,
		{Table: "handoff", Row: "violence", Column: "asked"}: 61, {Table: "handoff", Row: "general", Column: "asked"}: 4, {Table: "handoff", Row: "prostitution", Column: "asked"}: 33,
	}
	r := Publish("2026-05", cells, options(t))
	for _, s := range r.Sheets {
		p, want := Handoff(s, Labels(flows.English)), texts(s, -1)
		if strings.HasPrefix(s.ID, "funnel.") {
			p, want = Funnel(s, Labels(flows.English)), texts(s, len(s.Columns)-1)
		}
		svg, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range shownText.FindAllStringSubmatch(string(svg), -1) {
			got = append(got, strings.ReplaceAll(m[1], "&lt;", "<"))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: picture shows %v, table %v", s.ID, got, want)
		}
		for i, b := range p.Bars {
			if b.Hidden && b.Length != hiddenLong {
				t.Errorf("%s bar %d: a hidden number drawn %d long", s.ID, i, b.Length)
			}
			if b.Length < 0 || b.Length > longest {
				t.Errorf("%s bar %d: %d does not fit", s.ID, i, b.Length)
			}
		}
		wellFormed(t, string(svg))
	}
}

// texts lists what a sheet shows, of one column or, with -1, of all.
func texts(s Sheet, column int) (out []string) {
	for _, row := range s.Rows {
		for j, c := range row.Cells {
			if column < 0 || j == column {
				out = append(out, c.Text)
			}
		}
	}
	return out
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	for _, no := range []string{"style=", "<style", "<script", "http://", "https://"} {
		if strings.Contains(strings.Replace(svg, "http://www.w3.org/2000/svg", "", 1), no) {
			t.Errorf("the picture holds %q, which the content security policy or the rule against outside files forbids", no)
		}
	}
	if !strings.Contains(svg, `role="img"`) || !strings.Contains(svg, "<title") || !strings.Contains(svg, `viewBox="0 0 320 `) {
		t.Errorf("not usable with a screen reader or on a small phone: %.200s", svg)
	}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Errorf("not well-formed: %v\n%s", err, svg)
			return
		}
	}
}

func TestLabelsCannotBreakOutOfAPicture(t *testing.T) {
	s := Publish("2026-05", Seed("2026-05", 1), Options{}).Sheets[0]
	svg, err := Handoff(s, func(string) string { return `</title><script>alert(1)</script>" onload="x` }).SVG()
	if err != nil || strings.Contains(string(svg), "<script") {
		t.Errorf("%v\n%s", err, svg)
	}
	wellFormed(t, string(svg))
}

func TestTheRunningMonthIsDrawnInBands(t *testing.T) {
	for _, s := range Running(Seed("2026-05", 1), options(t)).Sheets {
		p := Handoff(s, Labels(flows.English))
		if strings.HasPrefix(s.ID, "funnel.") {
			p = Funnel(s, Labels(flows.English))
		}
		for _, b := range p.Bars {
			if want := map[string]int{"0": 0, dash: 0, "1-4": longest / 3, "5-9": 2 * longest / 3, "10+": longest}[b.Text]; b.Length != want {
				t.Errorf("%s %s: band %s drawn %d long, want %d", s.ID, b.Label, b.Text, b.Length, want)
			}
		}
	}
}

// For people: what the pictures look like.
func TestPicturesForTheEye(t *testing.T) {
	dir := os.Getenv("SOSIN_ARTEFACTS")
	if dir == "" {
		dir = t.TempDir()
	}
	var page strings.Builder
	page.WriteString(`<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><body>`)
	for _, s := range Publish("2026-05", Seed("2026-05", 1), options(t)).Sheets {
		p := Funnel(s, Labels(flows.Russian))
		if s.ID == "handoff" {
			p = Handoff(s, Labels(flows.Russian))
		}
		svg, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&page, "<h2>%s</h2>%s", p.Title, svg)
	}
	if err := os.WriteFile(filepath.Join(dir, "statistics.html"), []byte(page.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

var update = flag.Bool("update", false, "rewrite the golden files")

// The CSV is what the contracting authority's programs read: its columns, keys and marks must not change unnoticed.
func TestTheFileOfAMonthStaysAsItIs(t *testing.T) {
	o := Options{Forms: true, Order: []Flow{
		{Name: "entry", States: []string{"language", "safety", "welcome"}, Open: []string{"language", "safety"}},
		{Name: "young", States: []string{"ask", "help"}, National: true},
		{Name: "queue", States: []string{"nobody", "message"}, Whole: []string{"message"}},
	}}
	cells := map[flows.Count]int64{}
	for i, tbl := range Tables(o) {
		for j, row := range tbl.Rows.Keys {
			columns := tbl.Columns.Keys
			if len(tbl.Added) > 0 {
				columns = tbl.Added[:1]
			}
			for k, column := range columns {
				cells[flows.Count{Table: tbl.ID, Row: row, Column: column}] = int64((i*7 + j*5 + k*11) % 31)
			}
		}
	}
	for name, label := range map[string]func(string) string{"month.csv": nil, "month.et.csv": Labels(flows.Estonian)} {
		var got bytes.Buffer
		if err := CSV(&got, Publish("2026-05", cells, o), label); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name)
		if *update {
			if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(file, got.Bytes(), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v; run `go test ./flows/stats -update` and read what it wrote", err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s is another file than before: run `go test ./flows/stats -update` and read the difference", name)
		}
	}
}
