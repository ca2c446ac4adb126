package doctor

import (
	"strings"
	"testing"
	"time"
)

func TestHooks(t *testing.T) {
	good := HookFacts{Of: "builder", Dir: "/b", There: true}
	with := func(change func(*HookFacts)) []HookFacts {
		f := good
		change(&f)
		return []HookFacts{f}
	}
	for name, c := range map[string]struct {
		facts  []HookFacts
		status Status
		found  string
	}{
		"no repository":     {nil, OK, "every 15s"},
		"none anywhere":     {with(func(f *HookFacts) { f.There, f.Missing = false, []string{"pre-push"} }), OK, "pawl hooks install --all"},
		"no coordinator":    {with(func(*HookFacts) {}), OK, "not probed"},
		"told":              {with(func(f *HookFacts) { f.Probed, f.Arrived, f.Took = true, true, 12*time.Millisecond }), OK, "12 ms"},
		"not told":          {with(func(f *HookFacts) { f.Probed = true }), Warn, "was not told"},
		"one is missing":    {with(func(f *HookFacts) { f.Missing = []string{"pre-push"} }), Warn, "not there: pre-push"},
		"one is broken":     {with(func(f *HookFacts) { f.Faults = []string{"pre-push: somebody changed it"} }), Warn, "somebody changed it"},
		"another project's": {with(func(f *HookFacts) { f.Config = "/other/pawl.yaml" }), Warn, "/other/pawl.yaml"},
		"one of the user's": {with(func(f *HookFacts) { f.NotRun = []string{"/h/update"} }), Warn, "/h/update"},
		"not to be probed":  {with(func(f *HookFacts) { f.Refused = "it is another" }), Warn, "it is another"},
		"git fails":         {with(func(f *HookFacts) { f.There, f.Trouble = false, "no answer" }), Warn, "no answer"},
		"another clone has": {append(with(func(f *HookFacts) { f.There = false }), good), Warn, "no hooks of pawl's"},
		"origin has":        {append(with(func(f *HookFacts) { f.There = false }), HookFacts{Of: "origin", Origin: true, There: true}), OK, "by origin's"},
		"origin has none":   {append(with(func(f *HookFacts) { f.There, f.Origin = false, true }), good), OK, "a clone with hooks"},
	} {
		list := Hooks(c.facts, 15*time.Second)
		if len(list) != max(1, len(c.facts)) || list[0].Status != c.status || !strings.Contains(list[0].Found, c.found) {
			t.Errorf("%s: %+v", name, list)
		}
		if list[0].Status != OK && list[0].Hint == "" {
			t.Errorf("%s: it does not say what to do", name)
		}
	}
}
