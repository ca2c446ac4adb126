package tui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseOrder(t *testing.T) {
	for line, want := range map[string]order{
		"swallow 2":         {name: "swallow", n: 2},
		" fold ":            {name: "fold"},
		"limit  Wait, 5pm.": {name: "limit", text: "Wait, 5pm."},
		"busy 1m30s":        {name: "busy", d: 90 * time.Second},
		"slow 0s":           {name: "slow"},
		`type a\nb`:         {name: "type", text: "a\nb"},
		"exit 0":            {name: "exit"},
	} {
		if got, err := parseOrder(line); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", line, got, err, want)
		}
	}
	for line, want := range map[string]string{
		"":            `order "" is not known`,
		"swalow 1":    `order "swalow" is not known; write one of busy, dialog`,
		"swallow":     `a count, as in 2`,
		"swallow -1":  `"-1"`,
		"exit 256":    `at most 255`,
		"busy soon":   `"soon" after it; write a duration`,
		"busy -1s":    `"-1s"`,
		"fold please": `takes nothing`,
		"limit ":      `has nothing after it`,
	} {
		if got, err := parseOrder(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want an error with %q", line, got, err, want)
		}
	}
}

func FuzzParseOrder(f *testing.F) {
	for name := range orders {
		f.Add(name + " 1s")
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, line string) {
		o, err := parseOrder(line)
		if err != nil {
			return
		}
		m := newModel(behaviour{queue: true})
		m.obey(line, time.Unix(0, 0))
		if o.n < 0 || o.n > 255 || o.d < 0 || m.drain()[0].entry.Order == "" {
			t.Errorf("%q is %+v", line, o)
		}
	})
}

func TestControlReadsWholeLinesOnce(t *testing.T) {
	c := control{path: filepath.Join(t.TempDir(), "control")}
	expect := func(want ...string) {
		t.Helper()
		if got, err := c.news(); err != nil || !slices.Equal(got, want) {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	expect()
	if err := Tell(c.path, "swallow 2"); err != nil {
		t.Fatal(err)
	}
	expect("swallow 2")
	expect()
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(c.path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("swallow 2\nfold\n\nhan")
	expect("fold")
	write("swallow 2\nfold\n\nhang\n")
	expect("hang")
	write("idle\n")
	expect("idle")
	if err := Tell(c.path, "nonsense"); err == nil {
		t.Error("an order that is not known was told")
	}
}
