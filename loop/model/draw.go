package model

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// Theme is what schedules are drawn from: a claim, the coordinator's and the
// sessions' steps, and some others, so that many schedules have much in common.
type Theme []Step

// always are the steps that are in every theme, for each agent.
var always = []string{"tick", "fetch", "plan", "write", "act", "reads", "crash"}

// something is there to be told in every theme.
const something Step = "claim:a"

// ticks is how many of a hundred draws are a whole pass: with single steps alone,
// few schedules come far.
const ticks = 35

// NewTheme is a theme of a model with so many agents, with n other steps.
func NewTheme(r *rand.Rand, agents, n int) Theme {
	var core, others Theme
	for _, s := range slices.Concat(Steps(agents)...) {
		word, _, _ := strings.Cut(string(s), ":")
		if slices.Contains(always, word) || s == something {
			core = append(core, s)
		} else {
			others = append(others, s)
		}
	}
	r.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	return append(core, others[:min(n, len(others))]...)
}

// Draw makes up a schedule of n steps.
func (t Theme) Draw(r *rand.Rand, n int) Schedule {
	s := make(Schedule, n)
	for i := range s {
		if s[i] = t[r.IntN(len(t))]; r.IntN(100) < ticks {
			s[i] = "tick"
		}
	}
	return s
}
