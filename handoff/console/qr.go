package console

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// drawing is a QR code as one SVG path, so that no image source but our own files need be allowed.
type drawing struct {
	Size int // modules, the quiet zone of four on each side included
	Path string
}

const quietZone = 4

func drawQR(text string) (drawing, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return drawing{}, fmt.Errorf("draw QR code: %w", err)
	}
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if grey, _ := color.GrayModel.Convert(code.At(x, y)).(color.Gray); grey.Y < 128 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quietZone, y+quietZone)
			}
		}
	}
	return drawing{Size: size + 2*quietZone, Path: path.String()}, nil
}
