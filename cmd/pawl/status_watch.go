package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// watchEvery is how often `status --watch` looks.
const watchEvery = time.Second

// statusPage is what one look of `status --watch` found.
type statusPage struct {
	view    statusView
	unclear []string
	failed  error // this look failed; view is the last one's
}

// watchStatus shows the status again and again until ctx ends: on a terminal in
// place, elsewhere page by page.
func (p *project) watchStatus(ctx context.Context) (err error) {
	tty := terminal(p.app.out)
	if tty == nil || dumb() {
		return p.watchPages(ctx)
	}
	// What a look has to say in passing would end up in the middle of the page.
	quiet := *p.app
	quiet.err = io.Discard
	looker := *p
	looker.app = &quiet
	page, err := looker.look(ctx)
	if err != nil {
		return err
	}
	screen, err := openScreen(ctx, tty, terminal(p.app.in))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, screen.close()) }()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		if screen.ctx.Err() == nil {
			screen.draw(page.lines(tty))
		}
		select {
		case <-screen.ctx.Done():
			return nil
		case <-screen.resized:
		case <-tick.C:
			page = looker.next(screen.ctx, page)
		}
	}
}

// watchPages prints a page for each look, parted by an empty line.
func (p *project) watchPages(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for between := ""; ; between = "\n" {
		page, err := p.look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := fmt.Fprint(p.app.out, between, strings.Join(page.lines(p.app.out), "\n"), "\n"); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (p *project) look(ctx context.Context) (statusPage, error) {
	v, unclear, err := p.status(ctx)
	return statusPage{view: v, unclear: unclear}, err
}

// next is what is shown after before, which stays where a look fails.
func (p *project) next(ctx context.Context, before statusPage) statusPage {
	page, err := p.look(ctx)
	if err != nil {
		before.failed = err
		return before
	}
	return page
}

// lines lay the page out for a terminal, or plainly for what is none.
func (s statusPage) lines(like io.Writer) []string {
	var b strings.Builder
	printTo(&b, like, s.view, s.unclear, time.Now())
	if s.failed != nil {
		hang(&b, like, "", 0, red, "this is not up to date: "+s.failed.Error())
	}
	return strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
}
