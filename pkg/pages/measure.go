package pages

import (
	"fmt"
	"strconv"
	"time"
)

// sizeText writes 12345678 as 11.8 MiB. It takes what sizes come as.
func sizeText(size any) (string, error) {
	var n float64
	switch v := size.(type) {
	case int:
		n = float64(v)
	case int64:
		n = float64(v)
	case uint64:
		n = float64(v)
	default:
		return "", fmt.Errorf("size: want a size, not %T", size)
	}
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"}
	at := 0
	for n >= 1024 && at < len(units)-1 {
		n, at = n/1024, at+1
	}
	precision := 0
	if at > 0 && n < 100 {
		precision = 1
	}
	return strconv.FormatFloat(n, 'f', precision, 64) + " " + units[at], nil
}

// spanText writes a length of time by its largest unit.
func spanText(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}
