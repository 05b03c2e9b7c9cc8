package stats

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// CSV writes a release as RFC 4180 says: commas, CRLF, UTF-8 without a byte order mark, one record for each number:
// month, table, row, column, value, share, remark. label turns a label key into words; Label of one language, or nil for
// the keys themselves, which programs should read. Errors are the writer's.
//
// Commas and no mark, because that is what programs expect of `sosin stats export --format csv`. Excel with Estonian or
// Russian settings opens such a file in one column: see Spreadsheet.
func CSV(w io.Writer, r Release, label func(key string) string) error {
	return write(csv.NewWriter(w), r, label)
}

// Spreadsheet writes the same records for a double click in Excel with Estonian or Russian settings: semicolons, and a
// byte order mark, without which Excel takes UTF-8 for a code page. Errors are the writer's.
func Spreadsheet(w io.Writer, r Release, label func(key string) string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	out := csv.NewWriter(w)
	out.Comma = ';'
	return write(out, r, label)
}

func write(out *csv.Writer, r Release, label func(key string) string) error {
	if label == nil {
		label = func(key string) string { return key }
	}
	out.UseCRLF = true
	put := func(fields ...string) {
		for i := range fields {
			fields[i] = guard(fields[i])
		}
		_ = out.Write(fields) // kept by the writer and returned by Error below
	}
	put(label("csv.month"), label("csv.table"), label("csv.row"), label("csv.column"), label("csv.value"), label("csv.share"), label("csv.remark"))
	for _, s := range r.Sheets {
		for _, row := range s.Rows {
			for j, cell := range row.Cells {
				put(string(r.Month), label(s.Key()), label(row.Key), label(s.Columns[j]), cell.Text, cell.Share, remark(r, s, cell, row.Total || s.Columns[j] == Total, label))
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

func remark(r Release, s Sheet, c Cell, total bool, label func(string) string) string {
	var remarks []string
	if r.Invented {
		remarks = append(remarks, label("note.invented"))
	}
	switch {
	case s.Withheld:
		remarks = append(remarks, label("note.withheld"))
	case c.Text == dash:
		remarks = append(remarks, label("note.national"))
	case s.Rounded && total:
		remarks = append(remarks, label("note.rounded"))
	}
	return strings.Join(remarks, "; ")
}

// guard keeps a spreadsheet from taking a field for a formula: an apostrophe goes before = + - @, tab and carriage
// return (T28; ASVS 1.2.10).
func guard(field string) string {
	if field != "" && strings.ContainsRune("=+-@\t\r", rune(field[0])) {
		return "'" + field
	}
	return field
}
