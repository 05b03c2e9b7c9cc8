package inspect

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"
)

// look is how a kind of box is drawn, and what the legend says of it.
type look struct {
	kind             kind
	fill, line, name string
}

var kinds = []look{
	{plain, "#ffffff", "#666666", "after yes"},
	{open, "#e3f4e1", "#3c8d37", "open: before yes too"},
	{danger, "#fde2e0", "#c0392b", "danger"},
	{ticket, "#e1ecfb", "#2f6fc0", "ticket: words go to a person"},
	{live, "#ece3fa", "#7747b8", "live chat"},
	{end, "#e4e4e4", "#444444", "end"},
	{aside, "#fdf3d3", "#b38600", "interruption"},
	{route, "#f7f7f7", "#999999", "route: by facts"},
}

// The legend's size, and the sizes of letters, in pixels.
const (
	legendHeight = 64
	legendItem   = 212
	legendWidth  = 2*margin + 8*legendItem
	small, large = 12, 14
)

// SVG writes the picture so that any browser shows it. A box has its name, its first words, and a row for each way out; a
// line leads from a row to where it goes. A row that leads back, or to another picture, names its end instead.
func (p Picture) SVG() []byte {
	l := p.lay()
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 %d %d" width="%d" height="%d" font-family="'DejaVu Sans',Verdana,Arial,sans-serif" font-size="%d" fill="#111">`+"\n",
		l.wide, l.high, l.wide, l.high, small)
	fmt.Fprintf(&b, "<title>%s</title>\n", escaped(p.Title))
	b.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#555"/></marker></defs>` + "\n")
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", l.wide, l.high)
	fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="%d" font-weight="bold">%s</text>`+"\n", margin, margin+4, large+4, escaped(p.Title))
	for i, k := range kinds {
		x := margin + i*legendItem
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="14" height="14" rx="3" fill="%s" stroke="%s"/><text x="%d" y="%d" font-size="11">%s</text>`+"\n",
			x, margin+20, k.fill, k.line, x+20, margin+31, escaped(shorten(k.name, legendItem-24, 11)))
	}
	for _, w := range l.wires {
		l.wire(&b, w)
	}
	for i := range l.boxes {
		l.box(&b, i)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// wire draws one way.
func (l *layout) wire(b *bytes.Buffer, w wire) {
	from := l.items[l.at[w.box]]
	x, y := from.x+boxWidth, l.rowY(from, w.row)
	fmt.Fprintf(b, `<path class="way" d="M%d %d`, x, y)
	for _, item := range append(append([]int(nil), w.through...), w.to) {
		it := l.items[item]
		tx, ty := it.x, it.y+headHeight/2
		if it.box < 0 {
			ty = it.y + it.high/2
		}
		fmt.Fprintf(b, ` C%d %d %d %d %d %d`, x+columnGap/2, y, tx-columnGap/2, ty, tx, ty)
		if x, y = tx, ty; it.box < 0 {
			x = tx + boxWidth
			fmt.Fprintf(b, ` L%d %d`, x, y)
		}
	}
	b.WriteString(`" fill="none" stroke="#777" stroke-width="1.2" marker-end="url(#tip)"/>` + "\n")
}

// box draws one box with its rows.
func (l *layout) box(b *bytes.Buffer, i int) {
	bx, it := l.boxes[i], l.items[l.at[i]]
	k := lookOf(bx.kind)
	dash := ""
	if bx.kind == route {
		dash = ` stroke-dasharray="5 3"`
	}
	fmt.Fprintf(b, `<g class="box" id="%s"><rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s" stroke="%s" stroke-width="1.4"%s/>`+"\n",
		escaped(bx.id), it.x, it.y, boxWidth, it.high, k.fill, k.line, dash)
	line := func(y int, style, text string, wide int) {
		fmt.Fprintf(b, `<text x="%d" y="%d"%s>%s</text>`+"\n", it.x+padding, y, style, escaped(shorten(text, boxWidth-2*padding, wide)))
	}
	line(it.y+headHeight-7, fmt.Sprintf(` font-size="%d" font-weight="bold"`, large), bx.id, large+2) // bold is wider
	y := it.y + headHeight + rowHeight - 5
	for _, text := range bx.text() {
		line(y, ` fill="#444" font-style="italic"`, text, small)
		y += rowHeight
	}
	for r, row := range bx.rows {
		text := row.label
		if !l.forward[i][r] && row.to != "" {
			text = ending(text, l.reference(i, row), boxWidth-2*padding)
		}
		line(y, "", text, small)
		y += rowHeight
	}
	b.WriteString("</g>\n")
}

// reference names the end of a way that is no line.
func (l *layout) reference(i int, r row) string {
	switch to := l.find(r.to); {
	case r.to == "back" && l.boxes[i].aside:
		return "↩ back"
	case r.to == "back", to == i:
		return "↻ stays"
	case to >= 0 && strings.HasSuffix(r.label, " to "+r.to): // in the map of all flows
		return "↩"
	case to >= 0:
		return "↩ " + r.to[strings.IndexByte(r.to, '.')+1:]
	}
	return "→ " + r.to
}

// ending puts a reference behind words, of which it keeps what fits.
func ending(words, reference string, wide int) string {
	if words == "" {
		return reference
	}
	return shorten(words, wide-textWidth(" "+reference, small)-2, small) + " " + reference
}

func lookOf(k kind) look {
	for _, l := range kinds {
		if l.kind == k {
			return l
		}
	}
	return kinds[0]
}

// maxLines is how many lines of what a state says stand in its box.
const maxLines = 3

// text wraps the first words of what is said.
func (b box) text() (out []string) {
	wide := boxWidth - 2*padding
	for _, said := range b.lines {
		current := ""
		for _, word := range strings.Fields(said) {
			longer := strings.TrimSpace(current + " " + word)
			if current != "" && textWidth(longer, small) > wide {
				out = append(out, current)
				longer = word
			}
			current = longer
		}
		if out = append(out, current); len(out) > maxLines {
			out = out[:maxLines]
			out[maxLines-1] = shorten(out[maxLines-1]+" …", wide, small)
			return out
		}
	}
	return out
}

// shorten cuts words that are wider than there is room.
func shorten(s string, wide, size int) string {
	if textWidth(s, size) <= wide {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && textWidth(string(runes)+"…", size) > wide {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ") + "…"
}

// textWidth is how wide words are at most, in pixels. It knows no font; it takes each letter for as wide as the widest of the
// usual ones draws it, so that what fits by it fits everywhere.
func textWidth(s string, size int) int {
	tenths := 0
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljI.,:;'|!()[] ", r):
			tenths += 40
		case strings.ContainsRune("mwMWЖШЩЮФМжшщюфмы—…→↩↻%@", r):
			tenths += 102
		case unicode.IsUpper(r):
			tenths += 80
		default:
			tenths += 66
		}
	}
	return tenths * size / 100
}

func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}
