package main

// spec says which row of the table a benchmark becomes.
type spec struct {
	bench   string // expression for a result's name; its groups are $1 and $2 in what
	what    string
	value   string // the unit of pawl's value
	beside  string // that of what stands beside it; "": nothing does
	against string // what that is
	ratio   string // the unit of the ratio, with -q1, -q2 and -q3 where it has a spread
	target  target
}

// target is what a value must not exceed; the zero value is no target.
type target struct {
	unit  string
	limit float64
	text  string
}

const standIn = "stand-in that forks git and tmux"

// What is asked of pawl.
var (
	toldSoon  = func(unit string) target { return target{unit, 150, "< 150 ms"} }
	asFast    = target{"pawl/log-q2", 1.3, "≤ 1.3 ×"}
	noProcess = target{"needless/h", 0, "one ls-remote a poll, one tmux call a pass"}
	startUp   = target{"pawl-ms", 30, "< 30 ms"}
	million   = target{"old-ms", 50, "< 50 ms"}
)

// specs are all rows, in their order.
var specs = []spec{
	{bench: `bench\.Told`, what: "push → told, by a hook, process launcher", value: "hook-ms", beside: "standin-ms", against: standIn + ", every 2 s", ratio: "hook/standin", target: toldSoon("hook-ms")},
	{bench: `bench\.Told`, what: "push → told, by a webhook, process launcher", value: "webhook-ms", beside: "standin-ms", against: standIn + ", every 2 s", ratio: "webhook/standin"},
	{bench: `bench\.Told`, what: "push → told, polling every 2 s, process launcher", value: "poll-ms", beside: "standin-ms", against: standIn + ", every 2 s", ratio: "poll/standin"},
	{bench: `bench\.Told`, what: "push → told and submitted, by a hook, tmux", value: "hook-tmux-ms", beside: "standin-ms", against: standIn + ", every 2 s", ratio: "hook-tmux/standin"},

	{bench: `bench\.Claim/(\d+)/warm`, what: "pass with one claim, $1 commits, coordinator running", value: "pawl-ms", beside: "log-ms", against: "`git fetch && git log OLD..NEW`", ratio: "pawl/log", target: asFast},
	{bench: `bench\.Claim/(\d+)/cold`, what: "pass with one claim, $1 commits, `pawl tick`, nothing cached", value: "pawl-ms", beside: "log-ms", against: "`git fetch && git log OLD..NEW`, nothing cached", ratio: "pawl/log"},
	{bench: `bench\.Claim/(\d+)/warm`, what: "pass with one claim, $1 commits", value: "pawl-ms", beside: "fetch-ms", against: "the least: one `git fetch` of that commit", ratio: "pawl/fetch"},
	{bench: `bench\.Claim/(\d+)/warm`, what: "pass with one claim, $1 commits", value: "pawl-ms", beside: "ref-ms", against: "the least: one read of the ref", ratio: "pawl/ref"},
	{bench: `bench\.Claim/(\d+)/warm`, what: "pass with one claim, $1 commits", value: "pawl-ms", beside: "tmux-ms", against: "the least: one call of tmux", ratio: "pawl/tmux"},

	{bench: `bench\.Range/(\d+)/(1)`, what: "fetch and range, $2 new commit on $1", value: "pawl-ms", beside: "log-ms", against: "`git fetch && git log OLD..NEW`", ratio: "pawl/log", target: asFast},
	{bench: `bench\.Range/(\d+)/(1000)`, what: "fetch and range, $2 new commits on $1", value: "pawl-ms", beside: "log-ms", against: "`git fetch && git log OLD..NEW`", ratio: "pawl/log"},
	{bench: `bench\.Build/(\d+)`, what: "the mirror's first build, $1 commits", value: "pawl-ms", beside: "clone-ms", against: "`git clone --bare --single-branch`", ratio: "pawl/clone"},
	{bench: `bench\.Claim/(\d+)/first`, what: "first `pawl tick` of a project, $1 commits (once)", value: "pawl-ms", beside: "clone-ms", against: "`git clone --bare --single-branch`", ratio: "pawl/clone"},
	{bench: `mirror\.Pass/(\d+)/look_unchanged`, what: "look at an origin on this machine that has not moved, $1 commits", value: "ns/op"},

	{bench: `bench\.Idle/(\w+)/(\d+)`, what: "CPU in an idle hour, $2 agents, $1", value: "cpu-s/h", beside: "standin-cpu-s/h", against: standIn, ratio: "pawl/standin-cpu"},
	{bench: `bench\.Idle/(\w+)/(\d+)`, what: "processes started in an idle hour, $2 agents, $1", value: "processes/h", beside: "standin-processes/h", against: standIn, target: noProcess},
	{bench: `bench\.Idle/(\w+)/(\d+)`, what: "resident memory, $2 idle agents, $1", value: "rss-MB", beside: "standin-rss-MB", against: standIn + ", its Python alone"},
	{bench: `bench\.Claim/(\d+)/warm`, what: "resident memory after claims, $1 commits", value: "rss-MB"},
	{bench: `loop\.IdlePass/(\w+)/(\d+)`, what: "a pass in which nothing happens, $2 agents, $1", value: "ns/op"},

	{bench: `bench\.MillionEvents/(status|handoffs)`, what: "`pawl $1` beside a million events", value: "old-ms", beside: "young-ms", against: "the same with none", ratio: "old/young", target: million},
	{bench: `bench\.MillionEvents/(events|tick)`, what: "`pawl $1` beside a million events", value: "old-ms", beside: "young-ms", against: "the same with none", ratio: "old/young"},
	{bench: `ledger\.Million/(\w+)`, what: "the ledger's reading for: $1, beside a million events", value: "ns/op"},

	{bench: `bench\.Start/run/((?:version|status|handoffs|events|phase|schedule|explain|report|config|logs|completion|man|poke|hook_).*)`, what: "`pawl $1`", value: "pawl-ms", beside: "nothing-ms", against: "a Go program that does nothing", ratio: "pawl/nothing", target: startUp},
	{bench: `bench\.Start/run/((?:hooks|replay|check).*)`, what: "`pawl $1`, which asks git", value: "pawl-ms", beside: "nothing-ms", against: "a Go program that does nothing", ratio: "pawl/nothing"},
	{bench: `bench\.Start/help/(.*)`, what: "`pawl $1 --help`", value: "pawl-ms", beside: "nothing-ms", against: "a Go program that does nothing", ratio: "pawl/nothing", target: startUp},
}
