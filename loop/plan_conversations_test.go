package loop

import (
	"testing"

	"pawl/loop/adapter"
	"pawl/loop/witness"
)

// tells is what an agent's program says through its hooks.
func (s *scene) tells(agent string, doing adapter.State, conversation string) {
	p := s.program(agent)
	p.witness = &witness.State{Generation: p.obs.Generation, Conversation: conversation, Doing: doing, At: s.now}
}

// witnesses are what all of them have said.
func (s *scene) witnesses() map[string]witness.State {
	out := map[string]witness.State{}
	for _, p := range s.programs {
		if p.witness != nil && p.obs.Alive {
			out[p.obs.Agent] = *p.witness
		}
	}
	return out
}

// talking are agents whose programs draw screens and tell of themselves.
func talking(y *setup) {
	y.launcher = "tmux"
	y.agents = []string{"builder: {kind: loop, role: builder, adapter: open, resume: true}", "adversary: {kind: loop, role: adversary, adapter: open}", "boss: {adapter: open, resume: true}"}
}

// A session goes on with the conversation that the one before it was in, where its
// program had said which that is.
func TestConversations(t *testing.T) {
	tell(t, []tale{
		{"the next session goes on with it", talking, `
			up boss
			pass 2
			screen boss idle
			tells boss idle c1
			pass
			restart boss
			pass 4
			expect generations boss 2
			expect talks boss c1`},
		{"one that was broken off is gone on with as such", talking, `
			up boss
			pass 2
			screen boss active
			tells boss active c1
			pass
			dies boss
			run 30s
			expect generations boss 2
			expect talks boss c1!`},
		{"an agent that does not ask for that begins anew", talking, `
			up builder adversary
			pass 2
			screen adversary idle
			tells adversary idle c1
			pass
			restart adversary
			pass 4
			expect talks adversary fresh`},
		{"another phase is another conversation", talking, `
			up builder
			pass 2
			screen builder idle
			tells builder idle c1
			pass
			done core
			pass 5
			expect in builder cli
			expect talks builder fresh`},
		{"a person is told once of one question, whoever speaks of it first", talking, `
			up boss
			pass 2
			screen boss waiting Do you want to proceed?
			pass 2
			tells boss waiting c1
			screen boss waiting it says itself: it asks a person
			pass 2
			expect event agent.waiting 1
			tells boss active c1
			screen boss active
			pass 2
			tells boss waiting c1
			screen boss waiting it says itself: it asks a person
			pass 2
			expect event agent.waiting 2`},
		{"another adapter does not load it", talking, `
			up boss
			pass 2
			screen boss idle
			tells boss idle c1
			pass
			agents- boss
			agents+ boss: {adapter: once, resume: true}
			restart boss
			pass 4
			expect generations boss 2
			expect talks boss fresh`},
		{"a conversation that its program does not know is tried once", talking, `
			up boss
			pass 2
			screen boss idle
			tells boss idle c1
			pass
			restart boss
			pass 4
			expect talks boss c1
			dies boss
			run 1m
			expect generations boss 3
			expect talks boss fresh`},
		{"a program that says nothing begins anew", talking, `
			up boss
			pass 2
			screen boss idle
			pass
			restart boss
			pass 4
			expect talks boss fresh`},
		{"one that goes on owes no kickoff", talking, `
			up builder
			pass 2
			screen builder idle
			tells builder idle c1
			pass
			restart builder
			pass 3
			screen builder idle
			run 30m
			expect talks builder c1
			expect ever builder 0 first instructions`},
	})
}
