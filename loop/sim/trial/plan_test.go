package trial

import (
	"reflect"
	"testing"
	"time"

	"pawl/loop/sim/origin"
)

func options(seed uint64) Options {
	return Options{Seed: seed, Duration: time.Minute, Agents: 5, Claims: 20, Origins: Kinds}
}

func TestTheSameSeedIsTheSamePlan(t *testing.T) {
	for _, kind := range Kinds {
		one, two := MakePlan(options(7), kind, Here{}), MakePlan(options(7), kind, Here{})
		if !reflect.DeepEqual(one, two) {
			t.Errorf("%s: two plans of one seed differ", kind)
		}
		if other := MakePlan(options(8), kind, Here{}); reflect.DeepEqual(one.Steps, other.Steps) {
			t.Errorf("%s: two seeds have one plan", kind)
		}
	}
	if a, b := MakePlan(options(7), "http", Here{}), MakePlan(options(7), "ssh", Here{}); reflect.DeepEqual(a.Steps, b.Steps) {
		t.Error("two loops of one seed have one plan")
	}
}

// In a minute every fault comes at least once, and in each lane one ends before
// the next begins.
func TestAPlanHasEveryFault(t *testing.T) {
	for seed := range uint64(50) {
		plan := MakePlan(options(seed), "http", Here{})
		count, free := map[string]int{}, map[lane]time.Duration{}
		for _, s := range plan.Steps {
			f := byName(s.Fault)
			count[s.Fault]++
			if s.At < free[f.lane] {
				t.Fatalf("seed %d: %s at %s begins before the one before it ends", seed, s.Fault, s.At)
			}
			if s.Lasts < f.short || s.Lasts > f.long {
				t.Fatalf("seed %d: %s lasts %s", seed, s.Fault, s.Lasts)
			}
			free[f.lane] = s.At + s.Lasts
		}
		for _, name := range Faults() {
			if count[name] == 0 {
				t.Errorf("seed %d: %s never comes", seed, name)
			}
		}
	}
}

func TestAPlanHasOnlyWhatWasAskedForAndIsHere(t *testing.T) {
	o := options(1)
	o.Faults = []string{"kill-tmux", "fill-disk", "origin-hang", "rebase"}
	for _, tt := range []struct {
		name string
		plan Plan
		want map[string]bool
	}{
		{"all of it", MakePlan(o, "ssh", Here{}), map[string]bool{"kill-tmux": true, "fill-disk": true, "origin-hang": true, "rebase": true}},
		{"no tmux, no disk", MakePlan(o, "ssh", Here{Tmux: "no", Disk: "no"}), map[string]bool{"origin-hang": true, "rebase": true}},
		{"a path has no line", MakePlan(o, "path", Here{}), map[string]bool{"kill-tmux": true, "fill-disk": true, "rebase": true}},
	} {
		got := map[string]bool{}
		for _, s := range tt.plan.Steps {
			got[s.Fault] = true
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestFaultsThatCannotBeMade(t *testing.T) {
	for _, tt := range []struct {
		faults  []string
		origins []origin.Kind
		here    Here
		want    string
	}{
		{[]string{"kill-tmux", "origin-slow", "fill-disk"}, Kinds, Here{}, ""},
		{nil, Kinds[:1], Here{Tmux: "no tmux"}, ""},
		{[]string{"rebase", "origin-slow"}, Kinds[:1], Here{}, `--faults has "origin-slow", which cannot be made here: it needs an origin behind a line, by http or ssh`},
		{[]string{"kill-tmux"}, Kinds, Here{Tmux: "tmux is not installed"}, `--faults has "kill-tmux", which cannot be made here: tmux is not installed`},
	} {
		got := ""
		if err := (Options{Faults: tt.faults, Origins: tt.origins}).Possible(tt.here); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%v by %v: %q, want %q", tt.faults, tt.origins, got, tt.want)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, tt := range []struct {
		change func(*Options)
		want   string
	}{
		{func(o *Options) { o.Duration = time.Second }, "--duration 1s is not between 5s and 24h0m0s"},
		{func(o *Options) { o.Agents = 2 }, "--agents 2 is not between 3 and 20"},
		{func(o *Options) { o.Claims = 0 }, "--claims 0 is not between 1 and 10000"},
		{func(o *Options) { o.Origins = nil }, "--origin names none; there are path, http and ssh"},
		{func(o *Options) { o.Origins = append(Kinds[:0:0], "ftp") }, `--origin has "ftp"; there are path, http and ssh`},
	} {
		o := options(1)
		tt.change(&o)
		if err := o.Check(); err == nil || err.Error() != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
	if err := options(1).Check(); err != nil {
		t.Error(err)
	}
}
