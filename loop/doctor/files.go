package doctor

import (
	"cmp"
	"fmt"
	"strings"
)

// FileFacts are the files of one sort that pawl.yaml names.
type FileFacts struct {
	Sort    string   // plans, status, prompts
	Named   int      // how many
	Missing []string // which are not there, as pawl.yaml names them
	Where   string   // where was looked; "" is the folder
	Instead string   // what serves for those; "" is nothing
	Unknown bool     // there is neither a repository around pawl.yaml nor a fetched origin to look in
	Hint    string
}

// shownNames is how many names of missing things are listed.
const shownNames = 5

// Files judges whether the files that pawl.yaml names are there.
func Files(f FileFacts) Finding {
	check := "config/" + f.Sort
	switch {
	case f.Named == 0:
		return okay(check, "none is named")
	case f.Unknown:
		return okay(check, "not known before origin was fetched")
	case len(f.Missing) == 0:
		return okay(check, fmt.Sprintf("%d of %d are there", f.Named, f.Named))
	}
	found := "not " + cmp.Or(f.Where, "there") + ": " + some(f.Missing)
	if f.Instead != "" {
		found += "; " + f.Instead
	}
	return warn(check, found, f.Hint)
}

// some lists the first few names.
func some(names []string) string {
	if len(names) > shownNames {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shownNames], ", "), len(names)-shownNames)
	}
	return strings.Join(names, ", ")
}

// Configuration tells of a pawl.yaml without faults.
func Configuration(path string, agents, phases int) Finding {
	return okay("config/pawl.yaml", fmt.Sprintf("%s: %s, %s", path, Count(agents, "agent"), Count(phases, "phase")))
}

// Zones judges the time zones of the wakes. trouble is why one of them is not
// known, or why the machine's own is not.
func Zones(names []string, trouble string) Finding {
	const check = "clock/zones"
	switch {
	case trouble != "":
		return warn(check, trouble, "write a zone as Europe/Berlin in TZ, or set tz for each wake")
	case len(names) == 0:
		return okay(check, "no agent has wakes")
	}
	return okay(check, some(names))
}
