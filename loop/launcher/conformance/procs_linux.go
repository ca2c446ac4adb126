package conformance

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
)

// processes returns the command lines of the processes, zombies aside, that were
// started with a generation in their environment.
func processes(r *rig, generation string) []string {
	r.Helper()
	return withText(r, "environ", "PAWL_GENERATION="+generation)
}

// commandLines returns the command lines that hold a text.
func commandLines(r *rig, text string) []string {
	r.Helper()
	return withText(r, "cmdline", text)
}

func withText(r *rig, file, text string) []string {
	r.Helper()
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		r.Fatal(err)
	}
	var found []string
	for _, dir := range dirs {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || !bytes.Contains(data, []byte(text)) {
			continue // gone, or another user's
		}
		argv, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err == nil && len(argv) > 0 {
			found = append(found, filepath.Base(dir)+" "+strings.ReplaceAll(string(argv), "\x00", " "))
		}
	}
	return found
}
