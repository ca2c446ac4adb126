package model

import "slices"

// tool is a call of the program's shell.
type tool struct {
	name string
	args object
}

// shells are the names under which programs offer their shell.
var shells = []string{"Bash", "bash", "run_shell_command", "exec_command", "shell_command", "shell"}

// shell is the name of the shell that is offered; "" if none is.
func (c conversation) shell() string {
	for _, name := range shells {
		if slices.Contains(c.tools, name) {
			return name
		}
	}
	return ""
}

// toolCall runs a command. Codex asks a person only when the model itself wants
// to leave the sandbox; the others are asked by their settings.
func toolCall(shell, command string, ask bool) *tool {
	const why = "run the scripted command"
	args := object{"command": command}
	switch shell {
	case "Bash", "bash":
		args["description"] = why
	case "run_shell_command":
		args["description"], args["is_background"] = why, false
	case "exec_command":
		args = object{"cmd": command}
		if ask {
			args["sandbox_permissions"], args["justification"] = "require_escalated", "scripted: needs the network"
		}
	case "shell":
		args["command"] = []string{"bash", "-lc", command}
	}
	return &tool{name: shell, args: args}
}
