package config

import (
	"path"
	"strings"
)

// Price is what the tokens of some models cost, in US dollars for a million.
type Price struct {
	Model   string  `yaml:",key"`            // * stands for any characters; the case does not matter
	Input   float64 `yaml:"input" min:"0"`   // that are read
	Cached  float64 `yaml:"cached" min:"0"`  // that are read from a cache
	Written float64 `yaml:"written" min:"0"` // that are written into a cache
	Output  float64 `yaml:"output" min:"0"`  // that are made
}

// PricesAsOf is how old the built-in prices are.
const PricesAsOf = "2025-11"

// builtinPrices are the list prices of PricesAsOf.
var builtinPrices = []Price{
	{Model: "claude-opus-4-5*", Input: 5, Cached: 0.5, Written: 6.25, Output: 25},
	{Model: "claude-opus-4*", Input: 15, Cached: 1.5, Written: 18.75, Output: 75},
	{Model: "claude-sonnet-4*", Input: 3, Cached: 0.3, Written: 3.75, Output: 15},
	{Model: "claude-haiku-4*", Input: 1, Cached: 0.1, Written: 1.25, Output: 5},
	{Model: "gpt-5-mini*", Input: 0.25, Cached: 0.025, Output: 2},
	{Model: "gpt-5-nano*", Input: 0.05, Cached: 0.005, Output: 0.4},
	{Model: "gpt-5", Input: 1.25, Cached: 0.125, Output: 10},
	{Model: "gpt-5-20*", Input: 1.25, Cached: 0.125, Output: 10},
	{Model: "gpt-5-codex", Input: 1.25, Cached: 0.125, Output: 10},
	{Model: "gpt-5.1", Input: 1.25, Cached: 0.125, Output: 10},
	{Model: "gpt-5.1-codex", Input: 1.25, Cached: 0.125, Output: 10},
	{Model: "gemini-2.5-pro*", Input: 1.25, Cached: 0.125, Output: 10},
	{Model: "gemini-2.5-flash", Input: 0.3, Cached: 0.03, Output: 2.5},
}

// Price is what the tokens of a model cost; false where that is not known.
func (c *Config) Price(model string) (Price, bool) {
	for _, p := range c.Prices {
		if p.Fits(model) {
			return p, true
		}
	}
	return Price{}, false
}

// Fits says that p is about a model.
func (p Price) Fits(model string) bool {
	// A model's name may have slashes, which * does not stand for in path.Match.
	flat := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "/", "\x00") }
	fits, err := path.Match(flat(p.Model), flat(model))
	return err == nil && fits && model != ""
}
