package main

import (
	"os"
	"path/filepath"
	"time"

	"pawl/loop/witness"
)

// eventPatience bounds the noting of what an agent's hook tells: the agent waits for it.
const eventPatience = 5 * time.Second

// agentEvent notes what the hook of an agent's program tells. The program takes a
// failure, or a word on standard output, for something that its agent is to know of:
// what goes wrong here stays here, and the screen is read instead.
func (a *app) agentEvent() {
	path, generation := os.Getenv(witness.EnvFile), os.Getenv(witness.EnvGeneration)
	if !filepath.IsAbs(path) || generation == "" {
		return // it is no session of pawl's
	}
	done := make(chan struct{})
	go func() { // it ends with the process
		defer close(done)
		_ = witness.Note(path, generation, a.in, time.Now())
	}()
	select {
	case <-done:
	case <-time.After(eventPatience):
	}
}
