package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/chromedp/chromedp"
)

// readmePicture makes the picture of the README: a phone and the console beside it, in the middle of the same chat.
// It is made anew with SOSIN_README_PICTURE=1, when the pages have changed.
func (s *scene) readmePicture(p *phone) {
	s.Helper()
	const height = 704 // the phone's, on a window that is high enough
	was := [...]size{p.size, s.counsellor.size}
	p.resize(size{1000, height + 300})
	s.counsellor.resize(size{820, height})
	p.sees("the phone is at the newest message", `(() => { const log = document.querySelector("#telegram .log"); return log.scrollHeight - log.scrollTop - log.clientHeight < 4; })()`)
	for _, w := range []*window{p.window, s.counsellor} {
		look[bool](w, `(document.activeElement.blur(), true)`)
	}
	left := part(p.window, "#telegram")
	right := part(s.counsellor, "body")
	p.resize(was[0])
	s.counsellor.resize(was[1])

	const gap = 24
	paper := color.RGBA{0xf4, 0xf2, 0xee, 0xff} // the pages' own
	high := max(left.Bounds().Dy(), right.Bounds().Dy())
	both := image.NewRGBA(image.Rect(0, 0, left.Bounds().Dx()+right.Bounds().Dx()+3*gap, high+2*gap))
	draw.Draw(both, both.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	x := gap
	for _, m := range []image.Image{left, right} {
		top := gap + (high-m.Bounds().Dy())/2
		draw.Draw(both, m.Bounds().Sub(m.Bounds().Min).Add(image.Pt(x, top)), m, m.Bounds().Min, draw.Over)
		x += m.Bounds().Dx() + gap
	}
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&file, paletted(both)); err != nil {
		s.Fatal(err)
	}
	const most = 150 << 10
	if file.Len() > most {
		s.Errorf("the README's picture has %d bytes, more than %d", file.Len(), most)
	}
	dir := filepath.Join("..", "..", ".readme")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		s.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "phones-and-console.png"), file.Bytes(), 0o600); err != nil {
		s.Fatal(err)
	}
}

// part is a picture of one element.
func part(w *window, selector string) image.Image {
	w.Helper()
	raw := within(w, "picture of "+selector, func(ctx context.Context) ([]byte, error) {
		return chromedp.Run(ctx, chromedp.Screenshot(chromedp.CSS(selector)))
	})
	m, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		w.Fatal(err)
	}
	return m
}

// paletted keeps at most 256 colours: those used most, but none that looks like one it has.
func paletted(m *image.RGBA) *image.Paletted {
	used := map[color.RGBA]int{}
	for i := 0; i < len(m.Pix); i += 4 {
		used[color.RGBA{m.Pix[i], m.Pix[i+1], m.Pix[i+2], 0xff}]++
	}
	order := slices.SortedFunc(maps.Keys(used), func(a, b color.RGBA) int {
		return cmp.Or(used[b]-used[a], cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	var colours color.Palette
	for _, c := range order {
		if len(colours) < 256 && !slices.ContainsFunc(colours, func(has color.Color) bool { return alike(has.(color.RGBA), c) }) {
			colours = append(colours, c)
		}
	}
	out := image.NewPaletted(m.Bounds(), colours)
	draw.Draw(out, out.Bounds(), m, m.Bounds().Min, draw.Src)
	return out
}

func alike(a, b color.RGBA) bool {
	r, g, bl := int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B)
	return r*r+g*g+bl*bl < 40
}
