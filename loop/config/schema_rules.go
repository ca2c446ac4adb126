package config

import (
	"reflect"
	"strings"

	"pawl/loop/adapter"
)

// What the checks ask for beyond the structs' tags, as far as a schema can say
// it. The paths are those of keys.yaml.
var (
	// mustBeThere are keys that are required, and reported by a check of their own.
	mustBeThere = map[string]bool{
		"agents": true, "phases.sequence.*.id": true, "phases.sequence.*.plan": true, "phases.sequence.*.status": true,
	}

	// neverNull are keys that may be absent, but not there with nothing after them.
	neverNull = map[string]bool{"phases.done_marker": true}

	narrower = map[string]func(*schema){
		"version":                   func(s *schema) { s.Const = 1 },
		"project":                   func(s *schema) { s.Pattern, s.MaxLength = projectPattern.String(), maxName },
		"defaults.env":              variables,
		"origin.url":                noOption,
		"origin.branch":             noOption,
		"origin.remote":             func(s *schema) { s.Pattern = "^[^-]" },
		"handoff.signals":           named,
		"handoff.signals.*.subject": func(s *schema) { s.MinLength, s.MaxLength = 1, adapter.MaxExpr },
		"handoff.signals.*.wakes":   filled,
		"phases.done_marker":        func(s *schema) { s.Type, s.Pattern = []string{"string"}, markerPattern.String() },
		"phases.sequence.*.id":      func(s *schema) { s.Pattern = `^\S{1,64}$` },
		"phases.sequence.*.plan":    notEmpty,
		"phases.sequence.*.status":  notEmpty,
		"phases.sequence.*.models": func(s *schema) {
			s.AdditionalProperties = &schema{Type: scalarSchema(reflect.TypeFor[string](), rules{}).Type, Pattern: `\S`}
		},
		"agents":                       func(s *schema) { named(s); s.MinProperties = 1 },
		"agents.*.role":                func(s *schema) { s.Pattern, s.MaxLength = orEmpty(namePattern.String()), maxName },
		"agents.*.prompt":              notBlank,
		"agents.*.prompt_file":         notBlank,
		"agents.*.env":                 variables,
		"agents.*.wakes.*":             func(s *schema) { s.AnyOf = oneOf("prompt", "prompt_file") },
		"agents.*.wakes.*.prompt":      notBlank,
		"agents.*.wakes.*.prompt_file": notBlank,
		"services":                     named,
		"services.*.command":           filled,
		"services.*.env":               variables,
		"launchers":                    named,
		"launchers.*.type":             func(s *schema) { s.Pattern = namePattern.String() },
		"launchers.*.socket":           func(s *schema) { s.Pattern = socketPattern.String() },
		"launchers.*.host":             func(s *schema) { s.Pattern = "^[^-\\s]\\S*$" },
		"launchers.*.program":          func(s *schema) { s.Pattern = "^/" },
		"origin.webhook":               func(s *schema) { s.Required = []string{"listen"} },
		"origin.webhook.listen":        func(s *schema) { s.Pattern = ":[0-9]+$" },
		"origin.webhook.secret_env":    func(s *schema) { s.Pattern = variablePattern.String() },
		"adapters":                     named,
		"adapters.*.command":           filled,
		"notify.*":                     func(s *schema) { s.AnyOf = oneOf("run", "url") },
		"notify.*.on":                  filled,
		"notify.*.run":                 filled,
		"notify.*.url":                 func(s *schema) { s.Pattern = `^[Hh][Tt][Tt][Pp][Ss]?://.` },
		"notify.*.secret_env":          func(s *schema) { s.Pattern = variablePattern.String() },
		"protect.*.only":               filled,
		"protect.*.not":                filled,
		"watchers":                     named,
		"watchers.*.agents":            filled,
		"watchers.*.paths":             filled,
		"watchers.*.text":              func(s *schema) { s.Pattern, s.MaxLength = `\S`, MaxNudge },
		"watchers.*.match":             func(s *schema) { s.MinLength, s.MaxLength = 1, adapter.MaxExpr },
	}
)

func filled(s *schema)   { s.MinItems = 1 }
func notEmpty(s *schema) { s.MinLength = 1 }
func noOption(s *schema) { s.Pattern = "^[^-]|^$" }
func notBlank(s *schema) { s.Pattern = `\S` }

// named asks that the names of a map can be part of a session's or file's name.
func named(s *schema) {
	s.PropertyNames = &schema{Pattern: namePattern.String(), MaxLength: maxName}
}

func variables(s *schema) { s.PropertyNames = &schema{Pattern: envName.String()} }

func orEmpty(pattern string) string {
	return "^(" + strings.TrimSuffix(strings.TrimPrefix(pattern, "^"), "$") + ")?$"
}

// oneOf asks for one of some keys at least.
func oneOf(names ...string) []*schema {
	var options []*schema
	for _, name := range names {
		options = append(options, &schema{Required: []string{name}})
	}
	return options
}
