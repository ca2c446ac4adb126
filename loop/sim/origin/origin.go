// Package origin serves a repository that misbehaves: one that can be taken away,
// slowed down and hung in the middle of a fetch, whose history others rewrite, and
// that is packed anew while it is used. All of it is real: the git program, its
// http-backend behind a web server, and an sshd.
package origin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
)

// Kind is how a repository is reached.
type Kind string

// The kinds: by its path, by http through git http-backend, by ssh through an sshd.
const (
	Path Kind = "path"
	HTTP Kind = "http"
	SSH  Kind = "ssh"
)

// Branch is the repository's one branch.
const Branch = "main"

const branchRef = "refs/heads/" + Branch

// ErrNotHere is in the error about what this machine, or this kind of origin, does
// not have.
var ErrNotHere = errors.New("not possible here")

// Origin is a bare repository that is served until Close. Its methods may be called
// at the same time.
type Origin struct {
	dir    string
	kind   Kind
	url    string
	env    []string
	git    program
	log    *slog.Logger
	line   *line  // between it and its clients; nil for Path
	server server // behind the line; nil for Path
	cancel context.CancelFunc
	tended sync.WaitGroup

	// rewriting is held by the one who rewrites or packs: what is written and not
	// yet referred to must not be pruned.
	rewriting chan struct{}
	rewrites  int // guarded by rewriting
	repacks   int // guarded by rewriting

	place  sync.RWMutex // where the repository lies: held while git runs in it
	isAway bool         // guarded by place
	faults sync.Mutex
	fault  Fault // guarded by faults; "" while nothing is broken
}

// server is what the line leads to.
type server interface {
	dialer
	close() error // ends all processes, and waits for them
}

// Open makes dir/origin.git with one commit on Branch, and serves it. Nothing is
// written outside of dir, and only the loopback interface is listened on. The
// origin lives on when ctx ends; Close ends it.
func Open(ctx context.Context, dir string, kind Kind, log *slog.Logger) (*Origin, error) {
	if err := Available(kind); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for origin: %w", err)
	}
	git, err := newProgram()
	if err != nil {
		return nil, err
	}
	o := &Origin{dir: dir, kind: kind, git: git, log: log, rewriting: make(chan struct{}, 1)}
	o.env = append([]string{}, isolation...)
	if err := o.create(ctx); err != nil {
		return nil, fmt.Errorf("make a repository for origin: %w", err)
	}
	tending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	o.cancel = cancel
	o.tended.Go(func() { o.tend(tending) })
	if err = o.serve(tending); err == nil {
		err = o.probe(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("serve origin by %s: %w", kind, err), o.Close())
	}
	return o, nil
}

// URL is how clients reach it.
func (o *Origin) URL() string { return o.url }

// Env are variables for every git that reaches it: besides what the log-in needs,
// they keep the person's own configuration out.
func (o *Origin) Env() []string { return append([]string{}, o.env...) }

// Close ends what serves it, and waits for all of that. The repository stays.
func (o *Origin) Close() error {
	o.cancel()
	var errs []error
	if o.line != nil {
		errs = append(errs, o.line.close())
	}
	if o.server != nil {
		errs = append(errs, o.server.close())
	}
	o.tended.Wait()
	return errors.Join(errs...)
}

// repository is where the bare repository lies at the moment, held there until
// release.
func (o *Origin) repository() (dir string, release func()) {
	o.place.RLock()
	dir = o.home()
	if o.isAway {
		dir = o.awayHome()
	}
	return dir, o.place.RUnlock
}

func (o *Origin) home() string { return filepath.Join(o.dir, "origin.git") }

func (o *Origin) awayHome() string { return o.home() + ".away" }

// create makes the bare repository. Nothing in it may go on in the background,
// where nobody waits for it.
func (o *Origin) create(ctx context.Context) error {
	if _, err := o.git.run(ctx, o.dir, "", "init", "-q", "--bare", "-b", Branch, o.home()); err != nil {
		return err
	}
	for _, setting := range [][2]string{
		{"receive.autogc", "false"}, {"gc.auto", "0"}, {"maintenance.auto", "false"},
		{"http.receivepack", "true"}, {"core.logAllRefUpdates", "true"},
	} {
		if _, err := o.git.run(ctx, o.home(), "", "config", setting[0], setting[1]); err != nil {
			return err
		}
	}
	tree, err := o.git.run(ctx, o.home(), "", "mktree")
	if err != nil {
		return err
	}
	first := commit{tree: tree, author: ident("planner", 0), message: "the first commit\n"}
	hash, err := o.store(ctx, o.home(), first.text(first.author))
	if err != nil {
		return err
	}
	_, err = o.git.run(ctx, o.home(), "", "update-ref", branchRef, hash)
	return err
}

// serve brings up what the kind needs.
func (o *Origin) serve(ctx context.Context) error {
	if o.kind == Path {
		o.url = o.home()
		return nil
	}
	start, delay := o.serveHTTP, httpDelay
	if o.kind == SSH {
		start, delay = o.serveSSH, sshDelay
	}
	if err := start(ctx); err != nil {
		return err
	}
	l, err := openLine(ctx, o.server, delay, o.log)
	if err != nil {
		return err
	}
	o.line = l
	u := url.URL{Scheme: string(o.kind), Host: l.address}
	if o.kind == SSH {
		return o.nameSSH(u)
	}
	// A proxy of the user's is not for this machine.
	o.env = append(o.env, "no_proxy=127.0.0.1", "NO_PROXY=127.0.0.1")
	u.Path = "/" + filepath.Base(o.home())
	o.url = u.String()
	return nil
}

// probe asks once as a client does: what cannot be had is told at once, and not
// by agents that wait in vain.
func (o *Origin) probe(ctx context.Context) error {
	client := o.git.with(o.env)
	_, err := client.run(ctx, o.dir, "", "ls-remote", "--symref", "--", o.url, "HEAD", branchRef)
	s, encrypted := o.server.(*sshServer)
	switch {
	case err != nil && encrypted:
		return fmt.Errorf("a first look at it fails: %w (%w)", err, s.complaint())
	case err != nil:
		return fmt.Errorf("a first look at it fails: %w", err)
	case encrypted:
		// Nothing in what is encrypted tells a pack. So a connection hangs when
		// more has come than such a look takes.
		return errors.Join(o.line.calibrate(ctx), s.configure("ERROR"))
	}
	return nil
}
