package mirror

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"
)

// file is a regular file in a tree.
type file struct {
	path string
	blob string
}

// entry is one line of a tree.
type entry struct {
	mode string
	hash string
}

func (e entry) isFolder() bool { return e.mode == "40000" || e.mode == "040000" }

func (e entry) isFile() bool { return strings.HasPrefix(e.mode, "100") }

// findEntry looks a name up in the content of a tree object, in which hashes have
// so many bytes.
func findEntry(tree []byte, name string, size int) (entry, bool, error) {
	for len(tree) > 0 {
		space := bytes.IndexByte(tree, ' ')
		end := bytes.IndexByte(tree, 0)
		if space < 0 || end < space || len(tree) < end+1+size {
			return entry{}, false, errors.New("it is no tree")
		}
		if string(tree[space+1:end]) == name {
			return entry{string(tree[:space]), hex.EncodeToString(tree[end+1 : end+1+size])}, true, nil
		}
		tree = tree[end+1+size:]
	}
	return entry{}, false, nil
}

// tree reads the content of a tree that the mirror must have.
func (r *reader) tree(ctx context.Context, hash string) ([]byte, error) {
	o, err := r.read(ctx, hash, maxTree)
	if err == nil && o.kind != "tree" {
		err = fmt.Errorf("it is a %s", o.kind)
	}
	if err != nil {
		return nil, r.damaged(ctx, "tree "+hash, err)
	}
	return o.data, nil
}

// blobAt finds the regular file at a clean path; "" when there is none. The
// answer for a folder's tree is remembered, so that a folder that did not
// change is not read; the root's changes with each commit, and is remembered
// only by keep.
func (r *reader) blobAt(ctx context.Context, tree, name string, keep bool) (string, error) {
	key := "file " + tree + " " + name
	if blob, ok := r.recall(key); ok {
		return blob, nil
	}
	first, rest, deeper := strings.Cut(name, "/")
	content, err := r.tree(ctx, tree)
	if err != nil {
		return "", err
	}
	e, ok, err := findEntry(content, first, len(tree)/2)
	if err != nil {
		return "", r.damaged(ctx, "tree "+tree, err)
	}
	blob := ""
	switch {
	case !ok:
	case deeper && e.isFolder():
		blob, err = r.blobAt(ctx, e.hash, rest, true)
	case !deeper && e.isFile():
		blob = e.hash
	}
	if err == nil {
		r.remember(key, blob, keep)
	}
	return blob, err
}

func (r *reader) recall(key string) (string, bool) {
	if v, ok := r.cache[key]; ok {
		return v, true
	}
	return r.m.opt.Memo.Get(key)
}

func (r *reader) remember(key, value string, keep bool) {
	if keep {
		r.m.opt.Memo.Put(key, value)
		return
	}
	r.cache[key] = value
}

// fileAt finds docs/name, else name, in a commit's tree.
func (r *reader) fileAt(ctx context.Context, tree, docs, name string, keep bool) (file, bool, error) {
	for _, p := range places(docs, name) {
		blob, err := r.blobAt(ctx, tree, p, keep)
		if err != nil {
			return file{}, false, err
		}
		if blob != "" {
			return file{p, blob}, true, nil
		}
	}
	return file{}, false, nil
}

// places are the paths at which a named file may lie, the first one first. A
// name that leads out of the repository lies nowhere.
func places(docs, name string) []string {
	clean := path.Clean(name)
	if name == "" || clean == "." || path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
		return nil
	}
	in := strings.TrimPrefix(path.Join("/", docs, clean), "/")
	if in == clean {
		return []string{clean}
	}
	return []string{in, clean}
}

// maxFile bounds what is read of a watched file, in bytes.
const maxFile = 1 << 20

// isBlank says that a blob is white space only; keep remembers it beyond this
// reader.
func (r *reader) isBlank(ctx context.Context, blob string, keep bool) (bool, error) {
	key := "blank " + blob
	if v, ok := r.recall(key); ok {
		return v == "1", nil
	}
	o, err := r.read(ctx, blob, maxFile)
	if err != nil {
		return false, r.damaged(ctx, "blob "+blob, err)
	}
	blank, value := o.size <= maxFile && blankText(o.data), "0"
	if blank {
		value = "1"
	}
	r.remember(key, value, keep)
	return blank, nil
}

// blankText says that a text shows nothing: white space of any script, and the
// mark that some editors put at a file's start.
func blankText(b []byte) bool {
	return len(bytes.TrimSpace(bytes.ReplaceAll(b, []byte("\uFEFF"), nil))) == 0
}
