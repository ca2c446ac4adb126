package handoff

import (
	"cmp"
	"slices"
	"strings"
)

// inboxes compares the watched files at the tip with what is on record. A file
// that is gone was consumed; one that is there is a handoff to each of its
// readers, told apart by path, blob and appearance. While there is no branch
// there is nothing to compare with.
func (d *derivation) inboxes() {
	if d.w.Tip == "" {
		return
	}
	present := map[string]InboxFile{}
	for _, f := range d.w.Inboxes {
		present[f.Path] = f
	}
	for _, h := range d.all {
		if h.Kind == Inbox && (h.State == Expired || h.Dismissed() || !h.State.Closed()) {
			d.settle(h, present)
		}
	}
	for _, f := range d.w.Inboxes {
		for _, rule := range d.rules.Inboxes {
			if rule.Name != f.Name || f.Blob == "" {
				continue
			}
			for _, reader := range rule.Readers {
				d.letter(f, reader)
			}
		}
	}
}

// settle closes what the tip no longer holds. A letter that expired, or that the
// operator dismissed, is closed too, by its deletion: the same one may come again.
func (d *derivation) settle(h *Handoff, present map[string]InboxFile) {
	f, named := present[h.Path]
	switch {
	case h.Dismissed() && !named && (!d.watched(h.Path) || d.hidden(h.Path)):
		// It may lie there still, and stays dismissed.
	case !named && !d.watched(h.Path):
		d.close(h, Withdrawn, "", "the file is not watched any more")
	case !named && d.hidden(h.Path):
		d.close(h, Superseded, "", "the watched file lies elsewhere now")
	case f.Blob == "":
		d.close(h, Answered, cmp.Or(f.Ended, d.w.Tip), "")
	case f.Ended != "" && f.Ended != h.Appearance:
		d.close(h, Answered, f.Ended, "")
	case f.Blob != h.Blob && h.State == Open:
		d.close(h, Superseded, "", "the file has another content now")
	}
}

// watched says that a watched file may lie at p.
func (d *derivation) watched(p string) bool {
	for _, rule := range d.rules.Inboxes {
		if p == rule.Name || strings.HasSuffix(p, "/"+rule.Name) {
			return true
		}
	}
	return false
}

// hidden says that p lies in the root and the file of that name in the docs
// folder, which is read instead, is at the tip: p may be there still, unread.
func (d *derivation) hidden(p string) bool {
	for _, f := range d.w.Inboxes {
		if f.Blob != "" && f.Path != f.Name && p == f.Name {
			return true
		}
	}
	return false
}

// letter adds or reopens the handoff of a file that is there.
func (d *derivation) letter(f InboxFile, reader string) {
	appearance := d.appearance(f, reader)
	id := inboxID(f.Path, f.Blob, appearance, reader)
	known := d.byID[id]
	switch {
	case known == nil:
		h := &Handoff{
			ID: id, Agent: reader, Kind: Inbox,
			Path: f.Path, Blob: f.Blob, Appearance: appearance,
			State: Open, SeenAt: d.now, OpenedAt: d.now,
		}
		d.all = append(d.all, h)
		d.byID[h.ID] = h
		d.touch(h)
	case !known.State.Closed():
		d.supplant(known)
	case known.State != Expired && !known.Dismissed():
		// It gave way to another content that is gone again, or a rewrite went
		// back to where it lies unread.
		d.reopen(known)
	}
}

// supplant closes what came after h to the same file and was told: the file has
// gone back to h.
func (d *derivation) supplant(h *Handoff) {
	later := d.all[slices.Index(d.all, h)+1:]
	for _, o := range later {
		if o.Kind == Inbox && o.Path == h.Path && o.Agent == h.Agent && !o.State.Closed() {
			d.close(o, Superseded, "", "the file has another content now")
		}
	}
}

// appearance is the commit that ended the one before: the range tells it, or
// the newest record of this file does.
func (d *derivation) appearance(f InboxFile, reader string) string {
	if f.Ended != "" {
		return f.Ended
	}
	newest := ""
	for _, h := range d.all { // in the order in which they became known: clocks are set back
		if h.Kind != Inbox || h.Path != f.Path || h.Agent != reader {
			continue
		}
		if !h.State.Closed() {
			return h.Appearance
		}
		newest = h.Appearance
		if h.State == Answered {
			newest = h.AnsweredBy
		}
	}
	return newest
}
