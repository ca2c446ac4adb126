// Package bench holds the benchmarks that need real processes: pawl as it is
// installed, git, tmux, and a stand-in for a program that forks both in a loop.
// bench/run runs them with those of the other packages and writes
// docs/BENCHMARKS.md; `go test -bench . ./bench` works as well.
//
// What is compared runs side by side, in turn, in each round: a machine that is
// busy for a while is busy for both.
package bench
