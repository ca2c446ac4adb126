package main

import (
	"context"
	"errors"
	"os"
	"time"

	"pawl/handoff/publish"
	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/control"
	"pawl/loop/daemon"
	"pawl/loop/doctor"
	"pawl/loop/ledger"
)

// inForce is the configuration that a coordinator goes by: the file, or the one on
// record while the file is broken or gone, or a change of it waits for `up`. Nothing
// is written for it.
func (a *app) inForce(ctx context.Context) (*config.Config, error) {
	path, err := a.configPath()
	if err != nil {
		return nil, err
	}
	var cfg *config.Config
	data, fault := config.Read(path)
	if fault == nil {
		cfg, fault = config.Parse(path, data)
	}
	dir := stateDirOf(path)
	if fault == nil {
		dir = cfg.StateDir
	}
	a.readLedger(ctx, dir, func(l *ledger.Ledger) {
		if fault != nil {
			if good, err := loop.LastGood(ctx, l); err == nil && good != nil && good.Path == path {
				cfg = good
			}
			return
		}
		before, err := loop.Held(ctx, l, path, data)
		var held *loop.HeldError
		if errors.As(err, &held) {
			cfg, fault = before, held
		}
	})
	if cfg == nil {
		return nil, fault
	}
	if fault != nil {
		a.warn("the last good configuration is used: %v", fault)
	}
	return cfg, nil
}

func publishOptions(cfg *config.Config, dir string) publish.Options {
	origin := cfg.Origin.URL
	if origin == "" {
		origin = remoteURL(cfg.Dir, cfg.Origin.Remote)
	}
	opt := publish.Options{
		Dir: dir, Origin: doctor.Mask(origin), Remote: cfg.Origin.Remote, Branch: cfg.Origin.Branch,
		Rules: loop.Rules(cfg).Signals, Note: loop.Notes(cfg), Agent: os.Getenv("PAWL_AGENT"), Env: gitEnv(os.Environ()),
	}
	if origin != "" {
		opt.IsOrigin = func(url string) bool { return url == origin || samePlace(url, origin) }
	}
	return opt
}

// pokePatience bounds how long a pushed signal waits for a coordinator to hear of
// it; without that it hears by itself, later.
const pokePatience = time.Second

// pokeQuietly has a coordinator that runs look at origin now.
func (a *app) pokeQuietly(ctx context.Context, cfg *config.Config) {
	if _, err := os.Stat(cfg.StateDir); err != nil {
		return // none ran yet
	}
	ctx, cancel := context.WithTimeout(ctx, pokePatience)
	defer cancel()
	place, err := daemon.NewPlace(cfg.StateDir)
	if err == nil {
		err = control.NewClient(place.Socket()).Poke(ctx)
	}
	if err != nil && !notRunning(err) && a.verbose {
		a.warn("the coordinator was not told: %v", err)
	}
}
