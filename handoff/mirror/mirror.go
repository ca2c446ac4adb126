// Package mirror is the window on origin: a private bare mirror of one branch,
// looked at with the git program and read with go-git. It is a cache: whatever
// is wrong with it, the next Look builds it anew.
//
// Nothing here writes into a repository that is not the mirror itself.
package mirror

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// ErrRebuild is wrapped by every reading error that says the mirror itself is
// missing or damaged. The next Look after it rebuilds the mirror.
var ErrRebuild = errors.New("the mirror of origin is missing or damaged; the next look at origin rebuilds it")

// The two refs of a mirror. The names are fixed, so that no name of a branch
// can clash with another one, or with a file system's idea of a name.
const (
	tipRef    = "refs/pawl/tip"    // the branch, as last fetched
	cursorRef = "refs/pawl/cursor" // keeps the cursor's history when the branch is rewritten
)

const (
	defaultTimeout = 60 * time.Second
	// localTimeout bounds one git process that only reads the mirror: walking
	// a million commits takes seconds.
	localTimeout = 5 * time.Minute
)

// Options say which branch of which origin is mirrored, and where.
type Options struct {
	Dir     string        // the bare mirror, e.g. .pawl/origin.git
	Repo    string        // the folder of the repository around pawl.yaml; it may be no repository
	URL     string        // "": the URL of Remote in Repo; a relative path counts from Repo
	Remote  string        // "": origin
	Branch  string        // "": the branch that the remote's HEAD names
	Env     []string      // environment for the git program; nil: that of this process
	Timeout time.Duration // how long one network call may be silent; 0: 60 s
	Log     *slog.Logger  // nil: nothing is logged
	Memo    Memo          // nil: remembered in memory
}

// Memo remembers, across processes, facts that follow from an object's hash and
// therefore never change. It may forget at any time. It is called by several
// goroutines at once.
type Memo interface {
	Get(key string) (string, bool)
	Put(key, value string)
}

// Mirror is a window on one branch of origin. Its methods may be called by
// several goroutines at once.
type Mirror struct {
	opt     Options
	git     program
	suspect atomic.Bool   // a reader found damage
	looking chan struct{} // holds one token while a Look is under way
	branch  string        // what origin's HEAD named; owned by the Look under way
	source  source        // where origin is; owned by the Look under way

	// swap is held by readers, and by a rebuild while it renames the new
	// mirror into place.
	swap sync.RWMutex
}

// New prepares a mirror. It touches nothing: the first Look does.
func New(opt Options) *Mirror {
	if opt.Remote == "" {
		opt.Remote = "origin"
	}
	if opt.Timeout <= 0 {
		opt.Timeout = defaultTimeout
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Memo == nil {
		opt.Memo = NewMemory()
	}
	if opt.Env == nil {
		opt.Env = os.Environ()
	}
	// git runs elsewhere, so a path that counts from the working directory
	// would name something else there. Abs fails only without a working
	// directory, where the path as given is the best there is.
	if abs, err := filepath.Abs(opt.Dir); err == nil {
		opt.Dir = abs
	}
	if abs, err := filepath.Abs(opt.Repo); err == nil {
		opt.Repo = abs
	}
	return &Mirror{opt: opt, git: newProgram(opt.Env), looking: make(chan struct{}, 1)}
}

// memoryLimit bounds what a memo in memory holds, in entries.
const memoryLimit = 20_000

// memory is a Memo that keeps nothing on the disk.
type memory struct {
	mu      sync.Mutex
	entries map[string]string
}

// NewMemory is a Memo for as long as it is held.
func NewMemory() Memo { return &memory{entries: map[string]string{}} }

func (m *memory) Get(key string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.entries[key]
	return v, ok
}

func (m *memory) Put(key, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.entries) >= memoryLimit {
		clear(m.entries)
	}
	m.entries[key] = value
}
