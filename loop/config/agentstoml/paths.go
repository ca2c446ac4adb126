package agentstoml

import (
	"path/filepath"
	"strings"
)

// paths turns those of agents.toml into those of pawl.yaml.
type paths struct {
	target string // the folder of pawl.yaml
	base   string // what paths in agents.toml are relative to: project_dir
	home   string
}

// absolute is where a path of agents.toml points.
func (p paths) absolute(path string) string {
	for _, home := range []string{"~", "$HOME", "${HOME}"} {
		if rest, ok := strings.CutPrefix(path, home); ok && p.home != "" && (rest == "" || rest[0] == '/') {
			return filepath.Join(p.home, rest)
		}
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(p.base, path)
}

// written is the path as pawl.yaml has it: relative if it lies beside that.
func (p paths) written(path string) string { return p.shorten(p.absolute(path)) }

func (p paths) shorten(absolute string) string {
	if rel, err := filepath.Rel(p.target, absolute); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return rel
	}
	return absolute
}
