package tui

import (
	"strings"
	"testing"

	"pawl/loop/adapter"
	"pawl/loop/screen"
)

// reads waits until the profile's reader finds that state and input line on the
// real screen.
func (p *pane) reads(reader *adapter.Reader, state adapter.State, text string) {
	p.t.Helper()
	p.until(string(state)+" with "+text, func() bool {
		capture := p.tmux("capture-pane", "-p", "-e", "-t", "=a:")
		got := reader.Read(screen.Screen{Rows: screen.Parse(capture), Title: p.title()})
		return got.State == state && strings.ReplaceAll(got.Composer.Text, " ", "") == strings.ReplaceAll(text, " ", "")
	})
}

func TestProfileReadsATerminal(t *testing.T) {
	for name, options := range map[string]struct {
		columns, rows int
		alternate     string
	}{
		"wide alternate":   {120, 40, "true"},
		"wide inline":      {120, 40, "false"},
		"narrow alternate": {20, 70, "true"},
		"narrow inline":    {20, 70, "false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPane(t, options.columns, options.rows, "--work", "1h", "--alternate="+options.alternate)
			reader, err := adapter.NewReader(Profile([]string{"fake"}))
			if err != nil {
				t.Fatal(err)
			}
			p.reads(reader, adapter.Idle, "")
			p.paste(wake("w1"))
			p.reads(reader, adapter.Idle, wake("w1"))
			p.keys("Enter")
			p.reads(reader, adapter.Active, "")
			p.paste("half")
			p.reads(reader, adapter.Active, "half")
			p.tell("dialog")
			p.reads(reader, adapter.Waiting, "")
			p.tell("nodialog")
			p.tell("idle")
			p.reads(reader, adapter.Idle, "half")
			p.tell("limit You've hit your limit")
			p.reads(reader, adapter.Limited, "half")
			p.tell("nolimit")
			p.keys("Enter")
			p.reads(reader, adapter.Active, "")
			p.tell("fatal")
			p.reads(reader, adapter.Fatal, "")
		})
	}
}
