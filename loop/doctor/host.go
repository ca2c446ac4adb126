package doctor

import "pawl/handoff"

// HostFacts are what is known about the other host of an ssh launcher.
type HostFacts struct {
	Launcher string
	Host     string
	Trouble  string // why pawl does not answer there; "" where it does
}

// Host judges whether sessions can run on another host.
func Host(f HostFacts) Finding {
	check := "launcher " + f.Launcher + "/host"
	if f.Trouble != "" {
		return fail(check, handoff.Clean(f.Trouble, 400), "sessions there go on; they are seen again when it answers")
	}
	return okay(check, "pawl answers on "+f.Host)
}

// FarClone is what is said of an agent's folder on another host.
func FarClone(agent, dir, launcher string) Finding {
	return okay(AgentGroup(agent)+"/clone", dir+" is on the host of launcher "+launcher+", and is not looked at")
}
