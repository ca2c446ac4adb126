package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pawl/loop/sim/origin"
	"pawl/loop/sim/trial"
)

// words are what may be written at a place of a command line, each with a
// description. They come from the project around, which is only read: the Tab
// key makes no folder and tells no fault.
type words func(context.Context, *app) []cobra.Completion

// argumentWords are those of the commands' arguments.
var argumentWords = map[string]words{
	"up": unitWords, "down": unitWords, "pause": unitWords, "resume": unitWords,
	"attach": unitWords, "restart": unitWords, "explain": unitWords, "wake": agentWords,
	"logs": logWords, "phase set": phaseWords,
	"claim": gateWords, "review": gateWords, "check": rangeWords, "replay": rangeWords, "hook": hookNames,
	"send": runWords, "peek": runWords, "show": runWords, "wait": runWords, "stop": runWords, "rm": runWords, "trajectory": memberWords,
	"prompt show":    promptWords,
	"spawn":          fixed(), // a task is anybody's words
	"handoffs retry": retryWords, "handoffs dismiss": dismissWords,
}

// argumentFiles are arguments that name files or folders.
var argumentFiles = map[string]cobra.CompletionFunc{
	"init":          folders,
	"hooks install": folders, "hooks uninstall": folders, "hooks status": folders,
	"config validate": yamlFiles, "launcher test": cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault),
}

// flagWords are those of the commands' flags. The adapter and the model of
// `up` are the project's; those of init and selftest may be built in.
var flagWords = map[string]map[string]words{
	"up":              {"adapter": adapterWords, "model": modelWords},
	"init":            {"adapter": builtinWords},
	"spawn":           {"adapter": adapterWords, "model": modelWords, "type": typeWords, "parent": memberWords},
	"ls":              {"status": fixed("running", "completed", "failed", "stopped")},
	"costs":           {"by": fixed("agent", "model", "day")},
	"selftest":        {"adapter": adapterWords, "want": stateWords},
	"service install": {"print": kindWords},
	"demo":            {"launcher": fixed("process")},
	"simulate":        {"faults": fixed(trial.Faults()...), "origin": fixed(string(origin.Path), string(origin.HTTP), string(origin.SSH))},
}

func fixed(list ...cobra.Completion) words {
	return func(context.Context, *app) []cobra.Completion { return list }
}

// flagFiles are flags that name files or folders.
var flagFiles = map[string]map[string]cobra.CompletionFunc{
	"":         {"config": yamlFiles},
	"init":     {"from": tomlFiles},
	"claim":    {"file": cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)},
	"man":      {"dir": folders},
	"spawn":    {"dir": folders},
	"review":   {"file": cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)},
	"selftest": {"screen": cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)},
}

var (
	folders   = cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	yamlFiles = cobra.FixedCompletions([]cobra.Completion{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt)
	tomlFiles = cobra.FixedCompletions([]cobra.Completion{"toml"}, cobra.ShellCompDirectiveFilterFileExt)
)

// completes gives the commands below root what the Tab key offers. Where it
// knows nothing it offers no files either, but where a file is meant.
func (a *app) completes(root *cobra.Command) {
	none := cobra.ShellCompDirectiveNoFileComp
	root.CompletionOptions = cobra.CompletionOptions{DisableDefaultCmd: true, DefaultShellCompDirective: &none}
	for _, c := range append(allCommands(root), root) {
		name := nameOf(c)
		if offer, ok := argumentWords[name]; ok {
			c.ValidArgsFunction = a.offering(offer, strings.Contains(c.Use, "…"))
		}
		if files, ok := argumentFiles[name]; ok {
			c.ValidArgsFunction = files
		}
		for flag, offer := range flagWords[name] {
			declared(c.RegisterFlagCompletionFunc(flag, a.offering(offer, true)))
		}
		for flag, offer := range flagFiles[name] {
			declared(c.RegisterFlagCompletionFunc(flag, offer))
		}
	}
}

// plainFlags takes the backticks out of what flags say of themselves: they name
// a value for the help, and a shell would show them.
func plainFlags(root *cobra.Command) {
	plain := func(f *pflag.Flag) { f.Usage = strings.ReplaceAll(f.Usage, "`", "") }
	for _, c := range append(allCommands(root), root) {
		c.Flags().VisitAll(plain)
		c.PersistentFlags().VisitAll(plain)
	}
}

// declared sees to it that the tables above name only flags that there are.
func declared(err error) {
	if err != nil {
		panic(err)
	}
}

// allCommands are the commands below c, at any depth, that people call.
func allCommands(c *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			all = append(append(all, sub), allCommands(sub)...)
		}
	}
	return all
}

// tabPatience bounds how long the Tab key waits for the ledger.
const tabPatience = 300 * time.Millisecond

// offering makes a completion of words: those that are not written yet, once or
// several times.
func (a *app) offering(offer words, many bool) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 && !many {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(c.Context(), tabPatience)
		defer cancel()
		list := slices.DeleteFunc(offer(ctx, a), func(word cobra.Completion) bool {
			name, _, _ := strings.Cut(word, "\t")
			return slices.Contains(args, name)
		})
		return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}
