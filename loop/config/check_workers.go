package config

import (
	"path"
	"slices"
)

const (
	atWorkers  pointer = "/workers"
	atTypes    pointer = "/types"
	atContract pointer = "/contract"
	atPrices   pointer = "/prices"
)

// checkWorkers checks what workers are made of.
func (c *checker) checkWorkers() {
	if at := atWorkers.key("adapter"); c.has(at) {
		c.reference(at, "adapter", c.Workers.Adapter, sortedKeys(c.Adapters))
	}
	c.checkEnv(atWorkers.key("env"), c.Workers.Env)
	c.checkWrap(atWorkers.key("wrap"), c.Workers.Wrap)
	for _, t := range c.Types {
		at := atTypes.key(t.Name)
		if !c.names(at) {
			continue // a built-in one
		}
		c.checkName(at, "a type", t.Name)
		if at := at.key("role"); c.has(at) && c.wasRead(at) && blank(t.Role) {
			c.bad(at, KindValue, "say what such a worker is for, or remove the line", "%s tells a worker nothing", quote(t.Role))
		}
		if t.Adapter != "" {
			c.reference(at.key("adapter"), "adapter", t.Adapter, sortedKeys(c.Adapters))
		}
	}
	for i, file := range c.Contract {
		at := atContract.index(i)
		if blank(file) {
			c.bad(at, KindValue, "name a file, or remove the line", "%s is not a file's name", quote(file))
		}
		c.checkFolder(at, file)
	}
	for _, p := range c.Prices {
		at := atPrices.key(p.Model)
		if _, err := path.Match(p.Model, ""); c.names(at) && (err != nil || blank(p.Model)) {
			c.badKey(at, KindValue, "write a model's name, in which * stands for any characters", "%s is no pattern of models", quote(p.Model))
		}
	}
}

// written are the types and prices that the file has itself.
func (c *Config) written() (types []WorkerType, prices []Price) {
	for _, t := range c.Types {
		if !slices.Contains(builtinTypes, t) {
			types = append(types, t)
		}
	}
	for _, p := range c.Prices {
		if !slices.Contains(builtinPrices, p) {
			prices = append(prices, p)
		}
	}
	return types, prices
}
