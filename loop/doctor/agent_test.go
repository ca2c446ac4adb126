package doctor

import "testing"

func TestAgent(t *testing.T) {
	at := func(f AgentFacts, name string) Finding {
		f.Name, f.Adapter = "b", "claude"
		return named(t, Agent(f), "agent b/"+name)
	}
	claude := AgentFacts{Program: "claude", Command: []string{"claude", skipPermissions, "--"}, Path: "/bin/claude", Root: true, Launcher: "tmux"}
	expect(t, []want{
		{"no command", at(AgentFacts{}, "program"), "agent b/program", Fail, "no command", "adapters.claude.command"},
		{"missing", at(AgentFacts{Program: "claude", Missing: "not on PATH"}, "program"), "agent b/program", Fail, `runs "claude", which is not there: not on PATH`, "install it"},
		{"not executable", at(AgentFacts{Program: "./a.sh", Missing: "not executable", Denied: "/c/a.sh"}, "program"), "agent b/program", Fail, `adapter claude runs "./a.sh", which is not executable`, "chmod +x /c/a.sh"},
		{"wrapper not executable", at(AgentFacts{Program: "claude", Wrap: []string{"w"}, Missing: "not executable", Denied: "/bin/w"}, "program"), "agent b/program", Fail, `"w", which wrap names, is not executable`, "chmod +x /bin/w"},
		{"wrapper missing", at(AgentFacts{Program: "claude", Wrap: []string{"nix"}, Missing: "not on PATH"}, "program"), "agent b/program", Fail, `"nix", which wrap names`, "wrap of agent b"},
		{"wrapped", at(AgentFacts{Program: "claude", Wrap: []string{"nix"}, Path: "/bin/nix"}, "program"), "agent b/program", OK, "claude, which /bin/nix will find", ""},
		{"template", at(AgentFacts{Program: "{{.Dir}}/x", Template: true}, "program"), "agent b/program", OK, "known only at the start", ""},
		{"found", at(claude, "program"), "agent b/program", OK, "/bin/claude", ""},
		{"root", at(claude, "root"), "agent b/root", Fail, "Claude Code refuses --dangerously-skip-permissions for root", "--permission-mode"},
		{"refused", at(AgentFacts{Program: "x", Refused: "no terminal", Advice: "use tmux"}, "launcher"), "agent b/launcher", Fail, "no terminal", "use tmux"},
		{"launcher", at(claude, "launcher"), "agent b/launcher", OK, "tmux", ""},
		{"parked", Parked(ParkedFacts{Group: "agent b", Name: "b", Restarts: 5, Last: "exited with code 1"}), "agent b/parked", Warn, "parked after 5 restarts: exited with code 1", "pawl logs b shows why; pawl up b starts it again"},
		{"parked, nobody knows why", Parked(ParkedFacts{Group: "service s", Name: "s", Restarts: 1}), "service s/parked", Warn, "parked after 1 restart", "pawl up s"},
	})
}

func TestRootIsRefusedOnlyWhereClaudeDoes(t *testing.T) {
	refused := AgentFacts{Program: "/opt/claude", Command: []string{"/opt/claude", skipPermissions}, Root: true}
	for name, c := range map[string]struct {
		change func(*AgentFacts)
		want   bool
	}{
		"as it is":          {func(*AgentFacts) {}, true},
		"bypassPermissions": {func(f *AgentFacts) { f.Command = []string{"claude", "--permission-mode", "bypassPermissions"} }, true},
		"joined":            {func(f *AgentFacts) { f.Command = []string{"claude", "--permission-mode=bypassPermissions"} }, true},
		"another mode":      {func(f *AgentFacts) { f.Command = []string{"claude", "--permission-mode", "dontAsk"} }, false},
		"not root":          {func(f *AgentFacts) { f.Root = false }, false},
		"in a sandbox":      {func(f *AgentFacts) { f.Sandbox = true }, false},
		"wrapped":           {func(f *AgentFacts) { f.Wrap = []string{"podman"} }, false},
		"another program":   {func(f *AgentFacts) { f.Program = "codex" }, false},
	} {
		f := refused
		c.change(&f)
		if got := RefusesRoot(f); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestCLI(t *testing.T) {
	from := []string{"recorded, Claude Code 2.1.300", "described, from a report of 2.7.0", "recorded, Claude Code 2.1.329"}
	expect(t, []want{
		{"same minor", CLI(CLIFacts{Program: "claude", Says: "2.1.7 (Claude Code)", Recorded: from}), "version/claude", OK, "2.1.7; detectors were recorded from 2.1.329", ""},
		{"other minor", CLI(CLIFacts{Program: "claude", Says: "2.2.0 (Claude Code)", Recorded: from}), "version/claude", Warn, "2.2.0; detectors were recorded from 2.1.329", "pawl selftest"},
		{"other major", CLI(CLIFacts{Program: "/o/claude", Says: "3.1.0", Recorded: from}), "version/claude", Warn, "3.1.0", "pawl selftest"},
		{"not recorded", CLI(CLIFacts{Program: "x", Says: "3.1.0", Recorded: from[1:2]}), "version/x", OK, "3.1.0", ""},
		{"hangs", CLI(CLIFacts{Program: "x", Trouble: "no answer within 2s"}), "version/x", Warn, "x --version: no answer", "by hand"},
		{"says nothing", CLI(CLIFacts{Program: "x", Says: "hello"}), "version/x", Warn, `says "hello"`, "adapter means"},
	})
}

func TestClone(t *testing.T) {
	good := CloneFacts{Agent: "b", Dir: "/c", Loop: true, Top: "/c", Origin: "/o", Ours: "/o", Alike: true, Want: "main", Branch: "main", Fetched: true, Identity: "b <b@x>"}
	at := func(name string, change func(*CloneFacts)) Finding {
		f := good
		change(&f)
		return named(t, Clone(f), "agent b/"+name)
	}
	const clone, tree, who = "agent b/clone", "agent b/tree", "agent b/identity"
	expect(t, []want{
		{"good", at("clone", func(*CloneFacts) {}), clone, OK, "/c", ""},
		{"absent", at("clone", func(f *CloneFacts) { f.Absent = true }), clone, OK, "pawl up clones", ""},
		{"absent, and wanted", at("clone", func(f *CloneFacts) { f.Absent, f.Wanted = true, true }), clone, Warn, "/c does not exist, and b is wanted up", "pawl up b"},
		{"absent, and runs", at("clone", func(f *CloneFacts) { f.Absent, f.Wanted, f.Runs = true, true, true }), clone, Warn, "/c does not exist, and a session of b runs", "pawl up b clones origin into it; then pawl restart b"},
		{"absent, and shared", at("clone", func(f *CloneFacts) { f.Absent, f.Shared = true, []string{"a"} }), clone, Warn, "the folder of a as well", "dir of its own"},
		{"pawl.yaml's own folder, shared", at("clone", func(f *CloneFacts) { f.Own, f.Shared = true, []string{"a"} }), clone, Warn, "the folder of a as well", "dir of its own"},
		{"no repository", at("clone", func(f *CloneFacts) { f.Top, f.Says = "", "not a git repository" }), clone, Fail, "/c: not a git repository", "move it away"},
		{"no repository, own folder", at("clone", func(f *CloneFacts) { f.Top, f.Says, f.Own = "", "not a git repository", true }), clone, Fail, "not a git repository", "set dir of agent b"},
		{"no repository, no loop", at("clone", func(f *CloneFacts) { f.Top, f.Says, f.Loop = "", "not a git repository", false }), clone, Warn, "not a git repository", "clones origin"},
		{"no remote", at("clone", func(f *CloneFacts) { f.Origin, f.Remote = "", "up" }), clone, Fail, `no remote "up"`, "git -C /c remote add up URL"},
		{"other origin", at("clone", func(f *CloneFacts) { f.Origin, f.Alike = "/x", false }), clone, Fail, "a clone of /x, not of /o", "set-url"},
		{"slow", at("clone", func(f *CloneFacts) { f.Slow, f.Top, f.Origin = true, "", "" }), clone, Warn, "/c: git did not answer", "git status"},
		{"shared", at("clone", func(f *CloneFacts) { f.Shared = []string{"a"} }), clone, Warn, "the folder of a as well", "dir of its own"},
		{"inside another", at("clone", func(f *CloneFacts) { f.Top = "/" }), clone, Warn, "no clone of its own", "move it away"},
		{"pawl.yaml's own folder in a repository", at("clone", func(f *CloneFacts) { f.Top, f.Own = "/", true }), clone, OK, "/c", ""},
		{"clean", at("tree", func(*CloneFacts) {}), tree, OK, "on main", ""},
		{"behind", at("tree", func(f *CloneFacts) { f.Behind = 2 }), tree, OK, "2 commits behind what it fetched", ""},
		{"behind origin", at("tree", func(f *CloneFacts) { f.Behind, f.Known = 2, true }), tree, OK, "2 commits behind origin", ""},
		{"ahead", at("tree", func(f *CloneFacts) { f.Ahead = 1 }), tree, Warn, "1 commit not pushed", "git push"},
		{"diverged", at("tree", func(f *CloneFacts) { f.Ahead, f.Behind = 1, 3 }), tree, Warn, "diverged from origin: 1 commit of its own, 3 behind", "git pull --rebase"},
		{"dirty", at("tree", func(f *CloneFacts) { f.Changed = 4 }), tree, Warn, "4 files changed", "commit or stash"},
		{"other branch", at("tree", func(f *CloneFacts) { f.Branch = "topic" }), tree, Warn, "on topic, not on main", "git switch main"},
		{"no branch", at("tree", func(f *CloneFacts) { f.Branch = "" }), tree, Warn, "on no branch", "git switch main"},
		{"never fetched", at("tree", func(f *CloneFacts) { f.Fetched = false }), tree, OK, "never fetched", ""},
		{"lock", at("tree", func(f *CloneFacts) { f.Lock = true }), tree, Warn, "index.lock", "remove .git/index.lock"},
		{"not readable", at("tree", func(f *CloneFacts) { f.Unknown = "bad object HEAD" }), tree, Warn, "not known: bad object", "git status"},
		{"identity", at("identity", func(*CloneFacts) {}), who, OK, "b <b@x>", ""},
		{"no identity", at("identity", func(f *CloneFacts) { f.Identity = "" }), who, Warn, "user.name", "config user.name b"},
	})
}
