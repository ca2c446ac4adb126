package delivery

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func items(n int, text string) []Item {
	var out []Item
	for i := range n {
		out = append(out, Item{Kind: Handoff, ID: fmt.Sprintf("h%03d", i), Text: strings.ReplaceAll(text, "#", fmt.Sprint(i)), Attempt: 1})
	}
	return out
}

func TestCompose(t *testing.T) {
	long := strings.Repeat("é", 2000)
	for _, c := range []struct {
		name  string
		items []Item
		took  int
		says  string // what the text is after the id; "" is not compared
	}{
		{"one handoff says what to do", items(1, "claim(a) abcdefabcd"), 1, "claim(a) abcdefabcd. Pull origin and take your turn."},
		{"two are one line", items(2, "claim(g#) abc"), 2, "claim(g0) abc; claim(g1) abc. Pull origin and take your turn."},
		{"a message alone asks for no pull", []Item{{Kind: Message, ID: "m1", Text: "lunch", Attempt: 1}}, 1, "lunch"},
		{"a handoff after a message does", []Item{{Kind: Message, ID: "m1", Text: "lunch"}, {Kind: Handoff, ID: "h1", Text: "x"}}, 2, "lunch; x. Pull origin and take your turn."},
		{"ten at most", items(11, "claim(g#)"), 10, ""},
		{"what does not fit waits", items(5, strings.Repeat("x", 300)), 3, ""},
		{"a long first one is cut", items(1, long), 1, ""},
		{"a long second one waits whole", append(items(1, "short"), Item{Kind: Message, ID: "m", Text: long}), 1, "short. Pull origin and take your turn."},
		{"order is kept: nothing overtakes one that waits", []Item{
			{Kind: Message, ID: "a", Text: strings.Repeat("a", 600)}, {Kind: Message, ID: "b", Text: strings.Repeat("b", 600)}, {Kind: Message, ID: "c", Text: "c"},
		}, 1, strings.Repeat("a", 600)},
		{"control characters are not typed", []Item{{Kind: Message, ID: "m", Text: "a\x1b[31m\r\nrm -rf\x00 \u202eevil\u200b\ttab"}}, 1, "a[31m rm -rf evil tab"},
		{"bytes that are no text are not typed", []Item{{Kind: Message, ID: "m", Text: "ok\xff\xfe\xc3"}}, 1, "ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := Line.Compose("builder", "g1", c.items, noon)
			check(t, w, "g1", c.items)
			if len(w.Items) != c.took {
				t.Errorf("it carries %d items, want %d", len(w.Items), c.took)
			}
			if got := strings.TrimPrefix(w.Text, w.ID+" "); c.says != "" && got != c.says {
				t.Errorf("it says\n%q, want\n%q", got, c.says)
			}
			if w.Agent != "builder" || w.Generation != "g1" || w.State != Queued || !w.CreatedAt.Equal(noon) {
				t.Errorf("the row is %+v", w)
			}
		})
	}
	if w := Line.Compose("builder", "g1", nil, noon); w != nil {
		t.Errorf("a wake about nothing: %+v", w)
	}
}

// check is what holds for every wake, whatever it was made of.
func check(t *testing.T, w *Wake, generation string, from []Item) {
	t.Helper()
	switch {
	case len(w.Text) > MaxText:
		t.Errorf("the text has %d bytes: %q", len(w.Text), w.Text)
	case !utf8.ValidString(w.Text), strings.ContainsFunc(w.Text, func(r rune) bool { return !unicode.IsGraphic(r) }):
		t.Errorf("the text is not clean: %q", w.Text)
	case !strings.HasPrefix(w.Text, w.ID+" "):
		t.Errorf("the text %q does not begin with the id %s", w.Text, w.ID)
	case len(w.Items) == 0, len(w.Items) > Line.Items:
		t.Errorf("it carries %d items", len(w.Items))
	case w.ID != wakeID(generation, w.Items):
		t.Errorf("its id %s is not that of what it carries", w.ID)
	}
	for i, it := range w.Items {
		if it.ID != from[i].ID || it.Kind != from[i].Kind || it.Attempt != from[i].Attempt {
			t.Errorf("item %d is %+v, want %+v", i, it, from[i])
		}
		if !strings.Contains(w.Text, it.Text) {
			t.Errorf("the text %q does not say item %d, %q", w.Text, i, it.Text)
		}
	}
	if !slices.Equal(w.ItemIDs(), ids(w.Items)) {
		t.Errorf("ItemIDs says %v", w.ItemIDs())
	}
}

func ids(list []Item) []string {
	var out []string
	for _, it := range list {
		out = append(out, it.ID)
	}
	return out
}

func TestComposeDoesNotTouchItsArgument(t *testing.T) {
	list := []Item{{Kind: Message, ID: "m", Text: "a\nb"}, {Kind: Message, ID: "n", Text: strings.Repeat("n", 3000)}}
	before := slices.Clone(list)
	Line.Compose("a", "g", list, noon)
	if !slices.Equal(list, before) {
		t.Errorf("it changed its items to %v", list)
	}
}

// The id is what keeps a text from being told twice, so nothing but what is
// told, to whom and how often may have a part in it.
func TestWakeIDs(t *testing.T) {
	base := []Item{{Kind: Handoff, ID: "h1", Text: "one", Attempt: 1}, {Kind: Handoff, ID: "h2", Text: "two", Attempt: 1}}
	id := func(agent, generation string, list []Item, now time.Time) string {
		return Line.Compose(agent, generation, list, now).ID
	}
	first := id("a", "g1", base, noon)
	change := func(f func([]Item)) []Item { l := slices.Clone(base); f(l); return l }
	same := map[string]string{
		"composed later":       id("a", "g1", base, noon.Add(time.Hour)),
		"with another wording": id("a", "g1", change(func(l []Item) { l[0].Text = "uno" }), noon),
	}
	for what, got := range same {
		if got != first {
			t.Errorf("%s the id is %s, want %s", what, got, first)
		}
	}
	other := map[string]string{
		"another generation": id("a", "g2", base, noon),
		"another attempt":    id("a", "g1", change(func(l []Item) { l[1].Attempt = 2 }), noon),
		"another item":       id("a", "g1", change(func(l []Item) { l[1].ID = "h3" }), noon),
		"another kind":       id("a", "g1", change(func(l []Item) { l[1].Kind = Message }), noon),
		"fewer items":        id("a", "g1", base[:1], noon),
		"another order":      id("a", "g1", []Item{base[1], base[0]}, noon),
	}
	seen := map[string]string{first: "the first"}
	for what, got := range other {
		if was, twice := seen[got]; twice {
			t.Errorf("%s has the id of %s", what, was)
		}
		seen[got] = what
	}
	// A ledger, or a pump, of an older pawl has ids of this kind.
	if want := "w61d7344e5331"; first != want {
		t.Errorf("the id is %s, want %s as ever", first, want)
	}
}

func FuzzCompose(f *testing.F) {
	f.Add("g1", "claim(a) 0123456789", "message\nwith lines", uint8(3), uint16(400))
	f.Add("", "\x1b[2J\u202e\xff", strings.Repeat("🙂", 400), uint8(12), uint16(990))
	f.Fuzz(func(t *testing.T, generation, one, two string, n uint8, pad uint16) {
		var list []Item
		for i := range int(n%14) + 1 {
			it := Item{Kind: Message, ID: fmt.Sprint("i", i), Text: one + strings.Repeat("p", int(pad)%1200), Attempt: i}
			if i%2 == 1 {
				it.Kind, it.Text = Handoff, two
			}
			list = append(list, it)
		}
		w := Line.Compose("a", generation, list, noon)
		check(t, w, generation, list)
		if again := Line.Compose("b", generation, list, noon.Add(time.Second)); again.ID != w.ID || again.Text != w.Text {
			t.Errorf("composed again it is %s %q, was %s %q", again.ID, again.Text, w.ID, w.Text)
		}
	})
}
