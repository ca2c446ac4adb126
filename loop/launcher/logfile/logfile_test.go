//go:build linux || darwin

package logfile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRotate(t *testing.T) {
	l := &File{Path: filepath.Join(t.TempDir(), "a.log")}
	write := func(text string) {
		t.Helper()
		if _, err := l.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := l.Rotate(8); err != nil {
			t.Fatal(err)
		}
	}
	want := func(path, text string) {
		t.Helper()
		if data, err := os.ReadFile(path); err != nil || string(data) != text {
			t.Errorf("%s holds %q, %v; want %q", path, data, err, text)
		}
	}
	if err := l.Rotate(0); err != nil {
		t.Errorf("before anything was written: %v", err)
	}
	write("12345678")
	want(l.Path, "12345678")
	write("9")
	want(l.Path+".1", "123456789")
	write("next")
	want(l.Path, "next")
	write("and more")
	want(l.Path+".1", "nextand more")
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
