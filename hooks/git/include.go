package git

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
)

// settingsName is the file in pawl's folder that sets core.hooksPath, and
// includedPath that file as the repository's configuration includes it.
const (
	settingsName = "settings"
	includedPath = ownName + "/" + settingsName
)

// includedValue finds includedPath among values of the configuration.
var includedValue = "^" + regexp.QuoteMeta(includedPath) + "$"

// include has git read pawl's core.hooksPath where the repository is where it is now,
// for its main worktree and for linked ones. The repository's own value stays, and
// counts again wherever the condition does not hold. A relative path would move along,
// but leads nowhere in a linked worktree (git-config(1), core.hooksPath).
func (r Repo) include(ctx context.Context) error {
	steps := [][]string{{"--file", filepath.Join(r.own(), settingsName), "core.hooksPath", r.own()}}
	for _, place := range []string{r.Common, r.Common + "/"} {
		steps = append(steps, []string{"--local", "--add", "includeIf.gitdir:" + literal(place) + ".path", includedPath})
	}
	for _, step := range steps {
		if _, err := r.ask(ctx, append([]string{"config"}, step...)...); err != nil {
			return err
		}
	}
	return nil
}

// literal is a path as a pattern that it alone matches.
func literal(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// included are the keys of the repository's configuration that include pawl's
// settings, whether their condition holds or not.
func (r Repo) included(ctx context.Context) ([]string, error) {
	out, err := r.setting(ctx, "--local", "-z", "--name-only", "--get-regexp", `^includeif\.gitdir:`, includedValue)
	return strings.FieldsFunc(out, func(c rune) bool { return c == 0 }), err
}

// exclude takes keys of included out.
func (r Repo) exclude(ctx context.Context, keys []string) error {
	for _, key := range keys {
		if _, err := r.ask(ctx, "config", "--local", "--unset-all", key, includedValue); err != nil {
			return err
		}
	}
	return nil
}
