package model

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// gemini is Google's generateContent API, which Gemini CLI speaks. Its path says
// whether it streams.
type gemini struct{}

func (gemini) parse(body []byte) (conversation, error) {
	var in struct {
		Contents []struct {
			Role  string
			Parts []struct {
				Text             string
				Thought          bool
				FunctionResponse json.RawMessage
			}
		}
		Tools []struct {
			FunctionDeclarations []struct{ Name string }
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return conversation{}, err
	}
	c := conversation{model: "scripted"}
	for _, t := range in.Tools {
		for _, f := range t.FunctionDeclarations {
			c.tools = append(c.tools, f.Name)
		}
	}
	for _, m := range in.Contents {
		who := assistant
		if m.Role == "user" || m.Role == "" {
			who = user
		}
		for _, p := range m.Parts {
			switch {
			case p.FunctionResponse != nil:
				c.add(result, string(p.FunctionResponse))
			case !p.Thought:
				c.add(who, p.Text)
			}
		}
	}
	return c, nil
}

func (gemini) refuse(w http.ResponseWriter, r refusal) {
	status := "INTERNAL"
	if r.status == http.StatusTooManyRequests {
		status = "RESOURCE_EXHAUSTED"
	}
	failure := object{"code": r.status, "message": r.message(), "status": status}
	if r.limit() {
		const google = "type.googleapis.com/google.rpc."
		failure["message"] = "You exceeded your current quota, please check your plan and billing details."
		failure["details"] = []object{
			{"@type": google + "QuotaFailure", "violations": []object{{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}}},
			{"@type": google + "RetryInfo", "retryDelay": fmt.Sprintf("%ds", r.seconds(time.Now()))},
		}
	}
	writeJSON(w, r.status, object{"error": failure})
}

func (gemini) chunk(parts []object, last bool) object {
	candidate := object{"content": object{"role": "model", "parts": parts}, "index": 0}
	if last {
		candidate["finishReason"] = "STOP"
	}
	return object{
		"candidates": []object{candidate}, "modelVersion": "scripted",
		"usageMetadata": object{"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 120},
	}
}

func (gemini) calls(r reply) []object {
	if r.tool == nil {
		return nil
	}
	return []object{{"functionCall": object{"name": r.tool.name, "args": r.tool.args}}}
}

func (d gemini) whole(_ call, r reply) object {
	return d.chunk(append([]object{{"text": r.whole()}}, d.calls(r)...), true)
}

func (d gemini) pieces(s *stream, _ call, r reply) error {
	err := s.each(r, func(_ int, piece string) error {
		return s.event("", d.chunk([]object{{"text": piece}}, false))
	})
	if err != nil {
		return err
	}
	last := d.calls(r)
	if last == nil {
		last = []object{{"text": ""}}
	}
	return s.event("", d.chunk(last, true))
}
