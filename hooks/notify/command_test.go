package notify

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pawl/handoff/system"
)

// shell is a command that runs a script.
func shell(t *testing.T, script string) Command {
	return Command{Program: "/bin/sh", Args: []string{"-c", script}, Dir: t.TempDir(), Env: []string{"PATH=/usr/bin:/bin"}, Time: CommandTime}
}

func TestWhatACommandIsGiven(t *testing.T) {
	c := shell(t, `cat >stdin; echo "$PAWL_EVENT_KIND $PAWL_EVENT_AGENT $PAWL_EVENT_DATA_RESTARTS" >variables`)
	if err := c.Deliver(t.Context(), parked); err != nil {
		t.Fatal(err)
	}
	doc, err := parked.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"stdin": string(doc) + "\n", "variables": "agent.parked builder 5\n"} {
		if got, err := os.ReadFile(filepath.Join(c.Dir, name)); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
}

func TestHowACommandFails(t *testing.T) {
	long := strings.Repeat("noise ", 1000)
	for name, c := range map[string]struct {
		script string
		limit  time.Duration
		want   string
		retry  bool
	}{
		"with a code":              {"exit 3", CommandTime, "exit status 3", false},
		"and says why":             {"echo no bus >&2; exit 1", CommandTime, "exit status 1: no bus", false},
		"and says a lot":           {"echo " + long + " end >&2; exit 1", CommandTime, "noise", false},
		"for now":                  {"exit 75", CommandTime, "exit status 75", true},
		"without end":              {"sleep 100", 50 * time.Millisecond, "it did not end within 50ms and was killed", false},
		"without end, and is deaf": {"trap '' TERM; sleep 100", 50 * time.Millisecond, "it did not end within 50ms and was killed", false},
	} {
		command := shell(t, c.script)
		command.Time = c.limit
		err := command.Deliver(t.Context(), parked)
		var f *Failure
		if !errors.As(err, &f) || !strings.Contains(err.Error(), c.want) || f.Retry != c.retry || len(err.Error()) > 400 {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone := Command{Program: "/no/such/program", Dir: t.TempDir(), Time: CommandTime}
	if err := gone.Deliver(t.Context(), parked); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a program that is not there: %v", err)
	}
}

// A command that reads nothing, or leaves something running, has done its work.
func TestWhatIsNoFailure(t *testing.T) {
	big := Event{Data: map[string]any{"x": strings.Repeat("x", 1<<20)}}
	if err := shell(t, "exit 0").Deliver(t.Context(), big); err != nil {
		t.Errorf("one that does not read: %v", err)
	}
	c := shell(t, "sleep 100 & echo $! >child")
	begin := time.Now()
	if err := c.Deliver(t.Context(), parked); err != nil || time.Since(begin) > 10*time.Second {
		t.Errorf("one with a child: %v after %s", err, time.Since(begin))
	}
	text, err := os.ReadFile(filepath.Join(c.Dir, "child"))
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); running(child); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("its child still runs")
		}
	}
}

// running says whether a process is there and no zombie, where that can be seen.
func running(pid int) bool {
	if system.Signal(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

// An attempt that we break off is no failure of the receiver's.
func TestACommandThatIsBrokenOff(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := shell(t, "sleep 100").Deliver(ctx, parked)
	var f *Failure
	if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &f) {
		t.Errorf("it is %v", err)
	}
}

func TestTheEndOfAnOutputIsKept(t *testing.T) {
	var x tail
	for i := range 500 {
		if n, err := x.Write([]byte(strconv.Itoa(i) + " ")); err != nil || n != len(strconv.Itoa(i))+1 {
			t.Fatal(n, err)
		}
	}
	if s := x.String(); len(s) != maxWords || !strings.HasSuffix(s, " 498 499 ") {
		t.Errorf("%d bytes: %q", len(s), s)
	}
	if _, err := x.Write([]byte(strings.Repeat("x", 5*maxWords) + "y")); err != nil || len(x.String()) != maxWords || !strings.HasSuffix(x.String(), "xy") {
		t.Errorf("%d bytes, %v", len(x.String()), err)
	}
}
