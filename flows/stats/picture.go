package stats

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// Picture is a bar chart of numbers that are shown anyway: it is made of a Sheet and knows nothing else.
type Picture struct {
	ID     string // unique among the pictures of a page
	Title  string // what a screen reader says instead of the picture; the table under it has the numbers
	Bars   []Bar
	Height int // of the view box, in its units; its width is Wide
}

// Bar is one horizontal bar: its label above it, its number to the right of it.
type Bar struct {
	Label  string
	Text   string // as in the table
	Hidden bool   // hatched, always of the same length
	Class  string // "bar", "bar hidden"; CSS may colour them
	Y      int    // of the label's base line
	Length int    // in units of the view box
}

// The measures of a picture, in units of its view box: one unit is one CSS pixel on a screen of 320.
const (
	Wide       = 320
	longest    = 260 // of a bar; the rest is for its number
	hiddenLong = 24  // of every hidden bar, whatever it hides
	barStep    = 44
	margin     = 16
)

// Funnel draws how many conversations reached each state of a flow: the totals of a funnel's rows, or in a Report the
// highest band of each.
func Funnel(s Sheet, label func(key string) string) Picture {
	p := start(s, label)
	for _, row := range s.Rows {
		if row.Total || len(row.Cells) == 0 {
			continue
		}
		cell := row.Cells[len(row.Cells)-1]
		if s.Columns[len(s.Columns)-1] != Total {
			cell = slices.MaxFunc(row.Cells, func(a, b Cell) int { return a.Band - b.Band })
		}
		p.add(label(row.Key), cell)
	}
	return p.scale(s)
}

// Handoff draws asked, answered and closed for each desk, and for all together where there are totals. It fits any other
// sheet of a few rows and columns too.
func Handoff(s Sheet, label func(key string) string) Picture {
	p := start(s, label)
	for _, row := range s.Rows {
		for j, cell := range row.Cells {
			p.add(label(row.Key)+": "+label(s.Columns[j]), cell)
		}
	}
	return p.scale(s)
}

func start(s Sheet, label func(string) string) Picture {
	return Picture{ID: "chart-" + identifier(s.ID), Title: label(s.Key())}
}

// identifier keeps what may stand in an id and in url(#...).
func identifier(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, s)
}

// add appends a bar whose length is still the number or band itself.
func (p *Picture) add(label string, c Cell) {
	b := Bar{Label: label, Text: c.Text, Hidden: c.Hidden, Class: "bar", Length: int(c.Value)}
	if c.Hidden {
		b.Class = "bar hidden"
	}
	if c.Band > 0 {
		b.Length = c.Band
	}
	b.Y = margin + len(p.Bars)*barStep
	p.Bars = append(p.Bars, b)
}

// scale makes the longest bar fill the width. Lengths come from what is shown alone.
func (p Picture) scale(s Sheet) Picture {
	most := 1
	if slices.ContainsFunc(p.Bars, func(b Bar) bool { return strings.ContainsAny(b.Text, "-+") }) {
		most = bands
	}
	for _, b := range p.Bars {
		most = max(most, b.Length)
	}
	for i := range p.Bars {
		b := &p.Bars[i]
		if b.Hidden {
			b.Length = hiddenLong
			continue
		}
		b.Length = b.Length * longest / most
	}
	p.Height = len(p.Bars) * barStep
	if s.Withheld {
		p.Bars, p.Height = nil, 0
	}
	return p
}

// The drawing holds presentation attributes and classes only: a strict content security policy allows no more.
var drawing = template.Must(template.New("picture").Funcs(template.FuncMap{
	"add": func(a, b int) int { return a + b },
}).Parse(`<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby="{{.ID}}-title" viewBox="0 0 {{.Width}} {{.Height}}" width="100%" preserveAspectRatio="xMinYMin meet">
<title id="{{.ID}}-title">{{.Title}}</title>
<defs><pattern id="{{.ID}}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-line" width="2" height="6" fill="currentColor"/></pattern></defs>
{{- $id := .ID}}{{range .Bars}}
<g class="row"><text class="label" x="0" y="{{.Y}}" font-size="13" fill="currentColor">{{.Label}}</text>
<rect class="{{.Class}}" x="0" y="{{add .Y 5}}" width="{{.Length}}" height="16" rx="3"{{if .Hidden}} fill="url(#{{$id}}-hatch)" stroke="currentColor"{{else}} fill="currentColor"{{end}}/>
<text class="value" x="{{add .Length 6}}" y="{{add .Y 18}}" font-size="13" fill="currentColor">{{.Text}}</text></g>{{end}}
</svg>
`))

// Width is the width of the view box.
func (p Picture) Width() int { return Wide }

// SVG renders the picture for a page, every text escaped. A picture without bars is empty.
func (p Picture) SVG() (template.HTML, error) {
	if len(p.Bars) == 0 {
		return "", nil
	}
	var out strings.Builder
	if err := drawing.Execute(&out, p); err != nil {
		return "", fmt.Errorf("draw picture: %w", err)
	}
	return template.HTML(out.String()), nil
}
