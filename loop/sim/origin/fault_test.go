package origin

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/handoff/mirror"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{Path, HTTP, SSH} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			o := opened(t, kind)
			near, far := o.clone(t), o.clone(t)
			s := &scene{T: t, o: o, near: near, far: far}
			s.away()
			if kind == Path {
				s.noLine()
				return
			}
			if kind == HTTP { // by ssh it is the same, and takes longer
				s.slow()
			}
			s.hang()
			s.deserted()
			s.closedWhileItHangs()
		})
	}
}

// scene is two clones of one origin.
type scene struct {
	*testing.T
	o         *Origin
	near, far client
}

func (s *scene) broken(f Fault) (mend func()) {
	s.Helper()
	m, err := s.o.Break(s.Context(), f)
	if err != nil {
		s.Fatal(err)
	}
	return func() {
		s.Helper()
		for range 2 {
			if err := m(); err != nil {
				s.Fatal(err)
			}
		}
	}
}

// fetches says that a clone gets what was pushed.
func (s *scene) fetches(c client, want string) {
	s.Helper()
	c.git("fetch", "-q")
	if got := c.git("rev-parse", "origin/main"); got != want {
		s.Errorf("fetched %s, not %s", got, want)
	}
}

// pushed is the last of some commits that came to origin by a cheaper way than its own:
// by ssh, where a pack is told from a look by its size, one alone is near to the margin.
func (s *scene) pushed(subject string) string {
	s.Helper()
	hash := ""
	for range 10 {
		hash = s.near.commit(subject)
	}
	s.near.git("push", "-q", s.o.home(), "HEAD:main")
	return hash
}

// until polls what no event tells.
func (s *scene) until(what string, ok func() bool) {
	s.Helper()
	for limit := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			s.Fatalf("waited in vain: %s", what)
		}
	}
}

func (s *scene) away() {
	s.Helper()
	first := s.near.push("claim(away): it works")
	mend := s.broken(Away)
	if _, err := s.o.Break(s.Context(), Away); err == nil {
		s.Error("it can be broken twice")
	}
	said, err := s.far.start(s.Context(), s.far.dir, "fetch", "-q")()
	if err == nil || s.o.kind == HTTP && !strings.Contains(said, "onnect") {
		s.Errorf("fetched from what is away: %v %s", err, said)
	}
	if _, err := s.near.start(s.Context(), s.near.dir, "push", "-q", "origin", "HEAD:main")(); err == nil {
		s.Error("pushed to what is away")
	}
	if all, err := s.o.Log(s.Context()); err != nil || all[0].Hash != first {
		s.Errorf("its log while it is away: %+v, %v", all, err)
	}
	mend()
	s.fetches(s.far, first)
}

func (s *scene) noLine() {
	for _, f := range []Fault{Slow, Hang} {
		if _, err := s.o.Break(s.Context(), f); !errors.Is(err, ErrNotHere) {
			s.Errorf("%s: %v", f, err)
		}
	}
	if _, err := s.o.Break(s.Context(), "odd"); err == nil || errors.Is(err, ErrNotHere) {
		s.Errorf("an odd fault: %v", err)
	}
	s.broken(Away)()
}

func (s *scene) slow() {
	s.Helper()
	want := s.pushed("claim(slow): it works")
	mend := s.broken(Slow)
	begin := time.Now()
	s.fetches(s.far, want)
	if took := time.Since(begin); took < time.Second {
		s.Errorf("a slow fetch took %s", took)
	}
	mend()
}

// hung counts the connections that hang.
func (s *scene) hung() (n int) {
	s.o.line.mu.Lock()
	defer s.o.line.mu.Unlock()
	for k := range s.o.line.links {
		k.mu.Lock()
		if k.hung == s.o.line.weather {
			n++
		}
		k.mu.Unlock()
	}
	return n
}

// hang stops one fetch, which goes on when it is mended.
func (s *scene) hang() {
	s.Helper()
	want := s.pushed("claim(hang): it works")
	mend := s.broken(Hang)
	if said := s.far.git("ls-remote", "--symref", "origin", "HEAD", branchRef); !strings.Contains(said, want) {
		s.Errorf("a look says %s", said)
	}
	if n := s.hung(); n != 0 {
		s.Errorf("a look hangs")
	}
	ended := make(chan error, 1)
	fetch := s.far.start(s.Context(), s.far.dir, "fetch", "-q")
	go func() {
		_, err := fetch()
		ended <- err
	}()
	s.until("the fetch hangs", func() bool { return s.hung() == 1 })
	select {
	case err := <-ended:
		s.Fatalf("a fetch that hangs ended: %v", err)
	default:
	}
	mend()
	if err := <-ended; err != nil {
		s.Errorf("the fetch went on badly: %v", err)
	}
	s.fetches(s.far, want)
}

// deserted is a hang at which pawl's own mirror loses patience.
func (s *scene) deserted() {
	s.Helper()
	m := mirror.New(mirror.Options{Dir: filepath.Join(s.TempDir(), "mirror"), Repo: s.TempDir(), URL: s.o.URL(), Env: s.far.env, Log: s.o.log})
	if _, err := m.Look(s.Context()); err != nil {
		s.Fatal(err)
	}
	want := s.pushed("claim(deserted): it works")
	mend := s.broken(Hang)
	ctx, cancel := context.WithCancel(s.Context())
	looked := make(chan error, 1)
	go func() {
		_, err := m.Look(ctx)
		looked <- err
	}()
	s.until("the mirror's fetch hangs", func() bool { return s.hung() == 1 })
	cancel()
	if err := <-looked; !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "git fetch") {
		s.Errorf("a look at what hangs: %v", err)
	}
	mend()
	s.until("the connection ends", func() bool {
		s.o.line.mu.Lock()
		defer s.o.line.mu.Unlock()
		return len(s.o.line.links) == 0
	})
	if look, err := m.Look(s.Context()); err != nil || look.Tip != want || !look.Fetched || look.Rebuilt {
		s.Errorf("a look after it: %+v, %v", look, err)
	}
}

func (s *scene) closedWhileItHangs() {
	s.pushed("claim(closed): it works")
	s.broken(Hang)
	fetch := s.far.start(s.Context(), s.far.dir, "fetch", "-q")
	s.until("the fetch hangs", func() bool { return s.hung() == 1 })
	if err := s.o.Close(); err != nil {
		s.Error(err)
	}
	if _, err := fetch(); err == nil {
		s.Error("a fetch succeeded though origin was closed")
	}
}
