package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pawl/loop/launcher"
)

func flood(r *rig) {
	const size = 1 << 20
	spec := r.run("acme-flood", "head -c 1048576 /dev/zero | tr '\\0' x\nprintf end\necho up >up\nexec sleep 1000\n")
	r.awaitFile("up", line("up"))
	if !r.h.Screen {
		want := strings.Repeat("x", size) + "end"
		r.poll("the log to hold the flood", func() bool {
			data, err := os.ReadFile(spec.Log)
			return err == nil && string(data) == want
		})
	}
	lines, err := r.l.Capture(r.ctx(), spec.Ref, 5)
	if err != nil || len(lines) == 0 {
		r.Fatalf("Capture: %d lines, %v", len(lines), err)
	}
	for _, l := range lines {
		if len(l) > 64<<10 {
			r.Errorf("captured a line of %d bytes", len(l))
		}
	}
}

func captureClean(r *rig) {
	spec := r.run("acme-colours", `printf 'earlier\n'
printf '\033[1;31mred\033[0m and \033]0;title\007plain\n'
printf 'bytes \377\376 \001\002 é\n'
printf 'last\n'
echo up >up
exec sleep 1000
`)
	r.awaitFile("up", line("up"))
	r.poll("the last line", func() bool { return r.captured(spec.Ref, "last") })
	lines, err := r.l.Capture(r.ctx(), spec.Ref, 3)
	if err != nil || len(lines) > 3 {
		r.Fatalf("Capture of 3 lines: %q, %v", lines, err)
	}
	if slices.Contains(lines, "earlier") && !r.h.Screen {
		r.Errorf("captured %q, want the last three lines only", lines)
	}
	if !r.h.Screen && (len(lines) != 3 || lines[0] != "red and plain" || lines[2] != "last") {
		r.Errorf("captured %q", lines)
	}
	for _, l := range lines {
		if !utf8.ValidString(l) || strings.ContainsFunc(l, unicode.IsControl) {
			r.Errorf("captured %q with control characters or bytes that are not UTF-8", l)
		}
	}
}

// ticker prints a line for each of the files 1, 2 and 3 as they appear.
const ticker = "for i in 1 2 3; do while [ ! -e $i ]; do sleep 0.01; done; echo tick $i; done\nexec sleep 1000\n"

func (r *rig) touch(name string) {
	r.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), nil, 0o600); err != nil {
		r.Fatal(err)
	}
}

func logDeleted(r *rig) {
	spec := r.run("acme-ticker", ticker)
	r.touch("1")
	r.poll("the first line", func() bool { return r.captured(spec.Ref, "tick 1") })
	if err := os.RemoveAll(filepath.Dir(spec.Log)); err != nil {
		r.Fatal(err)
	}
	if o, there := r.observe(spec.Session); !there || !o.Alive {
		r.Fatalf("without its log's folder: there %v, %+v", there, o)
	}
	r.touch("2")
	r.awaitFile(filepath.Join("logs", filepath.Base(spec.Log)), line("tick 2"))
	if err := os.Rename(spec.Log, spec.Log+".1"); err != nil {
		r.Fatal(err)
	}
	r.touch("3")
	text := r.awaitFile(filepath.Join("logs", filepath.Base(spec.Log)), line("tick 3"))
	if !r.h.Screen && text != "tick 3\n" {
		r.Errorf("the log after its rotation holds %q", text)
	}
	if !r.captured(spec.Ref, "tick 3") {
		r.Error("Capture does not show the new log")
	}
}

func logUnwritable(r *rig) {
	spec := r.spec("acme-mute", "head -c 1048576 /dev/zero\necho up >up\nwhile IFS= read -r line; do echo \"$line\" >>lines; done\n")
	if err := os.WriteFile(filepath.Join(r.dir, "file"), nil, 0o600); err != nil {
		r.Fatal(err)
	}
	spec.Log = filepath.Join(r.dir, "file", "below-a-file.log")
	r.start(spec)
	r.awaitFile("up", line("up"))
	r.send(spec.Ref, "w1", "go on")
	r.awaitFile("lines", line("go on"))
	if o := r.await(spec.Ref, "life", func(o launcher.Observation) bool { return o.Alive }); o.Exit != nil {
		r.Errorf("exit %+v", o.Exit)
	}
}
