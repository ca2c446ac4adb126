package service

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func place(t *testing.T, f Folder, j Job, force bool) Placement {
	t.Helper()
	at, err := f.Plan(Systemd, j, force)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(at.Name, at.Text); err != nil {
		t.Fatal(err)
	}
	return at
}

func TestAUnitHasOneProject(t *testing.T) {
	f := Folder{Path: filepath.Join(t.TempDir(), "a[b]*", "user"), Ext: ".service"}
	one, two := job(t, "one"), job(t, "two")
	if at := place(t, f, one, false); at.Name != "pawl-acme" || !at.Changed {
		t.Errorf("the first is %s, %v", at.Name, at.Changed)
	}
	if at := place(t, f, one, false); at.Name != "pawl-acme" || at.Changed {
		t.Errorf("the first again is %s, %v", at.Name, at.Changed)
	}
	other := place(t, f, two, false)
	if other.Name == "pawl-acme" || !strings.HasPrefix(other.Name, "pawl-acme-") {
		t.Errorf("another project of that name is %s", other.Name)
	}
	one.Project = "renamed"
	if at := place(t, f, one, false); at.Name != "pawl-acme" || !at.Changed {
		t.Errorf("a project that was renamed is %s, %v", at.Name, at.Changed)
	}
	if err := os.Remove(filepath.Join(f.Path, "pawl-acme.service")); err != nil {
		t.Fatal(err)
	}
	if at := place(t, f, two, false); at.Name != other.Name || at.Changed {
		t.Errorf("with the first gone the second is %s, %v", at.Name, at.Changed)
	}
	left, err := os.ReadDir(f.Path)
	if err != nil || len(left) != 1 {
		t.Errorf("there are %v, %v", left, err)
	}
}

func TestWhatOthersWroteStays(t *testing.T) {
	j := job(t, "acme")
	var edited *EditedError
	var foreign *ForeignError
	for name, c := range map[string]struct {
		change func(string) string
		as     any
	}{
		"a line more":     {func(s string) string { return strings.Replace(s, "[Install]", "Nice=5\n[Install]", 1) }, &edited},
		"a line less":     {func(s string) string { return strings.Replace(s, "KillMode=process\n", "", 1) }, &edited},
		"a line at last":  {func(s string) string { return s + "WantedBy=other.target\n" }, &edited},
		"one of a person": {func(string) string { return "[Service]\nExecStart=/bin/true\n" }, &foreign},
	} {
		f := Folder{Path: t.TempDir(), Ext: ".service"}
		at := place(t, f, j, false)
		path, err := f.Write(at.Name, c.change(at.Text))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Plan(Systemd, j, false); !errors.As(err, c.as) || got != (Placement{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if again := place(t, f, j, true); again.Name != at.Name || again.Text != at.Text || !again.Changed {
			t.Errorf("%s, forced: %s, %v", name, again.Name, again.Changed)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != at.Text {
			t.Errorf("%s, forced: %v and\n%s", name, err, text)
		}
	}
}

func TestFindPassesOverWhatIsNoUnit(t *testing.T) {
	f := Folder{Path: t.TempDir(), Ext: ".service"}
	j := job(t, "acme")
	if got, err := (Folder{Path: filepath.Join(f.Path, "none"), Ext: ".service"}).Find(j.Config); got != nil || err != nil {
		t.Errorf("in a folder that is not there: %+v, %v", got, err)
	}
	if err := os.Symlink(filepath.Join(f.Path, "gone"), filepath.Join(f.Path, "pawl-a.service")); err != nil {
		t.Fatal(err)
	}
	place(t, f, j, false)
	if got, err := f.Find(j.Config); err != nil || got == nil || got.Name != "pawl-acme" || got.Edited {
		t.Errorf("%+v, %v", got, err)
	}
	if err := os.Mkdir(filepath.Join(f.Path, "pawl-0.service"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Find(j.Config); err == nil || !strings.Contains(err.Error(), "pawl-0.service is no unit") {
		t.Errorf("with a folder among the units: %+v, %v", got, err)
	}
}

func FuzzSeal(f *testing.F) {
	f.Add("[Unit]\n", "/home/me/acme/pawl.yaml", "Nice=5\n", 3)
	f.Add("# pawl-service config=0123456789ab sum=0123456789ab\n", "", "\n", 0)
	f.Fuzz(func(t *testing.T, body, config, more string, at int) {
		if body != "" && !strings.HasSuffix(body, "\n") {
			body += "\n"
		}
		text := seal(body, config, "# ", "")
		if of, edited := readSeal(text); of != short(config) || edited {
			t.Fatalf("%q is for %q, edited %v", text, of, edited)
		}
		if at < 0 || at > len(body) || more == "" {
			return
		}
		changed := body[:at] + more + body[at:] + text[len(body):]
		if of, edited := readSeal(changed); of == short(config) && !edited {
			t.Fatalf("%q was changed, and counts as it was written", changed)
		}
	})
}
