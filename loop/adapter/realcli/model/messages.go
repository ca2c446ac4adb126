package model

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// messages is Anthropic's Messages API, which Claude Code speaks.
type messages struct{}

func (messages) parse(body []byte) (conversation, error) {
	var in struct {
		Model    string
		Stream   bool
		Tools    []struct{ Name string }
		Messages []struct {
			Role    string
			Content json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return conversation{}, err
	}
	c := conversation{stream: in.Stream, model: in.Model}
	for _, t := range in.Tools {
		c.tools = append(c.tools, t.Name)
	}
	for _, m := range in.Messages {
		switch m.Role {
		case "assistant":
			c.blocks(assistant, m.Content)
		case "user":
			c.blocks(user, m.Content)
		}
	}
	return c, nil
}

// blocks adds one message. Results of tools and the user's words share one; the
// results count first, as they are what the message is sent for.
func (c *conversation) blocks(who role, content json.RawMessage) {
	var blocks []struct {
		Type    string
		Text    string
		Content texts
	}
	if json.Unmarshal(content, &blocks) != nil {
		var text string
		if json.Unmarshal(content, &text) == nil {
			c.add(who, text)
		}
		return
	}
	for _, b := range blocks {
		if b.Type == "tool_result" {
			c.add(result, b.Content.String())
		}
	}
	for _, b := range blocks {
		if b.Type == "text" {
			c.add(who, b.Text)
		}
	}
}

func (messages) refuse(w http.ResponseWriter, r refusal) {
	if !r.limit() {
		writeJSON(w, r.status, r.plain())
		return
	}
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(r.seconds(time.Now())))
	h.Set("X-Should-Retry", "false")
	h.Set("Anthropic-Ratelimit-Unified-Status", "rejected")
	h.Set("Anthropic-Ratelimit-Unified-Reset", strconv.FormatInt(r.reset.Unix(), 10))
	h.Set("Anthropic-Ratelimit-Unified-Representative-Claim", "five_hour")
	const message = "This request would exceed your account's rate limit. Please try again later."
	writeJSON(w, r.status, object{"type": "error", "error": object{"type": "rate_limit_error", "message": message}})
}

func (messages) base(c call) object {
	return object{
		"id": fresh("msg_"), "type": "message", "role": "assistant", "model": c.talk.model, "stop_sequence": nil,
		"usage": object{"input_tokens": 100, "output_tokens": 20, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
	}
}

func (r reply) stopReason() string {
	if r.tool != nil {
		return "tool_use"
	}
	return "end_turn"
}

func (m messages) whole(c call, r reply) object {
	out := m.base(c)
	content := []object{{"type": "text", "text": r.whole()}}
	if r.tool != nil {
		content = append(content, object{"type": "tool_use", "id": fresh("toolu_"), "name": r.tool.name, "input": r.tool.args})
	}
	out["content"], out["stop_reason"] = content, r.stopReason()
	return out
}

func (m messages) pieces(s *stream, c call, r reply) error {
	send := func(kind string, body object) func() error {
		return func() error {
			body["type"] = kind
			return s.event(kind, body)
		}
	}
	base := m.base(c)
	base["content"], base["stop_reason"] = []object{}, nil
	all := []func() error{
		send("message_start", object{"message": base}),
		send("content_block_start", object{"index": 0, "content_block": object{"type": "text", "text": ""}}),
		func() error {
			return s.each(r, func(_ int, piece string) error {
				return send("content_block_delta", object{"index": 0, "delta": object{"type": "text_delta", "text": piece}})()
			})
		},
		send("content_block_stop", object{"index": 0}),
	}
	if r.tool != nil {
		args, err := json.Marshal(r.tool.args)
		if err != nil {
			return err
		}
		block := object{"type": "tool_use", "id": fresh("toolu_"), "name": r.tool.name, "input": object{}}
		all = append(all,
			send("content_block_start", object{"index": 1, "content_block": block}),
			send("content_block_delta", object{"index": 1, "delta": object{"type": "input_json_delta", "partial_json": string(args)}}),
			send("content_block_stop", object{"index": 1}))
	}
	return sequence(append(all,
		send("message_delta", object{"delta": object{"stop_reason": r.stopReason(), "stop_sequence": nil}, "usage": base["usage"]}),
		send("message_stop", object{}))...)
}
