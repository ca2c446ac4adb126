package main

import (
	"path/filepath"
	"strings"

	"pawl/loop/config"
)

// warnSharedClone tells of an agent's folder that lies in the clone around
// pawl.yaml without being a clone itself: git commands there, a reset among
// them, work on the operator's own tree. The folder is left as it is.
func (p *project) warnSharedClone(a config.Agent) {
	if a.Dir == p.cfg.Dir || strings.HasPrefix(p.cfg.Dir, a.Dir+string(filepath.Separator)) {
		return
	}
	own := gitAnswer(a.Dir, "rev-parse", "--show-toplevel")
	if own != "" && own == gitAnswer(p.cfg.Dir, "rev-parse", "--show-toplevel") {
		p.app.warn("agent %s: %s is no clone of its own, so that git works on %s there; move it away, and pawl up clones origin", a.Name, a.Dir, own)
	}
}
