package loop

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pawl/hooks/signature"
	"pawl/loop/config"
	"pawl/loop/ledger"
)

// listener is a receiver that writes down what it is told.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	heard  []string          // kinds
	ids    []string          // of the events
	last   map[string]any    // the last event
	sign   string            // its signature
	answer func(kind string) // before it answers; nil: nothing happens
	code   int
}

func newListener(t *testing.T) *listener {
	l := &listener{code: http.StatusOK}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var ev map[string]any
		if err == nil {
			err = json.Unmarshal(body, &ev)
		}
		if err != nil {
			t.Error(err)
			return
		}
		kind, id := fmt.Sprint(ev["kind"]), fmt.Sprint(ev["id"])
		l.mu.Lock()
		l.heard, l.ids, l.last, l.sign = append(l.heard, kind), append(l.ids, id), ev, r.Header.Get("X-Pawl-Signature")
		if l.sign != "" && !signature.Matches("s3cret", body, l.sign) {
			t.Errorf("%s is no signature", l.sign)
		}
		answer, code := l.answer, l.code
		l.mu.Unlock()
		if answer != nil {
			answer(kind)
		}
		w.WriteHeader(code)
	}))
	t.Cleanup(l.Close)
	return l
}

// took returns the kinds that it was told since it was last asked.
func (l *listener) took() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	heard := strings.Join(l.heard, " ")
	l.heard = nil
	return heard
}

// herald is an engine that notifies.
type herald struct{ *house }

func newHerald(t *testing.T, entries ...config.Notify) *herald {
	h := &herald{newHouse(t)}
	h.cfg.Dir, h.cfg.Project, h.cfg.Path, h.cfg.Notify = t.TempDir(), "acme", "/acme/pawl.yaml", entries
	h.Version = "1.2"
	h.Env = func() []string { return []string{"PATH=" + os.Getenv("PATH"), "KEY=s3cret", "PAWL_AGENT=other"} }
	h.subscribe(t.Context(), h.cfg)
	return h
}

// happen appends events of these kinds.
func (h *herald) happen(kinds ...string) {
	h.t.Helper()
	for _, kind := range kinds {
		if err := h.Ledger.AddEvents(h.t.Context(), ledger.Event{Time: h.now, Kind: kind, Agent: "builder"}); err != nil {
			h.t.Fatal(err)
		}
	}
}

// round is what follows a pass, and how many receivers were told something.
func (h *herald) round() int {
	n := h.notify(h.t.Context(), h.cfg)
	h.couriers.running.Wait()
	return n
}

// end is the end of a process that waits for nobody.
func (h *herald) end() {
	h.couriers.drop()
	h.dismiss()
}

// recorded are the events on record of a kind.
func (h *herald) recorded(kind string) (found []ledger.Event) {
	h.t.Helper()
	list, err := h.Ledger.Events(h.t.Context(), 0, 10_000)
	if err != nil {
		h.t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(ev ledger.Event) bool { return ev.Kind != kind })
}

func posts(to *listener, on ...string) config.Notify { return config.Notify{On: on, URL: to.URL} }

func TestWhoIsToldOfWhat(t *testing.T) {
	all, some := newListener(t), newListener(t)
	h := newHerald(t, posts(all, "*"), posts(some, "agent.*", "phase.done"))
	h.happen("agent.parked", "phase.done", "phase.advanced")
	h.round()
	if all.took() != "agent.parked phase.done phase.advanced" || some.took() != "agent.parked phase.done" {
		t.Error("not what they want, in order")
	}
	want := map[string]any{"id": all.ids[2], "project": "acme", "seq": 3.0, "time": "2026-01-01T12:00:00.000Z", "kind": "phase.advanced", "agent": "builder", "data": map[string]any{}}
	if fmt.Sprint(all.last) != fmt.Sprint(want) || !strings.HasSuffix(all.ids[2], "-3") {
		t.Errorf("the last is %v, want %v", all.last, want)
	}
	if n := h.round(); n != 0 || all.took() != "" {
		t.Errorf("%d are told again", n)
	}
	// Another process goes on where this one ended, and what is new begins now.
	late := newListener(t)
	h.happen("wake.fired")
	h.cfg.Notify = append(h.cfg.Notify, posts(late, "*"))
	h.subscribe(t.Context(), h.cfg)
	h.happen("agent.held")
	h.round()
	if all.took() != "wake.fired agent.held" || some.took() != "agent.held" || late.took() != "agent.held" {
		t.Error("not what is new to each")
	}
}

func TestACommandIsToldAsWell(t *testing.T) {
	url := newListener(t)
	h := newHerald(t, config.Notify{On: []string{"*"}, URL: url.URL, Run: []string{"./tell", "a b"}})
	script := "#!/bin/sh\necho \"$1 $PAWL_EVENT_KIND $PAWL_PROJECT $PAWL_CONFIG $PAWL_AGENT$KEY $(pwd -P | sed 's,.*/,,')\" >>told\n"
	if err := os.WriteFile(filepath.Join(h.cfg.Dir, "tell"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	h.happen("agent.parked", "phase.done")
	h.round()
	text, err := os.ReadFile(filepath.Join(h.cfg.Dir, "told"))
	end := " acme /acme/pawl.yaml s3cret " + filepath.Base(h.cfg.Dir) + "\n"
	if want := "a b agent.parked" + end + "a b phase.done" + end; err != nil || string(text) != want {
		t.Errorf("the command was told %q, want %q, %v", text, want, err)
	}
	if url.took() != "agent.parked phase.done" {
		t.Error("the URL was not told")
	}
}

func TestAReceiverThatFails(t *testing.T) {
	bad, good := newListener(t), newListener(t)
	bad.code = http.StatusServiceUnavailable
	h := newHerald(t, posts(bad, "*"), posts(good, "*"))
	h.happen("agent.parked", "phase.done")
	for i, c := range []struct {
		later time.Duration
		bad   string
	}{
		{0, "agent.parked"}, {9 * time.Second, ""}, {time.Second, "agent.parked"}, {time.Minute, "agent.parked"},
		{-100 * time.Hour, "agent.parked"}, // a clock that is set back puts nothing off
		{29 * time.Minute, ""},
		{time.Minute, "agent.parked phase.done"}, // the first is given up
		{10 * time.Second, "phase.done"},
	} {
		h.now = h.now.Add(c.later)
		h.round()
		if got := bad.took(); got != c.bad {
			t.Errorf("step %d: it was told %q, want %q", i, got, c.bad)
		}
	}
	h.round()
	if got := good.took(); got != "agent.parked phase.done notify.failed" {
		t.Errorf("the other was told %q", got)
	}
	data := good.last["data"].(map[string]any)
	if data["entry"] != 1.0 || data["to"] != "url" || data["kind"] != "agent.parked" || data["seq"] != 1.0 || data["attempts"] != 5.0 || !strings.Contains(fmt.Sprint(data["error"]), "answered 503") {
		t.Errorf("of the failure it was told %v", data)
	}
	// It is there again, and never told that it was not.
	bad.code = http.StatusOK
	h.now = h.now.Add(time.Hour)
	h.round()
	if got := bad.took(); got != "phase.done" {
		t.Errorf("in the end it was told %q", got)
	}
}

func TestTwoThatFailDoNotTellEachOther(t *testing.T) {
	one, two := newListener(t), newListener(t)
	one.code, two.code = http.StatusNotFound, http.StatusGone
	h := newHerald(t, posts(one, "*"), posts(two, "*"))
	h.happen("agent.parked")
	rounds := 0
	for h.round() > 0 {
		if rounds++; rounds > 10 {
			t.Fatal("it has no end")
		}
	}
	if one.took() != "agent.parked notify.failed" || two.took() != "agent.parked notify.failed" || len(h.recorded("notify.failed")) != 2 {
		t.Errorf("on record are %v", h.recorded("notify.failed"))
	}
}

func TestWhatIsSigned(t *testing.T) {
	l := newListener(t)
	entry := posts(l, "*")
	entry.SecretEnv = "KEY"
	h := newHerald(t, entry)
	h.happen("agent.parked")
	h.round()
	if l.took() != "agent.parked" || l.sign == "" {
		t.Error("it is not signed")
	}
	h.Env = func() []string { return []string{"KEY="} }
	h.happen("phase.done")
	h.round()
	failed := h.recorded("notify.failed")
	if l.took() != "" || len(failed) != 1 || !strings.Contains(fmt.Sprint(failed[0].Data["error"]), "the variable KEY is empty or missing") {
		t.Errorf("without the key, on record is %v", failed)
	}
}

// One that hangs holds up nobody, and what it may have been told is told again
// under the same id.
func TestAReceiverThatHangs(t *testing.T) {
	slow, quick := newListener(t), newListener(t)
	asked, release := make(chan struct{}, 10), make(chan struct{})
	slow.answer = func(string) { asked <- struct{}{}; <-release }
	h := newHerald(t, posts(slow, "*"), posts(quick, "*"))
	h.happen("agent.parked")
	begin := time.Now()
	h.notify(t.Context(), h.cfg)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("the pass waited %s", took)
	}
	<-asked
	for end := time.Now().Add(20 * time.Second); quick.took() == ""; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the other one is not told")
		}
	}
	if n := h.notify(t.Context(), h.cfg); n != 0 {
		t.Error("it is told twice at once")
	}
	h.end()
	if list := h.recorded("notify.failed"); len(list) != 0 {
		t.Errorf("on record is %v", list)
	}
	close(release)
	h.couriers.still = false // as in another process
	h.round()
	if slow.took() != "agent.parked agent.parked" || slow.ids[0] != slow.ids[1] {
		t.Errorf("it was told %q", slow.ids)
	}
}
