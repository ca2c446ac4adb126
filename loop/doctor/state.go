package doctor

import (
	"fmt"
	"time"
)

// DirFacts are about the state directory.
type DirFacts struct {
	Path     string
	Absent   bool
	Trouble  string // why it cannot be looked at
	Foreign  bool   // somebody else owns it
	Mode     uint32 // permission bits
	Writable bool   // it, or where it will be made
	Free     uint64 // bytes that are free on its file system
	FreeOK   bool   // Free is known
}

const leastFree = 500 << 20

// StateDir judges the state directory and the room on its file system.
func StateDir(f DirFacts) []Finding {
	list := []Finding{stateFolder(f)}
	if !f.FreeOK {
		return list
	}
	free := fmt.Sprintf("%d MB free", f.Free>>20)
	if f.Free < leastFree {
		return append(list, warn("state/space", free+" at "+f.Path, "make room: logs and the mirror of origin grow; under .pawl/logs old ones can go"))
	}
	return append(list, okay("state/space", free))
}

func stateFolder(f DirFacts) Finding {
	const check = "state/folder"
	switch {
	case f.Trouble != "":
		return fail(check, f.Path+": "+f.Trouble, "set state_dir to a folder of yours")
	case f.Absent && !f.Writable:
		return fail(check, f.Path+" is not there and cannot be made", "set state_dir to a place that you can write to")
	case f.Absent:
		return okay(check, f.Path+" is not there yet; pawl up makes it")
	case f.Foreign:
		return fail(check, f.Path+" belongs to somebody else", "run pawl as its owner, or set state_dir")
	case !f.Writable:
		return fail(check, f.Path+" cannot be written to", "see its mode and its file system, or set state_dir")
	case f.Mode != 0o700:
		return warn(check, fmt.Sprintf("%s has mode %04o: others may read the environment that up recorded", f.Path, f.Mode), "chmod 700 "+f.Path)
	}
	return okay(check, f.Path+", private")
}

// LedgerFacts are about the ledger, as a copy of it tells.
type LedgerFacts struct {
	Path    string
	Absent  bool
	Trouble string    // why it cannot be read
	Busy    bool      // it changed whenever it was copied, or the machine was too busy to read it
	Large   int64     // its size in bytes, where that is too much to copy
	Wanted  int       // agents of pawl.yaml that are wanted up
	Last    time.Time // when the last pass ran
	Damaged bool      // Trouble is what is wrong with what it holds
	Aside   string    // the newest one that was damaged and set aside; "" none
}

// Ledger judges whether the ledger can be read.
func Ledger(f LedgerFacts) Finding {
	const check = "state/ledger"
	switch {
	case f.Absent:
		return okay(check, "not there yet; pawl up makes it")
	case f.Damaged:
		return fail(check, f.Trouble, "pawl up sets it aside and goes on with a new one: what is open is found again in origin")
	case f.Trouble != "":
		return fail(check, f.Trouble, "see its mode, its folder and its disk")
	case f.Large > 0:
		return warn(check, fmt.Sprintf("%s has %d MB and was not read", f.Path, f.Large>>20), "see pawl status; pawl up with the file moved away begins a new one")
	case f.Busy:
		return okay(check, f.Path+" is being written, or the machine is busy: it was not read")
	}
	found := fmt.Sprintf("%s: %s wanted up", f.Path, Count(f.Wanted, "agent"))
	if f.Aside != "" {
		return warn(check, found+"; one that was damaged lies in "+f.Aside, "see whether the disk fails (dmesg, smartctl); then remove that file")
	}
	return okay(check, found)
}

// CoordinatorFacts are about the process that watches.
type CoordinatorFacts struct {
	Runtime   string // the runtime folder
	Unsafe    string // what is wrong with that folder
	Running   bool   // it answered
	PID       int
	Version   string // what answered is
	Ours      string // this pawl's version
	LastPass  time.Time
	Config    string // why it does not use pawl.yaml as it is
	Trouble   string // it listens, and does not answer: why
	Holder    string // who holds the coordinator's lock; "" nobody, or not known
	Left      bool   // a socket or lock is there that nobody holds
	Killed    bool   // the last one to run here watched, and left its socket
	Wanted    int    // agents that are wanted up
	Now, Last time.Time
}

// longPass is how long no pass may have run before somebody should know.
const longPass = 15 * time.Minute

// Coordinator judges the runtime folder, the coordinator and its lock.
func Coordinator(f CoordinatorFacts) []Finding {
	const runtime, check = "state/runtime", "coordinator/answers"
	if f.Unsafe != "" {
		return []Finding{fail(runtime, f.Runtime+": "+f.Unsafe, "see who made it, and remove it")}
	}
	list := []Finding{okay(runtime, f.Runtime)}
	stuck := "see pawl logs coordinator; if it hangs, end that process and run pawl up: sessions go on meanwhile"
	switch {
	case f.Trouble != "" && f.Holder != "":
		return append(list, fail(check, "it does not answer: "+f.Trouble+"; its lock is held by "+f.Holder, stuck))
	case f.Trouble != "":
		return append(list, fail(check, "it does not answer: "+f.Trouble, stuck))
	case f.Running:
		return append(list, running(f, check))
	case f.Holder != "":
		return append(list, warn(check, "none listens, and the lock is held by "+f.Holder, "a tick or a start is under way; if it stays so, end that process"))
	case f.Wanted > 0 && f.Killed:
		return append(list, warn(check, fmt.Sprintf("none runs, %s wanted up, and the last one was killed", Count(f.Wanted, "agent")), "pawl up"))
	case f.Wanted > 0 && f.Now.Sub(f.Last) > longPass:
		since := "no pass is on record"
		if !f.Last.IsZero() {
			since = "no pass ran for " + f.Now.Sub(f.Last).Round(time.Minute).String()
		}
		return append(list, warn(check, fmt.Sprintf("none runs, %s wanted up, and %s", Count(f.Wanted, "agent"), since),
			"run pawl up, or have cron run pawl tick"))
	}
	found := "none runs"
	if f.Left {
		found += "; what the last one left behind holds nothing up"
	}
	return append(list, okay(check, found))
}

func running(f CoordinatorFacts, check string) Finding {
	found := fmt.Sprintf("runs with process id %d", f.PID)
	switch {
	case f.Config != "":
		return warn(check, found+", on the last good configuration: "+f.Config, "mend pawl.yaml; pawl config validate says every fault")
	case f.Version != f.Ours:
		return warn(check, fmt.Sprintf("%s, and is pawl %s while this is %s", found, f.Version, f.Ours), fmt.Sprintf("end process %d and run pawl up with the newer one: sessions go on meanwhile", f.PID))
	case !f.LastPass.IsZero() && f.Now.Sub(f.LastPass) > longPass:
		return warn(check, fmt.Sprintf("%s, and no pass ran for %s", found, f.Now.Sub(f.LastPass).Round(time.Minute)), "see pawl logs coordinator")
	}
	return okay(check, found)
}
