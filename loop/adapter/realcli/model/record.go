package model

import (
	"slices"
	"time"
)

// instance is what is remembered about one program.
type instance struct {
	talks    [][]string     // the user's texts of each of its conversations, as last received
	refusals map[string]int // requests refused so far, by the text that asks for it
	reset    time.Time      // its usage limit holds until then
	limits   map[string]bool
	script   func(text string) string // the directives that a text stands for besides; nil: none
}

// call is one request for a turn.
type call struct {
	instance string
	path     string
	talk     conversation
}

// Received is every text that the models were told, in the order of their
// arrival. A request repeats its whole conversation: only what is new in it
// counts, so a text is there once however often the program asks again.
func (s *Server) Received() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Requests are the calls of the models, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Limit holds an instance at its usage limit until a moment; a past one lifts it.
func (s *Server) Limit(name string, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(name).reset = until
}

// Script has an instance obey, for each text that it is told, the directives that
// script makes of it, after those that are in it. The same text must give the same.
func (s *Server) Script(name string, script func(text string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(name).script = script
}

// of is the memory of an instance. The caller holds the lock.
func (s *Server) of(name string) *instance {
	i := s.instances[name]
	if i == nil {
		i = &instance{refusals: map[string]int{}, limits: map[string]bool{}}
		s.instances[name] = i
	}
	return i
}

// note puts what is new in a conversation on record. The caller holds the lock.
func (s *Server) note(c call, now time.Time) {
	i, texts := s.of(c.instance), c.talk.said()
	talk, known := -1, 0
	for n, before := range i.talks {
		if same := samePrefix(before, texts); same > known {
			talk, known = n, same
		}
	}
	if talk < 0 {
		i.talks = append(i.talks, texts)
	} else {
		i.talks[talk] = texts
	}
	for _, text := range texts[known:] {
		s.messages = append(s.messages, Message{Instance: c.instance, Text: text, At: now, Refused: now.Before(i.reset)})
	}
}

// samePrefix is how many texts two conversations have in common from their start.
func samePrefix(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
