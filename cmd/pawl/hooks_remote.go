package main

import (
	"path/filepath"
	"slices"
	"strings"

	"pawl/loop/doctor"
)

// remotesTo are the names of the remotes that lead to origin in the repository around
// dir, by the URL that is written there or by what the user's settings
// (url.*.insteadOf) make of it.
func remotesTo(dir, origin string) []string {
	var names []string
	for name := range strings.FieldsSeq(gitAnswer(dir, "remote")) {
		urls := []string{remoteURL(dir, name)}
		written := gitAnswer(dir, "config", "--get", "remote."+name+".url")
		if host, path := doctor.Place(written); host != "" || filepath.IsAbs(path) {
			urls = append(urls, written)
		}
		if slices.ContainsFunc(urls, func(url string) bool { return url != "" && samePlace(url, origin) }) {
			names = append(names, name)
		}
	}
	return names
}
