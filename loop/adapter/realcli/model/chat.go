package model

import (
	"encoding/json"
	"maps"
	"net/http"
)

// chat is OpenAI's chat completions API, which OpenCode speaks.
type chat struct{}

func (chat) parse(body []byte) (conversation, error) {
	var in struct {
		Model    string
		Stream   bool
		Tools    []struct{ Function struct{ Name string } }
		Messages []struct {
			Role    string
			Content texts
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return conversation{}, err
	}
	c := conversation{stream: in.Stream, model: in.Model}
	for _, t := range in.Tools {
		c.tools = append(c.tools, t.Function.Name)
	}
	for _, m := range in.Messages {
		switch m.Role {
		case "tool":
			c.add(result, m.Content.String())
		case "assistant":
			c.add(assistant, m.Content.String())
		case "user":
			for _, text := range m.Content {
				c.add(user, text)
			}
		}
	}
	return c, nil
}

func (chat) refuse(w http.ResponseWriter, r refusal) {
	if !r.limit() {
		writeJSON(w, r.status, r.plain())
		return
	}
	const message = "You exceeded your current quota, please check your plan and billing details."
	writeJSON(w, r.status, object{"error": object{"type": "insufficient_quota", "code": "insufficient_quota", "message": message}})
}

func (chat) base(c call, kind string) object {
	return object{"id": fresh("chatcmpl-"), "object": kind, "created": unixNow(), "model": c.talk.model}
}

func (chat) usage() object {
	return object{"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
}

// calls is the list of tools that an answer calls, and why it ends.
func (chat) calls(r reply) (calls []object, reason string, err error) {
	if r.tool == nil {
		return nil, "stop", nil
	}
	args, err := json.Marshal(r.tool.args)
	if err != nil {
		return nil, "", err
	}
	function := object{"name": r.tool.name, "arguments": string(args)}
	return []object{{"index": 0, "id": fresh("call_"), "type": "function", "function": function}}, "tool_calls", nil
}

func (d chat) whole(c call, r reply) object {
	calls, reason, err := d.calls(r)
	if err != nil {
		return object{"error": object{"message": err.Error()}}
	}
	message := object{"role": "assistant", "content": r.whole()}
	if calls != nil {
		message["tool_calls"] = calls
	}
	return with(d.base(c, "chat.completion"), object{
		"choices": []object{{"index": 0, "message": message, "finish_reason": reason}}, "usage": d.usage(),
	})
}

func (d chat) pieces(s *stream, c call, r reply) error {
	calls, reason, err := d.calls(r)
	if err != nil {
		return err
	}
	base := d.base(c, "chat.completion.chunk")
	send := func(delta object, reason any, more object) error {
		chunk := with(base, object{"choices": []object{{"index": 0, "delta": delta, "finish_reason": reason}}})
		return s.event("", with(chunk, more))
	}
	err = s.each(r, func(n int, piece string) error {
		delta := object{"content": piece}
		if n == 0 {
			delta["role"] = "assistant"
		}
		return send(delta, nil, nil)
	})
	if err == nil && calls != nil {
		err = send(object{"tool_calls": calls}, nil, nil)
	}
	if err == nil {
		err = send(object{}, reason, object{"usage": d.usage()})
	}
	if err != nil {
		return err
	}
	return s.raw("", "[DONE]")
}

// with is a copy of an object in which some keys are others.
func with(base, more object) object {
	out := maps.Clone(base)
	maps.Copy(out, more)
	return out
}
