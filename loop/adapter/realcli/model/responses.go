package model

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// responses is OpenAI's Responses API, which Codex speaks.
type responses struct{}

func (responses) parse(body []byte) (conversation, error) {
	var in struct {
		Model  string
		Stream bool
		Input  json.RawMessage
		Tools  []struct{ Name, Type string }
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return conversation{}, err
	}
	c := conversation{stream: in.Stream, model: in.Model}
	for _, t := range in.Tools {
		name := t.Name
		if name == "" {
			name = t.Type
		}
		c.tools = append(c.tools, name)
	}
	var text string
	if json.Unmarshal(in.Input, &text) == nil {
		c.add(user, text)
		return c, nil
	}
	return c, c.items(in.Input)
}

// items adds the entries of a conversation. One without a type is a message.
func (c *conversation) items(input json.RawMessage) error {
	var items []struct {
		Type    string
		Role    string
		Content texts
		Output  json.RawMessage
	}
	if len(input) == 0 {
		return nil
	}
	if err := json.Unmarshal(input, &items); err != nil {
		return err
	}
	for _, item := range items {
		switch {
		case strings.HasSuffix(item.Type, "_output"):
			c.add(result, string(item.Output))
		case item.Type != "" && item.Type != "message":
		case item.Role == "assistant":
			c.add(assistant, item.Content.String())
		case item.Role == "user":
			for _, text := range item.Content {
				c.add(user, text)
			}
		}
	}
	return nil
}

func (responses) refuse(w http.ResponseWriter, r refusal) {
	if !r.limit() {
		writeJSON(w, r.status, r.plain())
		return
	}
	writeJSON(w, r.status, object{"error": object{
		"type": "usage_limit_reached", "message": "The usage limit has been reached", "plan_type": "plus",
		"resets_at": r.reset.Unix(), "resets_in_seconds": r.seconds(time.Now()),
	}})
}

// output is the answer's message, and the call of a tool if there is one.
func (responses) output(r reply) (message, call object, err error) {
	message = object{
		"type": "message", "id": fresh("msg_"), "role": "assistant", "status": "completed",
		"content": []object{{"type": "output_text", "text": r.whole(), "annotations": []object{}}},
	}
	if r.tool == nil {
		return message, nil, nil
	}
	args, err := json.Marshal(r.tool.args)
	if err != nil {
		return nil, nil, err
	}
	id := fresh("call_")
	call = object{"type": "function_call", "id": "fc_" + id, "call_id": id, "name": r.tool.name, "arguments": string(args), "status": "completed"}
	return message, call, nil
}

func (responses) response(c call, output []object) object {
	return object{
		"id": fresh("resp_"), "object": "response", "created_at": unixNow(), "model": c.talk.model, "status": "completed", "output": output,
		"usage": object{
			"input_tokens": 100, "input_tokens_details": object{"cached_tokens": 0},
			"output_tokens": 20, "output_tokens_details": object{"reasoning_tokens": 0}, "total_tokens": 120,
		},
	}
}

func (d responses) whole(c call, r reply) object {
	message, tool, err := d.output(r)
	if err != nil {
		return object{"error": object{"message": err.Error()}}
	}
	output := []object{message}
	if tool != nil {
		output = append(output, tool)
	}
	return d.response(c, output)
}

func (d responses) pieces(s *stream, c call, r reply) error {
	message, tool, err := d.output(r)
	if err != nil {
		return err
	}
	output := []object{message}
	if tool != nil {
		output = append(output, tool)
	}
	done := d.response(c, output)
	n := 0
	send := func(kind string, body object) func() error {
		return func() error {
			body["type"], body["sequence_number"] = kind, n
			n++
			return s.event(kind, body)
		}
	}
	all := []func() error{
		send("response.created", object{"response": with(done, object{"status": "in_progress", "output": []object{}, "usage": nil})}),
		send("response.output_item.added", object{"output_index": 0, "item": with(message, object{"status": "in_progress", "content": []object{}})}),
		func() error {
			return s.each(r, func(_ int, piece string) error {
				return send("response.output_text.delta", object{"item_id": message["id"], "output_index": 0, "content_index": 0, "delta": piece})()
			})
		},
		send("response.output_item.done", object{"output_index": 0, "item": message}),
	}
	if tool != nil {
		all = append(all,
			send("response.output_item.added", object{"output_index": 1, "item": with(tool, object{"arguments": "", "status": "in_progress"})}),
			send("response.output_item.done", object{"output_index": 1, "item": tool}))
	}
	return sequence(append(all, send("response.completed", object{"response": done}))...)
}
