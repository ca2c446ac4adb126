package doctor

import (
	"testing"
	"time"
)

func TestStateDir(t *testing.T) {
	good := DirFacts{Path: "/s", Mode: 0o700, Writable: true, Free: 1 << 40, FreeOK: true}
	at := func(name string, change func(*DirFacts)) Finding {
		f := good
		change(&f)
		return named(t, StateDir(f), "state/"+name)
	}
	const folder, space = "state/folder", "state/space"
	expect(t, []want{
		{"good", at("folder", func(*DirFacts) {}), folder, OK, "private", ""},
		{"absent", at("folder", func(f *DirFacts) { f.Absent = true }), folder, OK, "pawl up makes it", ""},
		{"cannot be made", at("folder", func(f *DirFacts) { f.Absent, f.Writable = true, false }), folder, Fail, "cannot be made", "state_dir"},
		{"a file", at("folder", func(f *DirFacts) { f.Trouble = "it is not a folder" }), folder, Fail, "not a folder", "state_dir"},
		{"another's", at("folder", func(f *DirFacts) { f.Foreign = true }), folder, Fail, "somebody else", "its owner"},
		{"read-only", at("folder", func(f *DirFacts) { f.Writable = false }), folder, Fail, "cannot be written", "file system"},
		{"open to others", at("folder", func(f *DirFacts) { f.Mode = 0o755 }), folder, Warn, "mode 0755", "chmod 700 /s"},
		{"room", at("space", func(*DirFacts) {}), space, OK, "1048576 MB free", ""},
		{"no room", at("space", func(f *DirFacts) { f.Free = 499 << 20 }), space, Warn, "499 MB free", "make room"},
	})
	if list := StateDir(DirFacts{Path: "/s", Mode: 0o700, Writable: true}); len(list) != 1 {
		t.Errorf("space that is not known is judged: %+v", list)
	}
}

func TestLedger(t *testing.T) {
	const check = "state/ledger"
	expect(t, []want{
		{"absent", Ledger(LedgerFacts{Absent: true}), check, OK, "not there yet", ""},
		{"damaged", Ledger(LedgerFacts{Path: "/l", Trouble: "ledger /l is damaged", Damaged: true}), check, Fail, "is damaged", "pawl up sets it aside"},
		{"not to be read", Ledger(LedgerFacts{Path: "/l", Trouble: "permission denied"}), check, Fail, "denied", "its mode"},
		{"was damaged", Ledger(LedgerFacts{Path: "/l", Aside: "/l.damaged-1"}), check, Warn, "lies in /l.damaged-1", "disk fails"},
		{"busy", Ledger(LedgerFacts{Path: "/l", Busy: true}), check, OK, "being written", ""},
		{"large", Ledger(LedgerFacts{Path: "/l", Large: 300 << 20}), check, Warn, "300 MB", "pawl status"},
		{"good", Ledger(LedgerFacts{Path: "/l", Wanted: 2}), check, OK, "2 agents wanted up", ""},
	})
}

func TestCoordinator(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	at := func(f CoordinatorFacts) Finding {
		f.Runtime, f.Now = "/r", now
		return named(t, Coordinator(f), "coordinator/answers")
	}
	running := CoordinatorFacts{Running: true, PID: 7, Version: "1", Ours: "1", LastPass: now.Add(-time.Second)}
	old, stale, broken := running, running, running
	old.Ours, stale.LastPass, broken.Config = "2", now.Add(-time.Hour), "pawl.yaml:1:1: no"
	const check = "coordinator/answers"
	expect(t, []want{
		{"runs", at(running), check, OK, "process id 7", ""},
		{"older", at(old), check, Warn, "is pawl 1 while this is 2", "end process 7"},
		{"no pass", at(stale), check, Warn, "no pass ran for 1h0m0s", "pawl logs coordinator"},
		{"broken configuration", at(broken), check, Warn, "last good configuration", "pawl config validate"},
		{"hangs", at(CoordinatorFacts{Trouble: "nothing within 1s", Holder: "pawl watch 7"}), check, Fail, "nothing within 1s; its lock is held by pawl watch 7", "end that process"},
		{"odd", at(CoordinatorFacts{Trouble: "it speaks French"}), check, Fail, "French", "end that process"},
		{"lock without one", at(CoordinatorFacts{Holder: "pawl tick 7"}), check, Warn, "held by pawl tick 7", "under way"},
		{"none", at(CoordinatorFacts{}), check, OK, "none runs", ""},
		{"left behind", at(CoordinatorFacts{Left: true}), check, OK, "holds nothing up", ""},
		{"killed", at(CoordinatorFacts{Left: true, Killed: true, Wanted: 2, Last: now.Add(-time.Minute)}), check, Warn, "none runs, 2 agents wanted up, and the last one was killed", "pawl up"},
		{"killed long ago", at(CoordinatorFacts{Left: true, Killed: true, Wanted: 1, Last: now.Add(-time.Hour)}), check, Warn, "1 agent wanted up, and the last one was killed", "pawl up"},
		{"killed with nothing to do", at(CoordinatorFacts{Left: true, Killed: true}), check, OK, "holds nothing up", ""},
		{"its lock is let go, and cron works", at(CoordinatorFacts{Left: true, Wanted: 2, Last: now.Add(-time.Minute)}), check, OK, "holds nothing up", ""},
		{"missed", at(CoordinatorFacts{Wanted: 2, Last: now.Add(-time.Hour)}), check, Warn, "2 agents wanted up, and no pass ran for 1h", "pawl tick"},
		{"cron", at(CoordinatorFacts{Wanted: 2, Last: now.Add(-time.Minute)}), check, OK, "none runs", ""},
		{"unsafe", named(t, Coordinator(CoordinatorFacts{Runtime: "/r", Unsafe: "/r is not yours"}), "state/runtime"), "state/runtime", Fail, "not yours", "remove it"},
	})
}

func TestFiles(t *testing.T) {
	expect(t, []want{
		{"all", Files(FileFacts{Sort: "plans", Named: 2}), "config/plans", OK, "2 of 2", ""},
		{"none named", Files(FileFacts{Sort: "plans"}), "config/plans", OK, "none is named", ""},
		{"not known", Files(FileFacts{Sort: "plans", Named: 2, Unknown: true, Missing: []string{"a"}}), "config/plans", OK, "not known", ""},
		{"missing", Files(FileFacts{Sort: "prompts", Named: 2, Missing: []string{"a", "b"}, Instead: "the built-in serves", Hint: "write"}), "config/prompts", Warn, "a, b; the built-in serves", "write"},
		{"many", Files(FileFacts{Sort: "plans", Named: 9, Missing: []string{"1", "2", "3", "4", "5", "6", "7"}, Hint: "write"}), "config/plans", Warn, "1, 2, 3, 4, 5 and 2 more", "write"},
		{"configuration", Configuration("/p", 1, 2), "config/pawl.yaml", OK, "1 agent, 2 phases", ""},
	})
}
