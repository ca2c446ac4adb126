package tui

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"pawl/handoff/system"
)

// every is how often the clocks, the control file and the screen are looked at.
// A lone escape is a key when nothing has followed it by then.
const every = 50 * time.Millisecond

// program joins the model with the terminal, the files and the scripts. One
// goroutine, serve's, owns all of it.
type program struct {
	options
	env      []string
	terminal *terminal
	model    *model
	parser   parser
	painter  painter
	recorder recorder
	control  control
	script   *script
	printed  chan printed

	unread  bool      // the terminal has something that was not read yet
	lastGot time.Time // when it was read last
	ended   bool
	code    int
}

// serve runs until an effect ends the program, and returns the exit code.
func (p *program) serve(now time.Time) (code int, err error) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP, system.SIGWINCH)
	defer signal.Stop(signals)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	defer p.endScript()
	if err := p.write(p.painter.open()); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.write(p.painter.close())) }()
	p.begin(now)
	for {
		if err := p.settle(); err != nil || p.ended {
			return p.code, err
		}
		select {
		case <-p.terminal.ready:
			p.unread = true
			err = p.read(time.Now())
		case s := <-signals:
			p.signal(s, time.Now())
		case line := <-p.printed:
			p.scripted(line, time.Now())
		case <-ticker.C:
			err = p.tick(time.Now())
		}
		if err != nil {
			return 0, err
		}
	}
}

func (p *program) begin(now time.Time) {
	started := "fresh"
	if p.resume != "" {
		started = "resume " + p.resume
	}
	p.model.note(now, Entry{Started: started})
	p.model.greet()
	for _, line := range p.orders {
		p.model.obey(line, now)
	}
	if p.kickoff != "" {
		p.model.kickoff(p.kickoff, now)
	}
}

// settle carries out what the transitions asked for, then draws.
func (p *program) settle() error {
	for _, e := range p.model.drain() {
		switch e.deed {
		case note:
			if err := p.recorder.add(e.entry); err != nil {
				return err
			}
		case start:
			p.endScript()
			p.script = startScript(p.turn, p.deadline, p.env, e, p.printed)
		case stop:
			p.endScript()
		case quit:
			p.ended, p.code = true, e.code
			return nil
		}
	}
	columns, rows, err := p.terminal.size()
	if system.HungUp(err) {
		return nil // it hung up, as the signal or the next read says
	}
	if err != nil {
		return err
	}
	return p.write(p.painter.paint(draw(p.model, columns, rows, time.Now()), columns, rows))
}

func (p *program) tick(now time.Time) error {
	if p.parser.waits() && now.Sub(p.lastGot) >= every {
		p.take(p.parser.flush(), now)
	}
	lines, err := p.control.news()
	if err != nil {
		return err
	}
	for _, line := range lines {
		p.model.obey(line, now)
	}
	p.model.tick(now)
	return p.read(now)
}

// read reads the terminal unless a fault keeps it from doing so.
func (p *program) read(now time.Time) error {
	if !p.unread || p.model.hung || now.Sub(p.lastGot) < p.model.slow {
		return nil
	}
	p.unread, p.lastGot = false, now
	data, err := p.terminal.read()
	if errors.Is(err, errClosed) {
		p.model.quit(now, exitFailed, err.Error())
		return nil
	}
	p.take(p.parser.feed(data), now)
	return err
}

func (p *program) take(keys []key, now time.Time) {
	for _, k := range keys {
		p.model.key(k, now)
	}
}

func (p *program) signal(s os.Signal, now time.Time) {
	number, ok := s.(syscall.Signal)
	if ok && number != system.SIGWINCH {
		p.model.quit(now, 128+int(number), "signal "+system.SignalName(number))
	}
}

func (p *program) scripted(line printed, now time.Time) {
	if line.ended {
		p.model.scriptEnded(line.turn, line.fault, now)
		return
	}
	p.model.scriptPrinted(line.turn, line.line)
}

func (p *program) endScript() {
	if p.script != nil {
		p.script.end()
		p.script = nil
	}
}

// write sends text to the terminal. One that hung up takes nothing, and the
// signal or the next read says so.
func (p *program) write(text string) error {
	_, err := p.terminal.file.WriteString(text)
	if err != nil && !system.HungUp(err) {
		return fmt.Errorf("write to the terminal: %w", err)
	}
	return nil
}
