package config

import (
	"fmt"
	"slices"
	"strings"

	"pawl/loop/adapter"
)

// Starter is the pawl.yaml that `pawl init` writes: one phase, a builder and an
// adversary that speak to one adapter. With an adapter that has no built-in
// command, as script, the file is not valid until the command that it shows in
// a comment is written in; Parse says so.
func Starter(project, adapterName string) string {
	builtin := adapter.Builtin()
	names := slices.DeleteFunc(sortedKeys(builtin), func(name string) bool { return len(builtin[name].Command) == 0 })
	command := "# adapters:\n#   " + adapterName + ": {command: [./agent.sh]}   # remove the two #: your program, which reads lines\n"
	if p, ok := builtin[adapterName]; ok && len(p.Command) > 0 {
		command = "# adapters:                  # change how it is started; the built-in command asks for no permissions\n" +
			"#   " + adapterName + ": {command: [" + flow(p.Command) + "]}\n"
	}
	if project = projectFrom(project); project == "null" {
		project = `"null"` // the one name that YAML does not take for a text or a number
	}
	return strings.NewReplacer(
		"{project}# ", fmt.Sprintf("%-18s # ", project), "{project}", project,
		"{adapter}", fmt.Sprintf("%-17s ", adapterName),
		"{choices}", strings.Join(names, ", ")+", or script with a command of your own",
		"{command}\n", command,
	).Replace(starterText)
}

// flow writes an argv between the brackets of a YAML list.
func flow(argv []string) string {
	parts := make([]string, len(argv))
	for i, part := range argv {
		parts[i] = part
		if strings.ContainsAny(part, "{}") || part == "--" {
			parts[i] = `"` + part + `"`
		}
	}
	return strings.Join(parts, ", ")
}

const starterText = `# What pawl keeps going. Check it with: pawl config validate
version: 1
project: {project}# sessions are named {project}-builder and so on

origin:
  remote: origin             # of the repository around this file; or give its url:
  poll: 15s                  # how often origin is looked at; pawl poke has it looked at now

handoff:
  docs: machine-docs         # where STATUS, REVIEW and inbox files live

phases:
  gate: marker               # "## DONE" is enough; verdict: only with passing reviews
  sequence:                  # one after the other
    - {id: first, plan: plans/first.md, status: STATUS-first.md}
    # - {id: second, plan: plans/second.md, status: STATUS-second.md}

defaults:
  adapter: {adapter}# {choices}

agents:                      # each works in a clone of its own, which pawl up makes
  builder:   {kind: loop, role: builder, dir: work/builder}
  adversary: {kind: loop, role: adversary, dir: work/adversary}
  # supervisor:              # looks in every hour
  #   kind: persistent
  #   role: supervisor
  #   wakes:
  #     - {cron: "0 * * * *", prompt: "Look at pawl status and at the last commits."}

{command}

# notify:                    # who hears of what needs a person
#   - {on: [handoff.expired, agent.parked, sequence.complete], run: [notify-send, pawl]}
`
