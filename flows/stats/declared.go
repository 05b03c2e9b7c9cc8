package stats

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/BurntSushi/toml"
)

// declaration is one table as tables.toml writes it.
type declaration struct {
	ID         string              `toml:"id"`
	Form       bool                `toml:"form"`
	Serves     []string            `toml:"serves"`
	Of         string              `toml:"of"`
	Rows       []string            `toml:"rows"`
	Column     string              `toml:"column"`
	Columns    []string            `toml:"columns"`
	Parts      bool                `toml:"parts"`
	Quarterly  bool                `toml:"quarterly"`
	Impossible map[string][]string `toml:"impossible"`
}

//go:embed tables.toml
var tableFile string

// declared are the tables of tables.toml in its order.
var declared = mustRead(tableFile)

func mustRead(file string) []declaration {
	all, err := read(file)
	if err != nil {
		panic("stats: tables.toml: " + err.Error()) // embedded: a test would have failed
	}
	return all
}

// read is strict: a misspelt field would silently change what is published.
func read(file string) ([]declaration, error) {
	var all struct {
		Table []declaration `toml:"table"`
	}
	meta, err := toml.Decode(file, &all)
	if err != nil {
		return nil, fmt.Errorf("read tables: %w", err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("read tables: unknown field %s", unknown[0])
	}
	seen := map[string]bool{}
	for _, d := range all.Table {
		switch {
		case d.ID == "" || d.Of == "" || len(d.Rows) == 0 || seen[d.ID]:
			return nil, fmt.Errorf("read tables: table %q has no id, rows or kind of row, or stands there twice", d.ID)
		case (d.Column == "") != (len(d.Columns) == 0):
			return nil, fmt.Errorf("read tables: table %q names its columns by halves", d.ID)
		}
		seen[d.ID] = true
	}
	return all.Table, nil
}

// table is what a declaration means. Without columns, what was counted by language is added up.
func (d declaration) table() Table {
	t := Table{
		ID: d.ID, Serves: d.Serves, Form: d.Form, Quarterly: d.Quarterly, Impossible: d.Impossible,
		Rows: Axis{ID: d.ID, Of: d.Of, Keys: d.Rows}, Columns: Axis{ID: d.Column, Keys: d.Columns},
	}
	if len(d.Columns) == 0 {
		t.Columns, t.Added = all, append(slices.Clone(languages.Keys), none, all.Keys[0])
	}
	if d.Parts {
		t.Sums = ColumnSums
	}
	return t
}

// Form is a list of codes that a counsellor's form offers and the statistics count ({Table: ID, Row: one of Rows, Column:
// one of Columns}; "all" where it has no second dimension). The labels are those of "ID.row".
type Form struct {
	ID      string
	Serves  []string // codes of requirements.md D1
	Rows    []string
	Columns []string
}

// Forms lists what the counsellors' forms count in, in the order of tables.toml (requirements.md A8, D1).
func Forms() (forms []Form) {
	for _, d := range declared {
		if t := d.table(); d.Form {
			forms = append(forms, Form{d.ID, slices.Clone(d.Serves), slices.Clone(d.Rows), slices.Clone(t.Columns.Keys)})
		}
	}
	return forms
}
