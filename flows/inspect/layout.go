package inspect

import (
	"cmp"
	"slices"
)

// The layout is a layered one, small and our own: ways that go round are set apart, every box stands right of those that lead
// to it, long ways get a lane in each column they pass, and a column is ordered by where its ways come from. Ways back are
// not drawn as lines, which would cross everything; their row says where they lead.

// Sizes, in pixels.
const (
	boxWidth   = 312
	rowHeight  = 18
	headHeight = 24
	padding    = 10
	laneHeight = 12
	columnGap  = 76
	boxGap     = 22
	margin     = 24
)

// placed is a box, or a lane (box < 0), with its place.
type placed struct {
	box        int
	x, y, high int
	from       []int // the items of the column before that lead here, and at which height
	heights    []int
}

// wire is one drawn way: from a row of a box, through lanes, to a box. Its items are indices of places.
type wire struct {
	box, row int
	through  []int
	to       int
}

// layout is a picture with places.
type layout struct {
	Picture
	items      []placed
	at         []int // the item of each box
	wires      []wire
	forward    [][]bool // by box and row: drawn as a line
	wide, high int
}

func (p Picture) lay() *layout {
	l := &layout{Picture: p, at: make([]int, len(p.boxes))}
	l.directions()
	columns := l.columns(l.layers())
	l.order(columns)
	l.place(columns)
	return l
}

// directions finds the ways that do not go round, by going through the boxes in order, deep first.
func (l *layout) directions() {
	const fresh, entered, done = 0, 1, 2
	state := make([]int, len(l.boxes))
	l.forward = make([][]bool, len(l.boxes))
	for i, b := range l.boxes {
		l.forward[i] = make([]bool, len(b.rows))
	}
	var visit func(int)
	visit = func(i int) {
		state[i] = entered
		for r, w := range l.boxes[i].rows {
			to := l.find(w.to)
			if to < 0 || state[to] == entered {
				continue
			}
			l.forward[i][r] = true
			if state[to] == fresh {
				visit(to)
			}
		}
		state[i] = done
	}
	for i := range l.boxes {
		if state[i] == fresh {
			visit(i)
		}
	}
}

// layers puts every box right of all that lead to it.
func (l *layout) layers() []int {
	layer := make([]int, len(l.boxes))
	for changed := true; changed; {
		changed = false
		for i, b := range l.boxes {
			for r, w := range b.rows {
				if to := l.find(w.to); l.forward[i][r] && layer[to] < layer[i]+1 {
					layer[to], changed = layer[i]+1, true
				}
			}
		}
	}
	return layer
}

// columns makes the items of each column: boxes, and lanes for ways that pass.
func (l *layout) columns(layer []int) [][]int {
	columns := make([][]int, slices.Max(layer)+1)
	for i, b := range l.boxes {
		l.at[i] = l.item(&columns[layer[i]], placed{box: i, high: b.height()})
	}
	for i, b := range l.boxes {
		lanes := map[int][]int{} // ways from one box to one other share their lanes
		for r, row := range b.rows {
			if !l.forward[i][r] {
				continue
			}
			to := l.find(row.to)
			w := wire{box: i, row: r, to: l.at[to]}
			if lanes[to] == nil {
				for c := layer[i] + 1; c < layer[to]; c++ {
					lanes[to] = append(lanes[to], l.item(&columns[c], placed{box: -1, high: laneHeight}))
				}
			}
			w.through = lanes[to]
			l.wires = append(l.wires, w)
		}
	}
	return columns
}

func (l *layout) item(column *[]int, it placed) int {
	l.items = append(l.items, it)
	*column = append(*column, len(l.items)-1)
	return len(l.items) - 1
}

func (b box) height() int {
	return headHeight + len(b.text())*rowHeight + len(b.rows)*rowHeight + padding
}

// order sorts each column by the middle of what leads to its items, from left to right.
func (l *layout) order(columns [][]int) {
	for _, w := range l.wires {
		before, at := l.at[w.box], w.row
		for _, item := range append(slices.Clone(w.through), w.to) {
			it := &l.items[item]
			it.from, it.heights = append(it.from, before), append(it.heights, at)
			before, at = item, -1
		}
	}
	rank := make([]float64, len(l.items))
	for c, column := range columns {
		for n, item := range column {
			rank[item] = float64(n)
			if it := l.items[item]; c > 0 && len(it.from) > 0 {
				sum := 0.0
				for i, from := range it.from {
					sum += rank[from] + float64(max(it.heights[i], 0))/100
				}
				rank[item] = sum / float64(len(it.from))
			}
		}
		slices.SortStableFunc(column, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
		for n, item := range column {
			rank[item] = float64(n)
		}
	}
}

// place gives every item its corner: as high as what leads to it, below the one before it.
func (l *layout) place(columns [][]int) {
	top := margin + legendHeight
	for c, column := range columns {
		y := top
		for _, item := range column {
			it := &l.items[item]
			it.x = margin + c*(boxWidth+columnGap)
			it.y = max(y, l.wish(it))
			y = it.y + it.high + boxGap
			if it.box < 0 {
				y = it.y + it.high + boxGap/2
			}
			l.high = max(l.high, it.y+it.high+margin)
		}
	}
	l.wide = 2*margin + len(columns)*(boxWidth+columnGap) - columnGap
	l.wide = max(l.wide, legendWidth)
}

// wish is how high an item would stand by itself: where its first way comes from.
func (l *layout) wish(it *placed) int {
	if len(it.from) == 0 {
		return 0
	}
	highest := 0
	for i, from := range it.from {
		y := l.items[from].y
		if it.heights[i] >= 0 {
			y = l.rowY(l.items[from], it.heights[i]) - headHeight
		}
		if i == 0 || y < highest {
			highest = y
		}
	}
	return highest
}

// rowY is the middle of a row.
func (l *layout) rowY(it placed, row int) int {
	b := l.boxes[it.box]
	return it.y + headHeight + len(b.text())*rowHeight + row*rowHeight + rowHeight/2
}
