package agentstoml

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kballard/go-shellquote"

	"pawl/loop/adapter"
	"pawl/loop/config"
)

// adapters has the backends, those of pawl's own names as far as they differ.
func (c *converter) adapters() (b block) {
	for _, old := range c.backends {
		profile, known := c.builtin[old.name]
		keys := c.adapterKeys(old, profile, known)
		if len(keys) == 0 {
			continue
		}
		b.put(0, old.at, old.name, "")
		b = append(b, keys...)
	}
	return b
}

// adapterKeys has the keys of one adapter; own is pawl's, if it has one of that
// name.
func (c *converter) adapterKeys(old backend, own adapter.Profile, known bool) (b block) {
	prompt := c.delivery(old, own, known)
	if argv := c.commandOf(old, own, prompt); len(argv) > 0 && !slices.Equal(argv, own.Command) {
		b.put(1, max(old.bin.at, old.flags.at, old.at), "command", list(argv))
	}
	if prompt != own.Prompt {
		b.put(1, max(old.promptDelivery.at, old.at), "prompt", prompt)
	}
	c.flagKeys(&b, old, own)
	if p := old.processName; p.v != "" && p.v != own.Process {
		b.put(1, p.at, "process", scalar(p.v))
	}
	submit := old.submitKey
	if !submit.ok && old.promptDelivery.v == "ping" {
		submit = given[string]{"C-m", old.promptDelivery.at, true}
	}
	if submit.v != "" && submit.v != own.Submit && (known || submit.v != "Enter") {
		b.put(1, submit.at, "submit", scalar(submit.v))
	}
	if s := old.stallIdle; s.ok && s.v != own.StallAfter && (s.v != 5*time.Minute || own.StallAfter != 0) {
		b.put(1, s.at, "stall_after", duration(s.v))
	}
	c.detectKeys(&b, old, own, known)
	if old.connectDelay.ok {
		c.lost(old.connectDelay.at, old.path+".connect_delay", "pawl types when the program shows its input line, and waits as long as that takes", "for a program of your own say in detect.ready or detect.composer how that looks")
	}
	return b
}

// delivery is how a session gets its first prompt.
func (c *converter) delivery(old backend, own adapter.Profile, known bool) string {
	how := old.promptDelivery
	switch how.v {
	case "ping":
		return adapter.PromptType
	case "exec":
		c.tell(how.at, old.path+".prompt_delivery", "the program finds its prompt in the file that PAWL_PROMPT_FILE names", "have it read that, or add {{.PromptFile}} to command")
		return adapter.PromptFile
	case "", adapter.PromptArg:
		if known && !how.ok {
			return own.Prompt
		}
		return adapter.PromptArg
	}
	c.fault(how.at, config.KindValue, old.path+".prompt_delivery is "+quote(how.v), "write arg, ping or exec")
	return adapter.PromptArg
}

// commandOf is the adapter's command; nil for that of pawl's own adapter.
func (c *converter) commandOf(old backend, own adapter.Profile, prompt string) []string {
	var argv []string
	switch {
	case old.attach.v != "":
		argv = c.attached(old)
	case old.server.v != "":
		c.lost(old.server.at, old.path+".server", "there is no attach that would use it", "add it to the adapter's command")
	}
	if argv == nil {
		if !old.bin.ok && !old.flags.ok && old.preamble.v == "" && old.modelEnv.v == "" && !old.remoteControl.v && len(own.Command) > 0 {
			return nil
		}
		if argv = c.started(old, own); argv == nil {
			return nil
		}
		argv = append(argv, tail(argv, own, prompt)...)
	}
	if name := old.modelEnv; name.v != "" {
		argv = slices.Concat([]string{"env", "{{with .Model}}" + literal(name.v, true) + "={{.}}{{end}}"}, argv)
		if !variable.MatchString(name.v) {
			c.fault(name.at, config.KindValue, old.path+".model_env is "+quote(name.v), "write a variable's name")
		}
	}
	return argv
}

// started is what bin and flags mean.
func (c *converter) started(old backend, own adapter.Profile) []string {
	bin := old.bin.v
	if bin == "" {
		bin = old.name
		if len(own.Command) > 0 {
			bin = own.Command[0]
		}
	}
	at := max(old.bin.at, old.flags.at, old.at)
	cmd, err := splitCommand(strings.TrimSpace(bin+" "+old.flags.v), c.home)
	if err != nil {
		c.fault(at, config.KindValue, fmt.Sprintf("the command %s: %v", quote(bin+" "+old.flags.v), err), "write one that a shell can run")
		return nil
	}
	var argv []string
	switch {
	case cmd.why != "":
		c.tell(at, old.path+".flags", "the command runs in sh, because "+cmd.why, "")
		argv = shellArgv(cmd, old.preamble.v, old.name)
	case strings.TrimSpace(old.preamble.v) != "":
		argv = c.prefixed(old, cmd.argv)
	default:
		argv = cmd.argv
	}
	if strings.TrimSpace(old.preamble.v) != "" && argv[0] != "env" {
		c.tell(old.preamble.at, old.path+".preamble", "is taken for shell code that goes before the program", "look at the adapter's command")
	}
	for i, word := range argv {
		argv[i] = literal(word, false)
	}
	if program := argv[0]; strings.Contains(program, "/") && !filepath.IsAbs(program) {
		argv[0] = "{{.Dir}}/" + program // else it would count from pawl.yaml's folder
	}
	if old.remoteControl.v {
		flag := old.remoteControlFlag
		argv = append(argv, c.parts(flag, old.path+".remote_control_flag", flag.or("--remote-control '{session}'"))...)
	} else if old.remoteControlFlag.ok {
		c.lost(old.remoteControlFlag.at, old.path+".remote_control_flag", "remote_control is not on", "")
	}
	return argv
}

// prefixed puts the preamble before a command: assignments by env, what else it
// is by a shell that becomes the program.
func (c *converter) prefixed(old backend, argv []string) []string {
	if cmd, err := splitCommand(old.preamble.v+" program", c.home); err == nil && cmd.why == "" && cmd.argv[0] == "env" {
		return slices.Concat(cmd.argv[:len(cmd.argv)-1], argv)
	}
	return slices.Concat(shellArgv(command{script: "exec"}, old.preamble.v, old.name), argv)
}

// tail is what pawl's own adapter for the same program ends with: the "--" that
// lets a prompt begin with a hyphen, or the flag that takes the prompt.
func tail(argv []string, own adapter.Profile, prompt string) []string {
	n := len(own.Command)
	if n == 0 || filepath.Base(argv[0]) != own.Command[0] || argv[len(argv)-1] == own.Command[n-1] {
		return nil
	}
	if last := own.Command[n-1]; last == "--" || (strings.Contains(last, ".Prompt") && prompt == adapter.PromptArg) {
		return []string{last}
	}
	return nil
}

// attached is the command that connects to a server.
func (c *converter) attached(old backend) []string {
	words := c.parts(old.attach, old.path+".attach", old.attach.v)
	bin, err := splitCommand(old.bin.or(old.name), c.home)
	if err != nil || bin.why != "" {
		c.lost(old.attach.at, old.path+".attach", "bin is more than a program", "write the adapter's command")
		return nil
	}
	var argv []string
	for _, word := range words {
		if word == "{bin}" {
			argv = append(argv, bin.argv...)
			continue
		}
		argv = append(argv, strings.NewReplacer("{bin}", shellquote.Join(bin.argv...), "{server}", literal(old.server.v, true)).Replace(word))
	}
	if len(argv) > 0 {
		c.tell(old.attach.at, old.path+".attach", "became the adapter's command; flags are not in it, as they were not in attach", "start the server as a service if nothing else does")
	}
	return argv
}

// flagKeys has model and resume.
func (c *converter) flagKeys(b *block, old backend, own adapter.Profile) {
	model := old.modelFlag
	text := model.or("--model '{model}'")
	if old.modelEnv.v != "" && !model.ok {
		text = ""
		model.at = old.modelEnv.at
	}
	if argv := c.parts(model, old.path+".model_flag", text); !slices.Equal(argv, own.Model) {
		b.put(1, max(model.at, old.at), "model", list(argv))
	}
	resume, can := old.resumeFlag, old.supportsResume
	text = resume.or("--resume '{id}'")
	switch {
	case can.ok && !can.v:
		text = ""
	case !can.ok && !resume.ok:
		return
	case !resume.ok && len(own.Resume) > 0:
		return
	}
	if argv := c.parts(resume, old.path+".resume_flag", text); !slices.Equal(argv, own.Resume) {
		b.put(1, max(resume.at, can.at, old.at), "resume", list(argv))
	}
}

// parts is a flag's template as words of a command. One that only a shell
// understands is listed.
func (c *converter) parts(g given[string], key, text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	cmd, err := splitCommand(text, c.home)
	if err != nil || cmd.why != "" {
		why := cmd.why
		if err != nil {
			why = err.Error()
		}
		c.lost(g.at, key, quote(text)+" needs a shell: "+why, "write its words into the adapter")
		return nil
	}
	for i, word := range cmd.argv {
		cmd.argv[i] = part(word)
	}
	return cmd.argv
}
