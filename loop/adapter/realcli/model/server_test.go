package model

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// start starts a server that ends with the test.
func start(t *testing.T) *Server {
	t.Helper()
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// post sends a request as one program does, and returns the whole answer.
func post(t *testing.T, url string, body object) (status int, answer string) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := http.Post(url, "application/json", strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, string(text)
}

// api is one dialect as a client writes it: the path, and a request with a
// conversation of texts of the user and results of tools ("=…").
type api struct {
	name, path string
	stream     string // the path that streams, where that is another one
	request    func(stream bool, talk ...string) object
}

var apis = []api{
	{name: "responses", path: "/v1/responses", request: func(stream bool, talk ...string) object {
		var input []object
		for _, text := range talk {
			if out, ok := strings.CutPrefix(text, "="); ok {
				input = append(input, object{"type": "function_call_output", "call_id": "c", "output": out})
				continue
			}
			input = append(input, object{"type": "message", "role": "user", "content": []object{{"type": "input_text", "text": text}}})
		}
		return object{"model": "m", "stream": stream, "input": input, "tools": []object{{"type": "function", "name": "exec_command"}}}
	}},
	{name: "messages", path: "/v1/messages", request: func(stream bool, talk ...string) object {
		var all []object
		for _, text := range talk {
			if out, ok := strings.CutPrefix(text, "="); ok {
				all = append(all, object{"role": "user", "content": []object{{"type": "tool_result", "tool_use_id": "c", "content": out}}})
				continue
			}
			all = append(all, object{"role": "user", "content": text})
		}
		return object{"model": "m", "stream": stream, "messages": all, "tools": []object{{"name": "Bash"}}}
	}},
	{name: "chat", path: "/v1/chat/completions", request: func(stream bool, talk ...string) object {
		var all []object
		for _, text := range talk {
			if out, ok := strings.CutPrefix(text, "="); ok {
				all = append(all, object{"role": "tool", "tool_call_id": "c", "content": out})
				continue
			}
			all = append(all, object{"role": "user", "content": text})
		}
		return object{"model": "m", "stream": stream, "messages": all, "tools": []object{{"type": "function", "function": object{"name": "bash"}}}}
	}},
	{name: "gemini", path: "/v1beta/models/m:generateContent", stream: "/v1beta/models/m:streamGenerateContent", request: func(_ bool, talk ...string) object {
		var all []object
		for _, text := range talk {
			part := object{"text": text}
			if out, ok := strings.CutPrefix(text, "="); ok {
				part = object{"functionResponse": object{"name": "run_shell_command", "response": object{"output": out}}}
			}
			all = append(all, object{"role": "user", "parts": []object{part}})
		}
		return object{"contents": all, "tools": []object{{"functionDeclarations": []object{{"name": "run_shell_command"}}}}}
	}},
}

// ask sends a conversation, streaming or not.
func (a api) ask(t *testing.T, base string, stream bool, talk ...string) (int, string) {
	t.Helper()
	path := a.path
	if stream && a.stream != "" {
		path = a.stream
	}
	return post(t, base+path, a.request(stream, talk...))
}

// inEachAPI runs a test for all dialects, streaming and not.
func inEachAPI(t *testing.T, test func(t *testing.T, ask func(base string, talk ...string) (int, string))) {
	for _, a := range apis {
		for _, stream := range []bool{false, true} {
			name := a.name
			if stream {
				name += " stream"
			}
			t.Run(name, func(t *testing.T) {
				test(t, func(base string, talk ...string) (int, string) {
					t.Helper()
					return a.ask(t, base, stream, talk...)
				})
			})
		}
	}
}

func TestScriptIsObeyed(t *testing.T) {
	inEachAPI(t, func(t *testing.T, ask func(string, ...string) (int, string)) {
		base := start(t).BaseURL("a")
		const script = "[[run: git push --quiet]] [[say: pushed it]] go"
		if _, got := ask(base, script); !strings.Contains(got, "git push --quiet") || strings.Contains(got, "pushed it") {
			t.Errorf("the first turn is no call of the shell: %s", got)
		}
		if _, got := ask(base, script, "=done"); !strings.Contains(got, "pushed it") || strings.Contains(got, "git push") {
			t.Errorf("the turn after the tool's result is not the next step: %s", got)
		}
		if _, got := ask(base, "hello there"); !strings.Contains(got, "All done. (ok: hello there)") {
			t.Errorf("a text without a script: %s", got)
		}
	})
}

func TestEachTextIsReceivedOnce(t *testing.T) {
	inEachAPI(t, func(t *testing.T, ask func(string, ...string) (int, string)) {
		s := start(t)
		long := strings.Repeat("é", 500)
		ask(s.BaseURL("a"), "one")
		ask(s.BaseURL("a"), "one", "=result", "=result")
		ask(s.BaseURL("b"), "one")
		ask(s.BaseURL("a"), "one", "=result", "two", long)
		ask(s.BaseURL("a"), "one", "=result", "two", long, "two")
		var got []string
		for _, m := range s.Received() {
			if time.Since(m.At) > time.Minute {
				t.Errorf("time of %q: %v", m.Text, m.At)
			}
			got = append(got, m.Instance+" "+m.Text)
		}
		if want := []string{"a one", "b one", "a two", "a " + long, "a two"}; !slices.Equal(got, want) {
			t.Errorf("received %q, not %q", got, want)
		}
	})
}

func TestRefusals(t *testing.T) {
	inEachAPI(t, func(t *testing.T, ask func(string, ...string) (int, string)) {
		s := start(t)
		base := s.BaseURL("a")
		const text = "[[429: 2]] [[say: at last]]"
		for range 2 {
			if status, got := ask(base, text); status != http.StatusTooManyRequests {
				t.Errorf("status %d: %s", status, got)
			}
		}
		if status, got := ask(base, text); status != http.StatusOK || !strings.Contains(got, "at last") {
			t.Errorf("after the refusals: status %d: %s", status, got)
		}
		if status, _ := ask(base, "[[fail: 529]]"); status != 529 {
			t.Errorf("status %d, not 529", status)
		}
		if n := len(s.Received()); n != 2 {
			t.Errorf("two texts were told, and %d are on record", n)
		}
	})
}

func TestLimitHoldsTheInstance(t *testing.T) {
	inEachAPI(t, func(t *testing.T, ask func(string, ...string) (int, string)) {
		s := start(t)
		base := s.BaseURL("a")
		const text = "[[limit: 3600]] work"
		for _, told := range []string{text, "something else"} {
			status, got := ask(base, told)
			if status != http.StatusTooManyRequests || !strings.Contains(got, "limit") && !strings.Contains(got, "quota") {
				t.Errorf("%q: status %d: %s", told, status, got)
			}
		}
		if status, _ := ask(s.BaseURL("b"), "work"); status != http.StatusOK {
			t.Errorf("another account is held: status %d", status)
		}
		s.Limit("a", time.Time{})
		if status, got := ask(base, text); status != http.StatusOK {
			t.Errorf("after the reset: status %d: %s", status, got)
		}
	})
}
