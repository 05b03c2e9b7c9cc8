package stats

import (
	"math"
	"slices"
)

// without limit, and far from overflow.
const unlimited = math.MaxInt32

// arc is one number of a table as an arc of a network: it flows from the node of its row to that of its column, and the
// totals lead it back. What is possible given the sums is exactly a circulation within the bounds of the arcs.
type arc struct {
	from, to     int
	flow         int64
	lowest, high int64
}

type network struct {
	arcs []arc
	at   [][]hop // by node: how to leave it
}

// knowledge says what somebody holds against a table.
type knowledge int

const (
	released knowledge = iota // the release alone, with its rounded totals
	insider                   // every total that is not hidden, exactly; and the bands of the running month
)

// narrow finds the first hidden number about which too much follows from what is shown.
func (g *grid) narrow() (at, bool) {
	if !g.anyConcealed() {
		return at{}, false
	}
	for _, who := range []knowledge{insider, released} {
		n, index := g.network(who)
		for _, p := range g.places() {
			if !g.concealed(p) || g.marked(p) == merged {
				continue
			}
			low, high := n.bounds(index[p])
			if !g.wide(p, low, high, who) {
				return p, true
			}
		}
	}
	return at{}, false
}

// wide: of "<k" each of 1 to k-1 has to stay possible; of "*" at least k numbers, or k-1 to the insider.
func (g *grid) wide(p at, low, high int64, who knowledge) bool {
	switch {
	case g.marked(p) == small:
		return low <= 1 && high >= g.k-1
	case who == insider:
		return high-low >= g.k-2
	default:
		return high-low >= g.k-1
	}
}

// network lays the table out: node 0 stands for all that is no sum.
func (g *grid) network(who knowledge) (*network, map[at]int) {
	row := func(i int) int {
		if g.t.Sums&RowSums == 0 || i == g.rows && g.t.Sums&ColumnSums == 0 {
			return 0
		}
		return 1 + i
	}
	column := func(j int) int {
		if g.t.Sums&ColumnSums == 0 || j == g.columns && g.t.Sums&RowSums == 0 {
			return 0
		}
		return 2 + g.rows + j
	}
	n := &network{at: make([][]hop, 3+g.rows+g.columns)}
	index := map[at]int{}
	for _, p := range g.places() {
		a := arc{from: row(p.i), to: column(p.j), flow: g.at(p)}
		switch {
		case p.i == g.rows && p.j == g.columns: // the grand total closes the circle
		case p.i == g.rows || p.j == g.columns:
			a.from, a.to = column(p.j), row(p.i)
		}
		a.lowest, a.high = g.limits(p, who)
		index[p] = len(n.arcs)
		n.add(a)
	}
	return n, index
}

// limits are the bounds a number's own mark, and its neighbours in a nested table, set.
func (g *grid) limits(p at, who knowledge) (low, high int64) {
	v := g.at(p)
	switch {
	case g.marked(p) == merged:
		return 0, unlimited
	case g.marked(p) == small && g.masked[p.i][p.j]:
		return 0, g.k - 1
	case g.marked(p) == small:
		return 1, g.k - 1
	case g.marked(p) == hidden && (who == released || g.isTotal(p)):
		low, high = g.k, unlimited
	case g.marked(p) == hidden && v < 2*g.k:
		low, high = g.k, 2*g.k-1
	case g.marked(p) == hidden:
		low, high = 2*g.k, unlimited
	case who == released && g.isTotal(p):
		return window(v, g.k)
	default:
		return v, v
	}
	return g.nested(p, low, g.ordered(p, high))
}

// ordered: D2.4 hides the next smallest, so a "*" is taken to be no larger than what is still shown in its lines.
func (g *grid) ordered(p at, high int64) int64 {
	for _, l := range g.lines {
		if q, ok := g.smallest(l.cells); ok && slices.Contains(l.cells, p) && g.at(q) >= g.at(p) {
			high = min(high, g.at(q))
		}
	}
	return high
}

// nested narrows by the shown columns beside: whoever was answered had asked. A count that crossed the end of a month
// may break this; the true number is never excluded.
func (g *grid) nested(p at, low, high int64) (int64, int64) {
	if !g.t.Nested || g.isTotal(p) {
		return low, high
	}
	v := g.at(p)
	for j := range g.columns {
		q := at{p.i, j}
		if g.marked(q) != open {
			continue
		}
		if j < p.j && g.at(q) >= v {
			high = min(high, g.at(q))
		}
		if j > p.j && g.at(q) <= v {
			low = max(low, g.at(q))
		}
	}
	return low, high
}

// add lays an arc. One from a node to itself is in no sum and leads nowhere.
func (n *network) add(a arc) {
	if i := len(n.arcs); a.from != a.to {
		n.at[a.from], n.at[a.to] = append(n.at[a.from], hop{i, false}), append(n.at[a.to], hop{i, true})
	}
	n.arcs = append(n.arcs, a)
}

// bounds are the smallest and the largest value one arc can take.
func (n *network) bounds(i int) (low, high int64) {
	a := n.arcs[i]
	if a.from == a.to { // in no sum
		return a.lowest, a.high
	}
	less := n.maxFlow(i, a.from, a.to, a.flow-a.lowest)
	more := n.maxFlow(i, a.to, a.from, a.high-a.flow)
	return a.flow - less, a.flow + more
}

// maxFlow is how much more can be sent from one node to another without arc skip, at most limit. (Edmonds and Karp: one
// shortest way at a time, forward up to an arc's bound, backward down to it.) The network is afterwards as it was.
func (n *network) maxFlow(skip, from, to int, limit int64) (sent int64) {
	via := make([]hop, len(n.at))
	var pushed []hop
	var by []int64
	for sent < limit && n.path(via, skip, from, to) {
		room := limit - sent
		for v := to; v != from; v = via[v].tail(n.arcs) {
			room = min(room, via[v].room(n.arcs))
		}
		for v := to; v != from; v = via[v].tail(n.arcs) {
			via[v].push(n.arcs, room)
			pushed, by = append(pushed, via[v]), append(by, room)
		}
		sent += room
	}
	for i, h := range pushed {
		h.push(n.arcs, -by[i])
	}
	return sent
}

// hop is an arc walked along or against.
type hop struct {
	arc     int
	against bool
}

func (h hop) tail(arcs []arc) int {
	if h.against {
		return arcs[h.arc].to
	}
	return arcs[h.arc].from
}

func (h hop) head(arcs []arc) int {
	if h.against {
		return arcs[h.arc].from
	}
	return arcs[h.arc].to
}

func (h hop) room(arcs []arc) int64 {
	if h.against {
		return arcs[h.arc].flow - arcs[h.arc].lowest
	}
	return arcs[h.arc].high - arcs[h.arc].flow
}

func (h hop) push(arcs []arc, by int64) {
	if h.against {
		by = -by
	}
	arcs[h.arc].flow += by
}

// nowhere is the hop into a node that has not been reached.
var nowhere = hop{arc: -1}

// path finds a shortest way with room and leaves the hop into each node in via. False: there is none.
func (n *network) path(via []hop, skip, from, to int) bool {
	for i := range via {
		via[i] = nowhere
	}
	queue := append(make([]int, 0, len(via)), from)
	for ; len(queue) > 0; queue = queue[1:] {
		for _, h := range n.at[queue[0]] {
			head := h.head(n.arcs)
			if h.arc == skip || head == from || via[head] != nowhere || h.room(n.arcs) <= 0 {
				continue
			}
			via[head] = h
			if head == to {
				return true
			}
			queue = append(queue, head)
		}
	}
	return false
}
