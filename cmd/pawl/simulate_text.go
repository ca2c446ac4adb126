package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"pawl/loop/doctor"
	"pawl/loop/sim/trial"
)

// simulateHead says what is played, and what cannot be here.
func (a *app) simulateHead(o trial.Options, here trial.Here, absent []string) {
	var ways []string
	for _, kind := range o.Origins {
		ways = append(ways, string(kind))
	}
	fmt.Fprintf(a.out, "seed %d, %s of faults; origin by %s; %s, %s and %s in each loop\n", o.Seed, o.Duration,
		strings.Join(ways, ", "), doctor.Count(o.Played(), "agent"), doctor.Count(o.Claims, "claim"), doctor.Count(o.Workers(), "worker"))
	for _, why := range append(absent, here.Tmux, here.Disk) {
		if why != "" {
			fmt.Fprintln(a.out, paint(a.out, yellow, "not here: "+why))
		}
	}
	fmt.Fprintln(a.out)
}

func (a *app) simulateLine(l trial.Line) {
	if !a.quiet {
		fmt.Fprintf(a.out, "%s  %-4s  %s\n", paint(a.out, faint, fmt.Sprintf("%6.1f", l.At.Seconds())), l.Origin, l.Words)
	}
}

func (a *app) simulateTable(outcomes []trial.Outcome, took time.Duration) {
	fmt.Fprintln(a.out)
	t := newTable("FAULT", "TIMES", "OPEN MEANWHILE", "LOST", "TOLD TWICE", "TOLD AGAIN", "LONGEST DELAY")
	rows := trial.Tally(outcomes)
	for _, r := range rows {
		t.row(r.Words, fmt.Sprint(r.Times), fmt.Sprint(r.Open), fmt.Sprint(r.Lost), fmt.Sprint(r.Twice), fmt.Sprint(r.Again),
			fmt.Sprintf("%.1f s", r.Longest.Seconds()))
	}
	t.print(a.out)
	a.simulateMissed(outcomes)
	all, starts := rows[len(rows)-1], 0
	for _, o := range outcomes {
		starts += o.Starts
	}
	fmt.Fprintf(a.out, "\n%s, %d of them ends of workers, %s of a coordinator, %s, in %.1f s\nlost %d, told twice %d\n", doctor.Count(all.Open, "handoff"),
		trial.WorkerEnds(outcomes), doctor.Count(starts, "start"), doctor.Count(all.Times, "fault"), took.Seconds(), all.Lost, all.Twice)
}

// simulateMissed lists the faults that could not be made at their moments.
func (a *app) simulateMissed(outcomes []trial.Outcome) {
	for _, out := range outcomes {
		for _, h := range out.Happened {
			if h.Missed != "" {
				fmt.Fprintln(a.out, paint(a.out, yellow, fmt.Sprintf("not made: %s, %s at %.1f s: %s", out.Origin, h.Fault, h.At.Seconds(), h.Missed)))
			}
		}
	}
}

// simulateVerdict is an error if anything was not as it must be, and says how to
// play the same again.
func (a *app) simulateVerdict(o trial.Options, outcomes []trial.Outcome) error {
	wrong := false
	say := func(kind, format string, args ...any) {
		wrong = true
		fmt.Fprintf(a.out, "%s %s\n", paint(a.out, red, kind+":"), fmt.Sprintf(format, args...))
	}
	for _, out := range outcomes {
		for _, h := range out.Handoffs {
			if h.Lost() {
				say(out.Origin, "%s was never told to %s", h.Key, h.Reader)
			}
			if h.Twice > 0 {
				say(out.Origin, "%s was told twice to %s", h.Key, h.Reader)
			}
		}
		for _, what := range out.Violations {
			say(out.Origin, "%s", what)
		}
	}
	if !wrong {
		return nil
	}
	return &hinted{errors.New("the loop did not keep its word"), "the same faults again, as near in time as this machine's load lets them be: " + again(o)}
}

// again is the command that plays the same plan.
func again(o trial.Options) string {
	words := []string{"pawl simulate", fmt.Sprintf("--seed %d --duration %s --agents %d --claims %d", o.Seed, o.Duration, o.Agents, o.Claims)}
	if len(o.Faults) > 0 {
		words = append(words, "--faults "+strings.Join(o.Faults, ","))
	}
	var ways []string
	for _, kind := range o.Origins {
		ways = append(ways, string(kind))
	}
	return strings.Join(append(words, "--origin "+strings.Join(ways, ","), "--keep"), " ")
}
