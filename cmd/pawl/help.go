package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pawl/loop/config"
)

// examples show each command at work, by its name.
var examples = map[string]string{
	"":                  "pawl demo\npawl init && pawl doctor && pawl up\npawl status --watch",
	"attach":            "pawl attach builder\npawl attach builder --print",
	"check":             "pawl check\npawl check origin/main..HEAD\npawl check --json HEAD~20..",
	"claim":             "pawl claim parser -m 'it parses'\ngit add flags.go && pawl claim cli/flags -F notes.txt",
	"completion":        "source <(pawl completion bash)",
	"config":            "pawl config validate",
	"config schema":     "pawl config schema >.pawl/pawl.schema.json",
	"config show":       "pawl config show",
	"config validate":   "pawl config validate\npawl config validate staging.yaml",
	"demo":              "pawl demo\npawl demo --phases 1 --keep",
	"doctor":            "pawl doctor\npawl doctor --quiet",
	"down":              "pawl down\npawl down adversary",
	"events":            "pawl events -f\npawl events -n 500 --json",
	"explain":           "pawl explain\npawl explain builder",
	"handoffs":          "pawl handoffs\npawl handoffs --all --json",
	"handoffs dismiss":  "pawl handoffs dismiss h3f2a -m 'the gate was dropped'",
	"handoffs retry":    "pawl handoffs retry h3f2a",
	"help":              "pawl help up\npawl help phase set",
	"hook":              "pawl hook post-receive\npawl hook commit-msg .git/COMMIT_EDITMSG",
	"hooks":             "pawl hooks install --all\npawl hooks status",
	"hooks install":     "pawl hooks install\npawl hooks install --all",
	"hooks status":      "pawl hooks status\npawl hooks status --json",
	"hooks uninstall":   "pawl hooks uninstall\npawl hooks uninstall --all",
	"init":              "pawl init\npawl init loops/acme --adapter codex\npawl init --from agents.toml",
	"logs":              "pawl logs builder -f\npawl logs coordinator -n 20",
	"man":               "pawl man | man -l -\npawl man --dir /usr/local/share/man/man1",
	"pause":             "pawl pause\npawl pause builder",
	"launcher":          "pawl launcher test ./pawl-launcher-mine",
	"launcher test":     "pawl launcher test ./pawl-launcher-mine\npawl launcher test ./pawl-launcher-mine --run grandchildren --verbose",
	"phase":             "pawl phase\npawl phase set cli",
	"phase next":        "pawl phase next",
	"phase release":     "pawl phase release",
	"phase set":         "pawl phase set cli\npawl phase set 0",
	"phase show":        "pawl phase show --json",
	"poke":              "pawl poke --quiet",
	"replay":            "pawl replay HEAD~20\npawl replay v1.0..origin/main --json",
	"report":            "pawl report\npawl report --since 20:00",
	"restart":           "pawl restart builder\npawl restart builder --fresh",
	"resume":            "pawl resume\npawl resume builder",
	"review":            "pawl review parser --pass -m 'tried with empty and huge files'\npawl review parser --fail -F findings.txt",
	"schedule":          "pawl schedule\npawl schedule --json",
	"selftest":          "pawl selftest\npawl selftest --adapter claude\ntmux -L pawl capture-pane -p -e -t =acme-builder: | pawl selftest --adapter mine --screen -",
	"simulate":          "pawl simulate\npawl simulate --duration 5m --faults kill-coordinator,rebase --keep\npawl simulate --seed 42 --origin ssh",
	"service":           "pawl service install\npawl service status\npawl service uninstall",
	"service install":   "pawl service install\npawl service install --print >pawl.service\npawl service install --print=cron",
	"service status":    "pawl service status --json",
	"service uninstall": "pawl service uninstall",
	"status":            "pawl status\npawl status --watch\npawl status --json",
	"tick":              "pawl tick\n* * * * * pawl --config /home/me/acme/pawl.yaml tick --quiet",
	"up":                "pawl up\npawl up builder --model opus\npawl up --no-watch",
	"spawn":             "pawl spawn --name docs --type explore 'which commands does no document name?'\npawl spawn --type coder --worktree --dir work/builder 'mend the flaky test in parser_test.go'\npawl spawn --json - <task.md",
	"send":              "pawl send rk3f9 'and now with an empty file'",
	"ls":                "pawl ls\npawl ls --needs-attention\npawl ls --status running --json",
	"peek":              "pawl peek rk3f9\npawl peek docs --json",
	"show":              "pawl show rk3f9\npawl show docs --json",
	"trajectory":        "pawl trajectory rk3f9\npawl trajectory builder --full",
	"wait":              "pawl wait rk3f9 rm2xt\npawl wait --any --timeout 20m rk3f9 rm2xt",
	"stop":              "pawl stop rk3f9 --reason 'it is not needed any more'",
	"rm":                "pawl rm rk3f9\npawl rm --force docs",
	"costs":             "pawl costs\npawl costs --by day --since 2026-01-01\npawl costs --by model --json",
	"prompt":            "pawl prompt show orchestrator",
	"prompt show":       "pawl prompt show orchestrator >prompts/lead.md\npawl prompt show builder",
	"version":           "pawl version",
	"wake":              "pawl wake builder -m 'main is green again, go on'",
	"watch":             "pawl watch\npawl watch --verbose",
}

// helps gives the commands below root their examples, and cobra's own words
// the voice of the rest.
func helps(root *cobra.Command) {
	root.SetHelpCommand(helpCommand())
	root.SetHelpFunc(printHelp)
	root.InitDefaultHelpCmd()
	for _, c := range append(allCommands(root), root) {
		if example := examples[nameOf(c)]; c.Example == "" && example != "" {
			c.Example = "  " + strings.ReplaceAll(example, "\n", "\n  ")
		}
		c.InitDefaultHelpFlag()
		c.Flags().Lookup("help").Usage = "print this help"
	}
	root.InitDefaultVersionFlag()
	root.Flags().Lookup("version").Usage = "print the version"
}

func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND…]", Short: "print the help of a command",
		Long: "help prints what a command does, its flags and examples, as the flag --help does.",
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) (list []cobra.Completion, d cobra.ShellCompDirective) {
			if above, rest, err := c.Root().Find(args); err == nil && len(rest) == 0 {
				for _, sub := range above.Commands() {
					if !sub.Hidden {
						list = append(list, described(sub.Name(), sub.Short))
					}
				}
			}
			return list, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if len(rest) > 0 {
				return &hinted{&usageError{errors.New("there is no command " + quote(strings.Join(args, " ")))}, meantCommand(about, rest[0])}
			}
			if err != nil {
				return &usageError{err}
			}
			return about.Help()
		},
	}
}

// meantCommand is the hint for a word that is no command below above.
func meantCommand(above *cobra.Command, word string) string {
	if !above.HasSubCommands() {
		return above.CommandPath() + " --help says more"
	}
	hint := above.CommandPath() + " --help lists the commands"
	above.SuggestionsMinimumDistance = above.Root().SuggestionsMinimumDistance
	if near := above.SuggestionsFor(word); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "? " + hint
	}
	return hint
}

// meantFlag is the hint for flags of c that err is about.
func meantFlag(c *cobra.Command, err error) string {
	hint := c.CommandPath() + " --help lists its flags"
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return hint
	}
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	})
	if near := config.Nearest(unknown.GetSpecifiedName(), known); near != "" {
		return "did you mean --" + near + "? " + hint
	}
	return hint
}

// nameOf is a command's name as it is written behind pawl; "" for pawl itself.
func nameOf(c *cobra.Command) string {
	return strings.TrimPrefix(strings.TrimPrefix(c.CommandPath(), c.Root().Name()), " ")
}
