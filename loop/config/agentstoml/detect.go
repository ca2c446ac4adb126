package agentstoml

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"pawl/loop/adapter"
)

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// bottomRows is how many rows of a program with a footer the old tool looked at.
const bottomRows = 10

// detectKeys has what reads a program's screen.
func (c *converter) detectKeys(b *block, old backend, own adapter.Profile, known bool) {
	var keys block
	for _, e := range []struct {
		old      given[string]
		from, to string
		own      string
	}{
		{old.activeRE, "active_re", "active", own.Detect.Active},
		{old.limitRE, "limit_re", "limit", own.Detect.Limit},
		{old.fatalRE, "fatal_re", "fatal", own.Detect.Fatal},
	} {
		expr, ok := c.expression(e.old, old.path+"."+e.from, known)
		if !ok || expr == e.own {
			continue
		}
		keys.put(2, e.old.at, e.to, scalar(expr))
		if known {
			c.tell(e.old.at, old.path+"."+e.from, "replaces pawl's own expression, which was made from the program's screens",
				"try pawl selftest --adapter "+old.name+", and remove adapters."+old.name+".detect."+e.to+" for pawl's own")
		}
	}
	footer := old.footerUI.v
	if footer && own.Detect.BottomRows != bottomRows {
		keys.put(2, old.footerUI.at, "bottom_rows", strconv.Itoa(bottomRows))
	}
	grace := old.logGrace
	if !grace.ok && footer && !known {
		grace = given[time.Duration]{3 * time.Minute, old.footerUI.at, true}
	}
	if grace.ok && grace.v != own.Detect.LogGrace {
		keys.put(2, grace.at, "log_grace", duration(grace.v))
	}
	if len(keys) > 0 {
		b.put(1, keys[0].at, "detect", "")
		*b = append(*b, keys...)
	}
}

// expression is one that pawl can use in the place of the old one.
func (c *converter) expression(g given[string], key string, known bool) (string, bool) {
	if !g.ok {
		return "", false
	}
	if g.v == "" {
		if known {
			c.tell(g.at, key, "is empty, and pawl's own expression stays", "")
		}
		return "", false
	}
	expr, err := goPattern(g.v)
	if err == nil {
		if re, bad := adapter.Compile(expr); bad != nil {
			err = bad
		} else if re.MatchString("") {
			err = fmt.Errorf("it matches an empty row, and so every screen")
		}
	}
	if err != nil {
		c.lost(g.at, key, quote(g.v)+": "+err.Error(), "write it without into the adapter's detect; the syntax is https://pkg.go.dev/regexp/syntax")
		return "", false
	}
	return expr, true
}
