package main

import (
	"fmt"
	"os"

	"pawl/handoff/system"
)

// checkFound refuses a pawl.yaml that was found, not named, and is another user's:
// it says which programs run, and in a folder that all share, as /tmp, anybody can
// leave one for whoever works below. Root's is taken.
func checkFound(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil // it was removed, and there is nothing to be run
	}
	owner, ok := system.Owner(info)
	if !ok || owner == os.Getuid() || owner == 0 {
		return nil
	}
	return &hinted{
		fmt.Errorf("%s belongs to user %d, and you are user %d: it says which programs are run, so it is not taken unasked", path, owner, os.Getuid()),
		"run pawl as that user; or, if you trust it, name it with --config or PAWL_CONFIG",
	}
}

// checkOwner refuses a state directory that is another user's. Under sudo, files
// would be left in it that its owner cannot read, and a second coordinator could
// be started, whose locks are root's.
func checkOwner(dir string, info os.FileInfo) error {
	owner, ok := system.Owner(info)
	if !info.IsDir() || ok && owner != os.Getuid() {
		return fmt.Errorf("%s belongs to user %d, and you are user %d; run pawl as that user", dir, owner, os.Getuid())
	}
	return nil
}
