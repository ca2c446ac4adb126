package proc

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	rest := " S 1 20 30 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 0 0\n"
	for _, name := range []string{"sh", "a b", "a) R 9 9 9 (b", ")", ""} {
		st, err := parseStat([]byte("10 (" + name + ")" + rest))
		if err != nil || st.state != 'S' || st.group != 20 || st.session != 30 || st.foreground != -1 || st.name != name || st.start != 4711 {
			t.Errorf("name %q: %+v, %v", name, st, err)
		}
	}
	for _, text := range []string{"", "10 sh S 1", "10 (sh) S 1 2 3", "10 (sh)" + strings.Replace(rest, "4711", "x", 1)} {
		if st, err := parseStat([]byte(text)); err == nil {
			t.Errorf("%q was read as %+v", text, st)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("10 (a) b) S 1 20 30 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 0 0\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		st, err := parseStat(data)
		if err != nil {
			return
		}
		text := fmt.Sprintf("1 (%s) %s 1 %d %d 0 %d%s %d", st.name, []byte{st.state}, st.group, st.session, st.foreground, strings.Repeat(" 0", 13), st.start)
		if again, err := parseStat([]byte(text)); err != nil || again != st {
			t.Errorf("%+v printed and read again is %+v, %v", st, again, err)
		}
	})
}

func TestIdentity(t *testing.T) {
	self, err := Identify(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if alive, err := self.Alive(); !alive || err != nil {
		t.Errorf("we are %v, %v", alive, err)
	}
	reused := Identity{PID: self.PID, Started: self.Started + "1"}
	if alive, err := reused.Alive(); alive || err != nil {
		t.Errorf("a process with our pid that started at another time is alive: %v, %v", alive, err)
	}
	cmd := exec.Command("true")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	id, err := Identify(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		alive, err := id.Alive()
		if !alive && err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the zombie counts as alive: %v, %v", alive, err)
		}
	}
	if _, there, err := readStat(id.PID); !there || err != nil {
		t.Errorf("the zombie was not there any more: %v", err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
