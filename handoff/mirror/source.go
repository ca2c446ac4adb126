package mirror

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// source is where origin is.
type source struct {
	url    string   // without its credentials, which are in env
	shown  string   // with what may be shown of them
	path   string   // where it lies on this machine; "" when it lies elsewhere
	env    []string // how to log in there: the URL's credentials, and what the repository's configuration says
	config string   // the file that the URL was read from; "" when it was given
	stamp  string   // the state of that file
}

// id names the origin in the mirror, without its credentials: a token that is
// renewed does not make another repository.
func (s source) id() string {
	plain := s.url
	if u, err := url.Parse(plain); err == nil && u.Host != "" {
		u.User = nil
		plain = u.String()
	}
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:])
}

// find says where origin is. The answer is kept until the configuration file
// that it came from changes, so that a look at an unchanged origin forks nothing.
func (m *Mirror) find(ctx context.Context) (source, error) {
	if m.opt.URL != "" {
		s, err := locate(m.opt.URL, m.opt.Repo)
		return s.apart(nil), err
	}
	if s := m.source; s.config != "" && s.stamp == stamp(s.config) {
		return s, nil
	}
	s, err := m.ask(ctx)
	if err == nil {
		m.source = s
	}
	return s, err
}

// ask reads the remote's URL, and what belongs to reaching it, from the
// repository around pawl.yaml.
func (m *Mirror) ask(ctx context.Context) (source, error) {
	// The second answer is missing in a bare repository, whose paths count from
	// itself.
	folders, err := m.inRepo(ctx, "rev-parse", "--path-format=absolute", "--git-common-dir", "--show-toplevel")
	if len(folders) == 0 {
		return source{}, fmt.Errorf("no origin: %s is in no git repository, and origin.url is empty; set origin.url: %w", m.opt.Repo, err)
	}
	// Taken before reading, so that a change in between is noticed.
	config := filepath.Join(folders[0], "config")
	was := stamp(config)
	raw, err := m.inRepo(ctx, "remote", "get-url", "--", m.opt.Remote)
	if err == nil && (len(raw) == 0 || raw[0] == "") {
		err = errors.New("its url is empty")
	}
	if err != nil {
		return source{}, fmt.Errorf("no origin: the repository around %s has no remote %q; set origin.remote or origin.url: %w",
			m.opt.Repo, m.opt.Remote, err)
	}
	s, err := locate(raw[0], folders[len(folders)-1])
	if err != nil {
		return source{}, err
	}
	s.config, s.stamp = config, was
	var access []setting
	if mayGrantAccess(config) {
		access, err = m.access(ctx)
	}
	return s.apart(access), err
}

// apart takes the credentials out of the URL, beside the other settings that are
// needed to log in.
func (s source) apart(access []setting) source {
	plain, settings, secret := login(s.url)
	s.url, s.shown = plain, mask(s.url)
	s.env = append(environment(append(access, settings...)), secret...)
	return s
}

func (m *Mirror) inRepo(ctx context.Context, args ...string) ([]string, error) {
	return m.git.lines(ctx, m.opt.Timeout, nil, append([]string{"-C", m.opt.Repo}, args...)...)
}

// accessWords are in every configuration file that says something about
// reaching a server, by itself or by including another file.
var accessWords = []string{"sshcommand", "gitproxy", "[ssh", "[credential", "[http", "[include"}

// mayGrantAccess says that a configuration file is worth asking git about: most
// hold nothing of the kind, and git need not be started to find none.
func mayGrantAccess(config string) bool {
	text, err := os.ReadFile(config)
	if err != nil {
		return true // git judges it
	}
	text = bytes.ToLower(text)
	return slices.ContainsFunc(accessWords, func(word string) bool { return bytes.Contains(text, []byte(word)) })
}

// access is the part of the repository's own configuration that says how to
// log in.
func (m *Mirror) access(ctx context.Context) ([]setting, error) {
	lines, err := m.inRepo(ctx, "config", "--local", "--includes", "--null",
		"--get-regexp", `^(core\.sshcommand|core\.gitproxy|ssh\.variant|credential\..*|http\..*)$`)
	var failed *gitError
	if errors.As(err, &failed) && failed.code == 1 {
		return nil, nil // none is set
	}
	if err != nil {
		return nil, err
	}
	var out []setting
	for entry := range strings.SplitSeq(strings.Join(lines, "\n"), "\x00") {
		key, value, ok := strings.Cut(entry, "\n")
		if key == "" {
			continue
		}
		if !ok {
			value = "true" // a key without a value
		}
		out = append(out, setting{key, value})
	}
	return out, nil
}

var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

// locate tells a place on this machine from one elsewhere, as git does: a colon
// before the first slash is a host's.
func locate(raw, base string) (source, error) {
	if strings.ContainsAny(raw, "\x00\n\r") {
		return source{}, fmt.Errorf("origin's URL %q has a line break or a NUL in it; write it on one line", mask(raw))
	}
	if rest, ok := strings.CutPrefix(raw, "file://"); ok {
		path, err := url.PathUnescape(rest)
		if err != nil || !filepath.IsAbs(path) {
			return source{url: raw}, nil // git judges it
		}
		return source{url: raw, path: path}, nil
	}
	colon, slash := strings.IndexByte(raw, ':'), strings.IndexByte(raw, '/')
	if scheme.MatchString(raw) || colon >= 0 && (slash < 0 || colon < slash) {
		return source{url: raw}, nil
	}
	if !filepath.IsAbs(raw) {
		raw = filepath.Join(base, raw)
	}
	return source{url: raw, path: raw}, nil
}

// stamp changes whenever the file is written anew.
func stamp(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.ModTime().UnixNano(), info.Size())
}
