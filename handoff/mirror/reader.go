package mirror

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/objfile"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// Bounds of what is read of one object, in bytes: none that people make comes near.
const (
	maxCommit = 16 << 20
	maxTree   = 256 << 20
)

// reader reads the mirror once: for one Window, or one question. It is used by
// one goroutine, and closed by whoever made it.
//
// Loose objects come through go-git, straight from their files: what the last
// fetch brought is loose. Everything else comes through one git cat-file, which
// is started when it is first needed; go-git would load the whole index of
// every pack for a single packed object.
type reader struct {
	m     *Mirror
	loose *dotgit.DotGit
	batch *batch
	cache map[string]string // what the Memo is not asked to keep
	seen  map[string]commit
}

func (m *Mirror) newReader() *reader {
	return &reader{m: m, loose: dotgit.New(osfs.New(m.opt.Dir)), cache: map[string]string{}, seen: map[string]commit{}}
}

func (r *reader) close() {
	if r.batch == nil {
		return
	}
	if err := r.batch.close(); err != nil {
		r.m.opt.Log.Debug("git cat-file did not end well", "why", err)
	}
	r.batch = nil
}

func (r *reader) damaged(ctx context.Context, what string, err error) error {
	return r.m.damaged(ctx, what, err)
}

// damaged makes err one that asks for a rebuild, unless something else than the
// mirror is to blame: the caller gave up, or this machine has run out of means.
func (m *Mirror) damaged(ctx context.Context, what string, err error) error {
	switch {
	case errors.Is(err, ErrRebuild):
		return err
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", what, ctx.Err())
	case errors.Is(err, errNoGit), errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return fmt.Errorf("%s: %w", what, err)
	}
	m.suspect.Store(true)
	return fmt.Errorf("%s: %w: %w", what, ErrRebuild, err)
}

// openLoose opens an object's own file. go-git knows sha1 names alone.
func (r *reader) openLoose(hash string) (io.ReadCloser, error) {
	if len(hash) != sha256Digits {
		return r.loose.Object(plumbing.NewHash(hash))
	}
	return os.Open(filepath.Join(r.m.opt.Dir, "objects", hash[:2], hash[2:]))
}

// readLoose reads an object from its own file; errMissing when it has none.
func (r *reader) readLoose(hash string, limit int64) (o object, err error) {
	f, err := r.openLoose(hash)
	if errors.Is(err, fs.ErrNotExist) {
		return object{}, errMissing
	}
	if err != nil {
		return object{}, err
	}
	or, err := objfile.NewReader(f)
	if err != nil {
		return object{}, errors.Join(err, f.Close())
	}
	defer func() { err = errors.Join(err, or.Close(), f.Close()) }()
	kind, size, err := or.Header()
	if err != nil {
		return object{}, err
	}
	// The size is what a damaged file claims: memory follows what is there.
	data, err := io.ReadAll(io.LimitReader(or, min(size, limit)))
	if err == nil && int64(len(data)) < min(size, limit) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return object{}, err
	}
	o = object{hash: hash, kind: kind.String(), size: size, data: data}
	if size > limit {
		return o, nil
	}
	name := or.Hash().String()
	if len(hash) == sha256Digits {
		name = o.sha256()
	}
	if name != hash {
		return object{}, fmt.Errorf("its content has the hash %s", name)
	}
	return o, nil
}

// sha256 is the name of an object that was read whole, in a repository that
// names its objects by sha256.
func (o object) sha256() string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %d\x00", o.kind, o.size)
	sum.Write(o.data)
	return hex.EncodeToString(sum.Sum(nil))
}

// started returns the running cat-file.
func (r *reader) started(ctx context.Context) (*batch, error) {
	if r.batch == nil {
		b, err := r.m.git.startBatch(ctx, r.m.opt.Dir)
		if err != nil {
			return nil, err
		}
		r.batch = b
	}
	return r.batch, nil
}

// read reads the object of a full hash, at most limit bytes of it. One that is
// not there is errMissing; a damaged one asks for a rebuild.
func (r *reader) read(ctx context.Context, hash string, limit int64) (object, error) {
	o, err := r.readLoose(hash, limit)
	if err == nil || !errors.Is(err, errMissing) {
		if err != nil {
			err = r.damaged(ctx, "object "+hash, err)
		}
		return o, err
	}
	return r.readNamed(ctx, hash, limit)
}

// readNamed reads what an expression of git's names.
func (r *reader) readNamed(ctx context.Context, name string, limit int64) (object, error) {
	b, err := r.started(ctx)
	if err != nil {
		return object{}, err
	}
	if err := b.ask(name); err != nil {
		return object{}, r.damaged(ctx, "object "+name, err)
	}
	o, err := b.answer(limit)
	if err != nil && !errors.Is(err, errMissing) {
		err = r.damaged(ctx, "object "+name, err)
	}
	return o, err
}

// looseCommit reads a commit without the git program, and says whether that
// could be done.
func (r *reader) looseCommit(ctx context.Context, hash string) (bool, error) {
	if _, ok := r.seen[hash]; ok {
		return true, nil
	}
	o, err := r.readLoose(hash, maxCommit)
	switch {
	case errors.Is(err, errMissing):
		return false, nil
	case err != nil:
		return false, r.damaged(ctx, "commit "+hash, err)
	case o.kind != "commit":
		return false, nil
	}
	return true, r.keep(ctx, o)
}

// isCommit says that the mirror has this commit.
func (r *reader) isCommit(ctx context.Context, hash string) (bool, error) {
	if _, ok := r.seen[hash]; ok {
		return true, nil
	}
	o, err := r.read(ctx, hash, maxCommit)
	if errors.Is(err, errMissing) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if o.kind != "commit" {
		return false, nil
	}
	return true, r.keep(ctx, o)
}

// keep parses a commit and remembers it.
func (r *reader) keep(ctx context.Context, o object) error {
	c, err := parseCommit(o.hash, o.data)
	if err != nil {
		return r.damaged(ctx, "commit "+o.hash, err)
	}
	r.seen[o.hash] = c
	return nil
}

// commit reads one commit that the mirror must have.
func (r *reader) commit(ctx context.Context, hash string) (commit, error) {
	ok, err := r.isCommit(ctx, hash)
	if err == nil && !ok {
		err = r.damaged(ctx, "commit "+hash, errMissing)
	}
	return r.seen[hash], err
}

// commits reads many commits that the mirror must have. Packed ones are asked
// for in a stream, not one after the other.
func (r *reader) commits(ctx context.Context, hashes []string) error {
	var packed []string
	for _, hash := range hashes {
		if _, ok := r.seen[hash]; ok {
			continue
		}
		o, err := r.readLoose(hash, maxCommit)
		switch {
		case errors.Is(err, errMissing):
			packed = append(packed, hash)
			continue
		case err == nil && o.kind != "commit":
			err = fmt.Errorf("it is a %s", o.kind)
		}
		if err != nil {
			return r.damaged(ctx, "commit "+hash, err)
		}
		if err := r.keep(ctx, o); err != nil {
			return err
		}
	}
	if len(packed) == 0 {
		return nil
	}
	return r.stream(ctx, packed)
}

func (r *reader) stream(ctx context.Context, hashes []string) (err error) {
	b, err := r.started(ctx)
	if err != nil {
		return err
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		for _, hash := range hashes {
			if b.ask(hash) != nil {
				return // the answers break off and say so
			}
		}
	})
	defer func() {
		if err != nil {
			b.cancel() // unblocks the asking: nobody reads the answers any more
		}
		asking.Wait()
	}()
	for _, hash := range hashes {
		o, err := b.answer(maxCommit)
		if err == nil && o.kind != "commit" {
			err = fmt.Errorf("it is a %s", o.kind)
		}
		if err != nil {
			return r.damaged(ctx, "commit "+hash, err)
		}
		if err := r.keep(ctx, o); err != nil {
			return err
		}
	}
	return nil
}
