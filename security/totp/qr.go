package totp

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode/qr"
)

const (
	modulePixels = 6
	quietModules = 4 // ISO/IEC 18004 wants them white
)

// QR returns the URI as a picture to be scanned, a PNG 300 to 650 pixels wide. It
// holds the secret.
func (e *Enrolment) QR() ([]byte, error) {
	code, err := qr.Encode(e.URI(), qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("totp: QR: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, enlarge(code)); err != nil {
		return nil, fmt.Errorf("totp: QR: %w", err)
	}
	return b.Bytes(), nil
}

// enlarge draws a picture of one pixel a module with larger ones, and the white
// around it that readers need.
func enlarge(code image.Image) *image.Paletted {
	n := code.Bounds().Dx()
	size := (n + 2*quietModules) * modulePixels
	picture := image.NewPaletted(image.Rect(0, 0, size, size), color.Palette{color.White, color.Black})
	for y := range size {
		for x := range size {
			mx, my := x/modulePixels-quietModules, y/modulePixels-quietModules
			if mx >= 0 && my >= 0 && mx < n && my < n && isBlack(code.At(mx, my)) {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	return picture
}

func isBlack(c color.Color) bool {
	r, _, _, _ := c.RGBA()
	return r == 0
}
