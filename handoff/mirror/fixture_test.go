package mirror

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// testEnv is an environment in which no configuration of the machine counts.
func testEnv(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C", "TZ=UTC",
		"GIT_AUTHOR_NAME=A U Thor", "GIT_AUTHOR_EMAIL=author@example.com",
		"GIT_COMMITTER_NAME=C O Mitter", "GIT_COMMITTER_EMAIL=committer@example.com",
	}
}

// repo is a real repository.
type repo struct {
	t   testing.TB
	dir string
}

func newRepo(t testing.TB, args ...string) repo {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "origin repo")
	r := repo{t, dir}
	r.in("", append([]string{"init", "-q", "-b", "main"}, append(args, dir)...)...)
	return r
}

// in runs git outside of the repository's folder when dir is "".
func (r repo) in(dir string, args ...string) string {
	r.t.Helper()
	out, err := r.try(dir, nil, args...)
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return out
}

func (r repo) git(args ...string) string {
	r.t.Helper()
	return r.in(r.dir, args...)
}

func (r repo) try(dir string, in io.Reader, args ...string) (string, error) {
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = testEnv(filepath.Dir(r.dir))
	cmd.Stdin = in
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return stderr.String(), err
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}

// commit writes files ("" removes one) and commits them.
func (r repo) commit(message string, files map[string]string) string {
	r.t.Helper()
	for name, text := range files {
		path := filepath.Join(r.dir, name)
		if text == "" {
			if err := os.Remove(path); err != nil {
				r.t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	if files != nil {
		r.git("add", "-A")
	}
	r.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message)
	repo, err := openLocal(r.dir)
	if err != nil {
		return r.git("rev-parse", "HEAD") // its refs are no files
	}
	hash, err := repo.read("HEAD")
	if err != nil {
		r.t.Fatal(err)
	}
	return hash
}

// mirrorOf makes a mirror of an origin in a fresh folder.
func mirrorOf(t testing.TB, url string, more ...func(*Options)) *Mirror {
	t.Helper()
	opt := Options{
		Dir: filepath.Join(t.TempDir(), "state", "origin.git"), URL: url, Env: testEnv(t.TempDir()), Timeout: 20 * time.Second,
	}
	for _, f := range more {
		f(&opt)
	}
	return New(opt)
}

func look(t testing.TB, m *Mirror) Look {
	t.Helper()
	l, err := m.Look(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// dag is a random history, known without asking git.
type dag struct {
	hashes  []string // by mark - 1
	parents [][]int
	reaches []map[int]bool // all ancestors, itself included
}

// grow makes a merge-heavy history with dates that order nothing.
func grow(t testing.TB, r repo, rng *rand.Rand, n int, file func(i int) string) dag {
	t.Helper()
	var in strings.Builder
	d := dag{}
	for i := range n {
		var parents []int
		if i > 0 && rng.IntN(40) != 0 {
			for range 1 + rng.IntN(3)*rng.IntN(2) {
				if p := max(0, i-1-rng.IntN(min(i, 8))); !slices.Contains(parents, p) {
					parents = append(parents, p)
				}
			}
		}
		date := 1_700_000_000 + rng.IntN(100_000) - i*50
		message := fmt.Sprintf("claim(g%d): work", i)
		fmt.Fprintf(&in, "commit refs/heads/all\nmark :%d\ncommitter C <c@example.com> %d +0000\ndata %d\n%s\n", i+1, date, len(message), message)
		for k, p := range parents {
			fmt.Fprintf(&in, "%s :%d\n", [...]string{"from", "merge"}[min(k, 1)], p+1)
		}
		if len(parents) == 0 {
			fmt.Fprintf(&in, "deleteall\n")
		}
		if file != nil {
			in.WriteString(file(i))
		}
		in.WriteString("\n")
		if len(parents) == 0 && i+1 < n {
			// A root must not be taken for a child of what the branch was.
			fmt.Fprintf(&in, "reset refs/heads/all\n")
		}
		d.parents = append(d.parents, parents)
	}
	text := unroot(in.String())
	d.hashes = importAll(t, r, text, n)
	for i, parents := range d.parents {
		all := map[int]bool{i: true}
		for _, p := range parents {
			for a := range d.reaches[p] {
				all[a] = true
			}
		}
		d.reaches = append(d.reaches, all)
	}
	return d
}

// unroot gives each commit without a parent a branch of its own, because
// fast-import would continue the branch that is there.
func unroot(stream string) string {
	var out strings.Builder
	for i, part := range strings.SplitAfter(stream, "commit refs/heads/all\n") {
		if i > 0 {
			head, _, _ := strings.Cut(part, "\n\n")
			if !strings.Contains(head, "\nfrom :") {
				s := strings.TrimSuffix(out.String(), "commit refs/heads/all\n")
				out.Reset()
				out.WriteString(s + fmt.Sprintf("commit refs/heads/root%d\n", i))
			}
		}
		out.WriteString(part)
	}
	return strings.ReplaceAll(out.String(), "reset refs/heads/all\n", "")
}

func importAll(t testing.TB, r repo, stream string, n int) []string {
	t.Helper()
	marks := filepath.Join(t.TempDir(), "marks")
	if out, err := r.try(r.dir, strings.NewReader(stream), "fast-import", "--quiet", "--force", "--export-marks="+marks); err != nil {
		t.Fatalf("fast-import: %v\n%s", err, out)
	}
	b, err := os.ReadFile(marks)
	if err != nil {
		t.Fatal(err)
	}
	hashes := make([]string, n)
	for line := range strings.Lines(string(b)) {
		var mark int
		var hash string
		if _, err := fmt.Sscanf(line, ":%d %s", &mark, &hash); err != nil {
			t.Fatal(err)
		}
		hashes[mark-1] = hash
	}
	return hashes
}

// minus is the truth about a..b: what b reaches and a does not.
func (d dag) minus(b, a int) []string {
	var out []string
	for i := range d.reaches[b] {
		if !d.reaches[a][i] {
			out = append(out, d.hashes[i])
		}
	}
	slices.Sort(out)
	return out
}
