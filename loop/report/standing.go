package report

import (
	"slices"
)

// standing closes the books: what is so now lasts until now.
func (t *troubles) standing(f Facts) {
	t.dismiss(f.Agents)
	for _, m := range f.Agents {
		t.member(m, f)
	}
	for _, l := range f.Limits {
		t.limit(l)
	}
	if f.OriginError != "" {
		t.lasting(byOrigin, "", f.Since, f.Until)
	}
	if f.Paused {
		t.lasting(byPause, "", f.Since, f.Until)
	}
	t.unused(byConfig, f.ConfigError != "", f)
	t.unused(byHeld, f.ConfigHeld != "", f)
	t.unwatched(f)
	t.lose()
	t.spread(f.Until)
}

// dismiss forgets what goes on with agents that are not configured any more.
func (t *troubles) dismiss(members []Member) {
	for key := range t.open {
		if key.who != "" && !slices.ContainsFunc(members, func(m Member) bool { return m.Name == key.who }) {
			t.forget(key.cause, key.who)
		}
	}
}

func (t *troubles) member(m Member, f Facts) {
	if m.Parked && m.Wanted {
		t.lasting(byParking, m.Name, f.Since, f.Until)
	}
	if m.Paused {
		t.lasting(byPause, m.Name, f.Since, f.Until)
	}
	if m.Waiting {
		t.lasting(byDialog, m.Name, m.WaitingSince, f.Until)
	}
	if !m.Restarting || !m.Wanted {
		t.forget(byCrash, m.Name) // it ended and is to be left so
		return
	}
	if at, ended := t.quits[m.Name]; ended {
		t.begin(byCrash, m.Name, at)
	}
	if t.lasts(byCrash, m.Name) {
		t.lasting(byCrash, m.Name, f.Since, f.Until)
	}
}

// file follows whether pawl.yaml is used as it is.
func (t *troubles) file(e Event) {
	is := map[string]string{"config.invalid": byConfig, "config.held": byHeld}[e.Kind]
	for _, cause := range []string{byConfig, byHeld} {
		if cause == is {
			t.begin(cause, "", e.Time)
		} else {
			t.end(cause, "", e.Time, false)
		}
	}
}

// unused closes the books about pawl.yaml. What no coordinator has seen yet began
// or ended when the file was written.
func (t *troubles) unused(cause string, now bool, f Facts) {
	if !now {
		if t.lasts(cause, "") && f.ConfigAt.After(t.open[subject{cause, ""}]) {
			t.end(cause, "", f.ConfigAt, false)
		}
		return
	}
	from := f.ConfigAt
	if from.IsZero() || from.After(f.Until) {
		from = f.Until
	}
	t.lasting(cause, "", from, f.Until)
}
