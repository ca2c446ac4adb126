package loop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"pawl/handoff"
	"pawl/handoff/mirror"
	"pawl/loop/config"
	"pawl/phases"
)

// provingDepth is how many commits are read for the first phase, which begins
// where the repository does.
const provingDepth = 20_000

// maxNamed bounds how many files a sentence about a difference names.
const maxNamed = 3

// prove looks for what each DONE from the phase at first on lacks under `gate:
// verdict`, and puts it into the facts. Earlier phases were judged when they
// were left.
func prove(ctx context.Context, m *mirror.Mirror, memo mirror.Memo, cfg *config.Config, facts map[string]phases.Fact, first int, tip string) error {
	from := "" // the commit that completed the phase before
	for i, ph := range cfg.Phases.Sequence {
		f := facts[ph.ID]
		if !f.Verdict.Done || f.Commit == "" {
			continue
		}
		if i >= first {
			missing, err := missingProof(ctx, m, memo, cfg, ph.Status, from, f.Commit, tip)
			if err != nil {
				return fmt.Errorf("phase %s: %w", ph.ID, err)
			}
			f.Missing = missing
			facts[ph.ID] = f
		}
		from = f.Commit
	}
	return nil
}

// missingProof is what the DONE that the commit done has set lacks. That nothing
// is missing follows from history alone, and is remembered.
func missingProof(ctx context.Context, m *mirror.Mirror, memo mirror.Memo, cfg *config.Config, status, from, done, tip string) ([]string, error) {
	key := "proof/" + from + "/" + done + "/" + proofPrint(cfg)
	if _, proven := memo.Get(key); proven {
		return nil, nil
	}
	w, err := m.Window(ctx, mirror.Query{Cursor: from, Tip: tip, Lookback: provingDepth})
	if err != nil {
		return nil, err
	}
	proof := handoff.Prove(w, done, Rules(cfg).Signals)
	missing, err := unreviewed(ctx, m, cfg, proof, done, status)
	if err == nil && len(missing) == 0 {
		memo.Put(key, "1")
	}
	return missing, err
}

// unreviewed compares what was declared done with what was reviewed: one reviewed
// commit must be the same but for notes. Where a merge brought the DONE, the commit
// that it comes from is what was declared done as well.
func unreviewed(ctx context.Context, m *mirror.Mirror, cfg *config.Config, proof handoff.Proof, done, status string) ([]string, error) {
	missing := proof.Missing
	if len(proof.Reviewed) == 0 {
		return missing, nil
	}
	note := Notes(cfg)
	for declared := done; declared != ""; {
		for _, reviewed := range proof.Reviewed {
			files, err := m.Differs(ctx, reviewed, declared, func(file string) bool { return !note(file) }, maxNamed+1)
			if err != nil {
				return nil, err
			}
			if len(files) == 0 {
				return nil, nil
			}
			if declared == done {
				missing = []string{fmt.Sprintf("commit %s set DONE, and %s was reviewed: %s; have it reviewed as it is, take DONE away, and set it again",
					handoff.Short(done), handoff.Short(reviewed), filesDiffer(files))}
			}
		}
		var err error
		if declared, err = m.Merged(ctx, declared, cfg.Handoff.Docs, status, isDone(cfg)); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

func filesDiffer(files []string) string {
	more := ""
	if len(files) > maxNamed {
		files, more = files[:maxNamed], " and more"
	}
	for i, file := range files {
		files[i] = handoff.Clean(file, handoff.MaxLabel)
	}
	verb := " differ"
	if len(files) == 1 && more == "" {
		verb = " differs"
	}
	return strings.Join(files, ", ") + more + verb
}

// proofPrint changes when the same history may prove something else.
func proofPrint(cfg *config.Config) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q\n", cfg.Handoff.Docs, noteNames(cfg))
	for _, s := range cfg.Handoff.Signals {
		fmt.Fprintf(h, "%q %q %q\n", s.Name, s.Subject, s.AnsweredBy)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
