package model

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAsidesAreNoTurns(t *testing.T) {
	s := start(t)
	title := object{"model": "m", "messages": []object{{"role": "user", "content": "[[run: rm x]] make a title"}}}
	if _, got := post(t, s.BaseURL("a")+"/v1/messages", title); !strings.Contains(got, "Scripted title") {
		t.Errorf("a request without tools: %s", got)
	}
	guess := object{"model": "m", "tools": []object{{"name": "Bash"}}, "messages": []object{
		{"role": "user", "content": "hello"}, {"role": "user", "content": "[SUGGESTION MODE: what comes next?]"},
	}}
	if _, got := post(t, s.BaseURL("a")+"/v1/messages", guess); strings.Contains(got, "All done") {
		t.Errorf("a request for a suggestion: %s", got)
	}
	if got := s.Received(); len(got) != 0 {
		t.Errorf("they are on record as told: %v", got)
	}
	for _, r := range s.Requests() {
		if r.Agent {
			t.Errorf("%+v counts as a turn", r)
		}
	}
}

func TestWhatProgramsAddIsLeftOut(t *testing.T) {
	s := start(t)
	content := []object{
		{"type": "text", "text": "<system-reminder>\nuse the tools\n</system-reminder>"},
		{"type": "text", "text": "<pasted_content id=\"7\">\na wake\n</pasted_content>"},
		{"type": "tool_result", "content": "out"},
		{"type": "text", "text": "The user sent a new message while you were working:\nanother\n\nThis is how Claude Code surfaces messages."},
	}
	post(t, s.BaseURL("a")+"/v1/messages", object{"tools": []object{{"name": "Bash"}}, "messages": []object{
		{"role": "user", "content": content}, {"role": "system", "content": "# Environment"},
	}})
	if got := s.Received(); len(got) != 2 || got[0].Text != "a wake" || got[1].Text != "another" {
		t.Errorf("received %+v, not only the two wakes", got)
	}
}

func TestOtherRequests(t *testing.T) {
	s := start(t)
	for path, want := range map[string]int{
		"/v1/messages/count_tokens": http.StatusOK,
		"/v1/models":                http.StatusOK,
		"/v1/unknown":               http.StatusNotFound,
	} {
		if status, got := post(t, s.BaseURL("a")+path, object{}); status != want {
			t.Errorf("%s: status %d, not %d: %s", path, status, want, got)
		}
	}
	answer, err := http.Post(s.BaseURL("a")+"/v1/responses", "application/json", strings.NewReader("{"))
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("half a request: status %d", answer.StatusCode)
	}
}

func TestSlowAnswerCanBeBrokenOff(t *testing.T) {
	s := start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	body := `{"stream":true,"input":"[[slow: 60]]","tools":[{"name":"shell"}]}`
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.BaseURL("a")+"/v1/responses", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		for _, r := range s.Requests() {
			if r.Step == "broken off" {
				return
			}
		}
	}
	t.Errorf("the server goes on: %+v", s.Requests())
}

func TestCloseBreaksOffAnswers(t *testing.T) {
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		answer, err := http.Post(s.BaseURL("a")+"/v1/messages", "application/json", strings.NewReader(`{"tools":[{"name":"Bash"}],"messages":[{"role":"user","content":"[[hang: 600]]"}]}`))
		if err == nil {
			err = answer.Body.Close()
		}
		done <- err
	}()
	for deadline := time.Now().Add(5 * time.Second); len(s.Requests()) == 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	select {
	case err := <-done:
		if err == nil {
			t.Error("an answer that was broken off is a whole one")
		}
	case <-time.After(5 * time.Second):
		t.Error("a request still waits after Close")
	}
}
