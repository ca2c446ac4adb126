package report

import (
	"fmt"
	"strings"
	"testing"

	"pawl/handoff"
)

// inWords is a gate as a table of a test has it.
func (g Gate) inWords() string {
	s := fmt.Sprintf("%s %s, %d claimed, %s", g.Gate, g.State, g.Rounds, strings.Join(g.Verdicts, " "))
	if len(g.WaitsFor) > 0 {
		s += ", waits for " + strings.Join(g.WaitsFor, " ")
	}
	return fmt.Sprintf("%s, %d min", s, int(g.Took/minutes(1)))
}

func TestGates(t *testing.T) {
	second := signal("1 claim(g) taken")
	second.Agent = "second"
	for name, c := range map[string]struct {
		rows []handoff.Handoff
		want []string
	}{
		"a claim waits for its review":       {signals("1 claim(g) taken"), []string{"g claimed, 1 claimed, , waits for adversary, 599 min"}},
		"for two of them":                    {append(signals("1 claim(g) open"), second), []string{"g claimed, 1 claimed, , waits for adversary second, 599 min"}},
		"failed and waiting for the builder": {signals("1 claim(g) answered", "9 review(g) fail taken"), []string{"g failed, 1 claimed, fail, waits for builder, 599 min"}},
		"three rounds": {
			signals("1 claim(g) answered", "5 review(g) fail answered", "9 claim(g) answered", "20 review(g) fail answered", "30 claim(g) answered", "61 review(g) pass taken"),
			[]string{"g passed, 3 claimed, fail fail pass, 60 min"},
		},
		"claimed anew after it passed": {
			signals("1 claim(g) answered", "11 review(g) pass answered", "20 claim(g) open"),
			[]string{"g passed, 1 claimed, pass, 10 min", "g claimed, 1 claimed, , waits for adversary, 580 min"},
		},
		"a claim after the commit that was reviewed": {
			signals("1 claim(g) superseded", "4 claim(g) taken", "9 review(g) pass taken"),
			[]string{"g claimed, 2 claimed, pass, waits for adversary, 599 min"},
		},
		"a round from before the time": {signals("-60 claim(g) answered", "5 review(g) pass taken"), []string{"g passed, 1 claimed, pass, 65 min"}},
		"all of it before the time":    {signals("-60 claim(g) answered", "-5 review(g) pass taken"), nil},
		"a review without a verdict":   {signals("1 claim(g) answered", "9 review(g) taken"), []string{"g reviewed, 1 claimed, none, 599 min"}},
		"nobody answered":              {signals("1 claim(g) expired"), []string{"g expired, 1 claimed, , waits for adversary, 599 min"}},
		"a rewrite took it away":       {signals("1 claim(g) withdrawn"), []string{"g withdrawn, 1 claimed, , 599 min"}},
		"a new reader of what has passed": {
			append(signals("1 claim(g) answered", "11 review(g) pass answered"), second),
			[]string{"g claimed, 1 claimed, pass, waits for second, 599 min"},
		},
		"two gates":                            {signals("1 claim(a) taken", "2 claim(b) taken"), []string{"a claimed, 1 claimed, , waits for adversary, 599 min", "b claimed, 1 claimed, , waits for adversary, 598 min"}},
		"neither gateless nor of another rule": {signals("1 claim taken", "2 note(g) taken"), nil},
		"a hostile verdict":                    {signals("1 claim(g) answered", "9 review(g) \x1b[31m taken"), []string{"g reviewed, 1 claimed, none, 599 min"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := night()
			f.Handoffs = c.rows
			var got []string
			for _, g := range Build(f).Gates {
				got = append(got, g.inWords())
			}
			equal(t, "gates", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		})
	}
}
