package tui

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// order is one line of the control file, or one --order.
type order struct {
	name string
	text string
	n    int
	d    time.Duration
}

// takes says what follows an order's name.
type takes string

const (
	takesNothing  takes = "nothing"
	takesCount    takes = "a count, as in 2"
	takesDuration takes = "a duration, as in 500ms"
	takesText     takes = "a text"
)

var orders = map[string]takes{
	"swallow":  takesCount,    // the next N Enters do nothing
	"fold":     takesNothing,  // long pastes show a placeholder from now on
	"dialog":   takesNothing,  // a permission dialog stands in place of the input line
	"nodialog": takesNothing,  // it goes away unanswered
	"limit":    takesText,     // TEXT is shown as an error, and no prompt is worked on
	"nolimit":  takesNothing,  // prompts are worked on again
	"fatal":    takesNothing,  // the program cannot go on
	"busy":     takesDuration, // it works for that long from now
	"idle":     takesNothing,  // it is done with its turn now
	"type":     takesText,     // TEXT stands in the input line as if somebody had typed it
	"quote":    takesText,     // the next answer contains TEXT
	"paint":    takesNothing,  // noise is printed
	"exit":     takesCount,    // the program ends with that code
	"hang":     takesNothing,  // it reads its terminal no more
	"unhang":   takesNothing,  // it reads again
	"slow":     takesDuration, // it reads its terminal only that often; 0s: always
}

// parseOrder reads an order. In a text, \n stands for a newline. Errors quote
// what is wrong and say what to write.
func parseOrder(line string) (order, error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest = strings.TrimSpace(rest)
	want, known := orders[name]
	if !known {
		return order{}, fmt.Errorf("order %q is not known; write one of %s", name, strings.Join(slices.Sorted(maps.Keys(orders)), ", "))
	}
	o := order{name: name}
	var err error
	switch want {
	case takesNothing:
		if rest != "" {
			return order{}, fmt.Errorf("order %s has %q after it, and takes nothing", name, rest)
		}
	case takesCount:
		if o.n, err = strconv.Atoi(rest); err != nil || o.n < 0 || o.n > 255 {
			return order{}, fmt.Errorf("order %s has %q after it; write %s, at most 255", name, rest, want)
		}
	case takesDuration:
		if o.d, err = time.ParseDuration(rest); err != nil || o.d < 0 {
			return order{}, fmt.Errorf("order %s has %q after it; write %s", name, rest, want)
		}
	case takesText:
		if o.text = plain(strings.ReplaceAll(rest, `\n`, "\n")); o.text == "" {
			return order{}, fmt.Errorf("order %s has nothing after it; write %s", name, want)
		}
	}
	return o, nil
}
