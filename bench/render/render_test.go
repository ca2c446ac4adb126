package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const printed = `goos: linux
pkg: pawl/bench
cpu: AMD EPYC
BenchmarkClaim/100/warm-2   	  20	 30.0 log-ms	 45.0 pawl-ms	 1.1 pawl/log-q1	 1.5 pawl/log-q2	 1.9 pawl/log-q3	 26.1 rss-MB
BenchmarkClaim/10000/warm   	  20	 30.0 log-ms	 27.0 pawl-ms	 0.8 pawl/log-q1	 0.9 pawl/log-q2	 1.0 pawl/log-q3	 26.1 rss-MB
BenchmarkStart/run/config_show-2	 2	 2 nothing-ms	 17 pawl-ms	 8 pawl/nothing-q1	 8.5 pawl/nothing-q2	 9 pawl/nothing-q3
BenchmarkIdle/process/50-2	 1	 19.89 cpu-s/h	 240 ls-remote/h	 3 needless/h	 15120 standin-processes/h	 0 tmux/h
BenchmarkStart/run/version-2	 0	 NaN ns/op
--- FAIL: BenchmarkStart
PASS
pkg: pawl/loop/ledger
BenchmarkMillion/pass-2	 5	 1234567 ns/op
`

func TestTable(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("# Old\n\nold text\n\n## Endurance\n\nten minutes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	if code := run([]string{"-o", page, "-how", "bench/run --quick"}, strings.NewReader(printed), &out, &errs); code != 0 {
		t.Fatal(code, errs.String())
	}
	for _, want := range []string{
		"| 1.50 | 1.10–1.90 | pass with one claim, 100 commits, coordinator running | 45.0 ms | 30.0 ms: `git fetch && git log OLD..NEW` | ≤ 1.3 × | **no** |\n",
		"| 0.90 | 0.80–1.00 | pass with one claim, 10000 commits, coordinator running | 27.0 ms | 30.0 ms: `git fetch && git log OLD..NEW` | ≤ 1.3 × | yes |\n",
		"| 8.50 | 8.00–9.00 | `pawl config show` | 17.0 ms | 2.00 ms: a Go program that does nothing | < 30 ms | yes |\n",
		"| 0.02 |  | processes started in an idle hour, 50 agents, process | 240 | 15120: stand-in that forks git and tmux | one ls-remote a poll, one tmux call a pass | **no** |\n",
		"|  |  | the ledger's reading for: pass, beside a million events | 1.23 ms |  |  | – |\n",
		"|  |  | push → told, by a hook, process launcher | not here |  |  | – |\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table has no row\n%sin\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "`pawl version`") {
		t.Error("what failed has a row")
	}
	written, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(written)
	if !strings.Contains(text, out.String()) || !strings.Contains(text, "`bench/run --quick`") || !strings.HasSuffix(text, "\n## Endurance\n\nten minutes\n") || strings.Contains(text, "old text") {
		t.Errorf("the page is\n%s", text)
	}
	if host, err := os.Hostname(); err == nil && len(host) > 3 && strings.Contains(text, host) {
		t.Errorf("the page names the host %s", host)
	}
}

func TestDigits(t *testing.T) {
	for v, want := range map[float64]string{0: "0.00", 0.004: "0.004", 0.5: "0.50", 9.876: "9.88", 12.34: "12.3", 1234.5: "1234"} {
		if got := digits(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}
