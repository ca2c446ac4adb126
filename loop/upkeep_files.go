package loop

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pawl/loop/config"
	"pawl/loop/launcher/logfile"
	"pawl/loop/ledger"
	"pawl/loop/turn"
)

const (
	promptsKept = 20                  // of each agent, the newest
	promptAge   = 24 * time.Hour      // and all that are younger
	strangerAge = 90 * 24 * time.Hour // of the logs of agents that the configuration no longer has
	remnantAge  = 24 * time.Hour      // of files whose writer was killed
)

// clearFiles removes old files from the state directory and says how many.
func clearFiles(ctx context.Context, cfg *config.Config, st ledger.State, now time.Time) (int, error) {
	removed := 0
	var errs []error
	for _, step := range []struct {
		dir string
		old func([]fs.FileInfo) []fs.FileInfo
	}{
		{cfg.StateDir, func([]fs.FileInfo) []fs.FileInfo { return nil }},
		{filepath.Join(cfg.StateDir, "prompts"), func(files []fs.FileInfo) []fs.FileInfo { return old(files, ".md", promptsKept, st.Sessions, now) }},
		{filepath.Join(cfg.StateDir, "logs"), func(files []fs.FileInfo) []fs.FileInfo { return oldLogs(files, cfg.Names(), now) }},
	} {
		files, err := filesIn(step.dir)
		errs = append(errs, err)
		for _, f := range append(step.old(files), remnants(files, now)...) {
			if ctx.Err() != nil {
				return removed, errors.Join(errs...)
			}
			err := os.Remove(filepath.Join(step.dir, f.Name()))
			if err == nil {
				removed++
			} else if !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
		}
	}
	for dir, mark := range map[string]string{"turns": turn.EventsFile, "hooks": "."} {
		records, err := clearRecords(ctx, filepath.Join(cfg.StateDir, dir), mark, st, now)
		removed += records
		errs = append(errs, err)
	}
	return removed, errors.Join(append(errs, rotateLogs(filepath.Join(cfg.StateDir, "logs")))...)
}

// filesIn returns the regular files of a folder, which may be missing.
func filesIn(dir string) ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []fs.FileInfo
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		}
		if err != nil {
			return out, err
		}
		out = append(out, info)
	}
	return out, nil
}

// remnants are what a replacement of a file leaves behind when it is killed.
func remnants(files []fs.FileInfo, now time.Time) (old []fs.FileInfo) {
	for _, f := range files {
		if strings.HasPrefix(f.Name(), ".new-") && now.Sub(f.ModTime()) > remnantAge {
			old = append(old, f)
		}
	}
	return old
}

// old are the files AGENT-GENERATION of sessions that have ended, but for the newest
// of each agent.
func old(files []fs.FileInfo, suffix string, kept int, running map[string]ledger.Session, now time.Time) (old []fs.FileInfo) {
	slices.SortStableFunc(files, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	count := map[string]int{}
	for _, f := range files {
		name, is := strings.CutSuffix(f.Name(), suffix)
		dash := strings.LastIndexByte(name, '-')
		if !is || dash < 0 {
			continue
		}
		agent, generation := name[:dash], name[dash+1:]
		count[agent]++
		if count[agent] > kept && running[agent].Generation != generation && now.Sub(f.ModTime()) > promptAge {
			old = append(old, f)
		}
	}
	return old
}

// recordsKept is how many sessions' records of turns are kept of each agent, the
// newest, and all that were written to within promptAge.
const recordsKept = 10

// clearRecords removes the folders of sessions that ended some time ago, by when what
// marks each was written last, and says how many.
func clearRecords(ctx context.Context, dir, mark string, st ledger.State, now time.Time) (removed int, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	var all []fs.FileInfo
	for _, e := range entries {
		if info, serr := os.Stat(filepath.Join(dir, e.Name(), mark)); serr == nil {
			all = append(all, folder{info, e.Name()})
		}
	}
	for _, f := range old(all, "", recordsKept, st.Sessions, now) {
		if ctx.Err() != nil {
			return removed, err
		}
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, f.Name())))
		removed++
	}
	return removed, err
}

// folder is a file under another name: its folder's.
type folder struct {
	fs.FileInfo
	name string
}

func (n folder) Name() string { return n.name }

// oldLogs are the logs of agents that the configuration does not have.
func oldLogs(files []fs.FileInfo, names []string, now time.Time) (old []fs.FileInfo) {
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".1")
		agent := strings.TrimSuffix(strings.TrimSuffix(name, ".log"), ".raw")
		if agent == name || agent == "coordinator" || slices.Contains(names, agent) || now.Sub(f.ModTime()) <= strangerAge {
			continue
		}
		old = append(old, f)
	}
	return old
}

// rotateLogs rotates the logs whose writers do not: those that an older pawl
// started. A writer of today's never lets one grow that large.
func rotateLogs(dir string) error {
	files, err := filesIn(dir)
	errs := []error{err}
	for _, f := range files {
		if ext := filepath.Ext(f.Name()); f.Size() > 2*logfile.Limit && (ext == ".log" || ext == ".raw") {
			log := logfile.File{Path: filepath.Join(dir, f.Name())}
			err := log.Open()
			if err == nil {
				err = log.Rotate(2 * logfile.Limit)
			}
			errs = append(errs, err, log.Close())
		}
	}
	return errors.Join(errs...)
}
