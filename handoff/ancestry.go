package handoff

// ancestry answers which of a few interesting commits a commit of the range
// contains. Later means descendant: this is the only order that handoffs know.
type ancestry struct {
	index map[string]int      // interesting commit → its bit
	sets  map[string]bits     // commit → what it contains, itself included
	older map[string][]string // Window.Older
}

// bits is a set of interesting commits. It is shared between commits and never
// changed once stored.
type bits []uint64

func (b bits) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

// newAncestry walks the range once, parents first.
func newAncestry(w Window, interesting []string) *ancestry {
	a := &ancestry{index: map[string]int{}, sets: make(map[string]bits, len(w.Commits)), older: w.Older}
	for _, hash := range interesting {
		if _, ok := a.index[hash]; !ok {
			a.index[hash] = len(a.index)
		}
	}
	for _, c := range w.Commits {
		a.sets[c.Hash] = a.visit(c)
	}
	return a
}

// visit joins the parents' sets. A commit with one parent that is not itself
// interesting shares its parent's set: a long history costs no memory.
func (a *ancestry) visit(c Commit) bits {
	i, interesting := a.index[c.Hash]
	if len(c.Parents) == 1 && !interesting {
		return a.contained(c.Parents[0])
	}
	sum := make(bits, len(a.index)/64+1)
	for _, p := range c.Parents {
		for n, word := range a.contained(p) {
			sum[n] |= word
		}
	}
	if interesting {
		sum[i/64] |= 1 << (i % 64)
	}
	return sum
}

// contained is what a commit contains: as visited, or for one outside the range
// as the mirror said.
func (a *ancestry) contained(hash string) bits {
	if set, ok := a.sets[hash]; ok {
		return set
	}
	set := make(bits, len(a.index)/64+1)
	a.sets[hash] = set
	for _, o := range a.older[hash] {
		if i, ok := a.index[o]; ok {
			set[i/64] |= 1 << (i % 64)
		}
	}
	if i, ok := a.index[hash]; ok {
		set[i/64] |= 1 << (i % 64)
	}
	return set
}

// contains says that ancestor is commit or one of its ancestors. ancestor must
// be interesting.
func (a *ancestry) contains(commit, ancestor string) bool {
	i, ok := a.index[ancestor]
	return ok && a.contained(commit).has(i)
}
