package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"

	"github.com/chromedp/chromedp"
)

// readmePicture makes the picture of the README: a phone and the console beside it, in the middle of the same chat.
// It is made anew with SOSIN_README_PICTURE=1, when the pages have changed.
func (s *scene) readmePicture(p *phone) {
	s.Helper()
	const height = 720
	was := [...]size{p.size, s.counsellor.size}
	p.resize(size{1000, height})
	s.counsellor.resize(size{820, height})
	left := part(p.window, "#telegram")
	right := part(s.counsellor, "body")
	p.resize(was[0])
	s.counsellor.resize(was[1])

	const gap = 24
	paper := color.RGBA{0xdd, 0xe3, 0xe6, 0xff}
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

// paletted keeps the 256 colours that are used most; pages have few, and the rest is the smoothing of letters.
func paletted(m *image.RGBA) *image.Paletted {
	used := map[color.RGBA]int{}
	var order []color.RGBA
	for i := 0; i < len(m.Pix); i += 4 {
		c := color.RGBA{m.Pix[i] &^ 3, m.Pix[i+1] &^ 3, m.Pix[i+2] &^ 3, 0xff}
		if used[c] == 0 {
			order = append(order, c)
		}
		used[c]++
	}
	slices.SortStableFunc(order, func(a, b color.RGBA) int { return used[b] - used[a] })
	colours := color.Palette{}
	for _, c := range order[:min(256, len(order))] {
		colours = append(colours, c)
	}
	out := image.NewPaletted(m.Bounds(), colours)
	draw.Draw(out, out.Bounds(), m, m.Bounds().Min, draw.Src)
	return out
}
