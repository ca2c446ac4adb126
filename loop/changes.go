package loop

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

	"pawl/loop/config"
	"pawl/loop/ledger"
)

// changes are the parts of a reload in words, by what they are.
func changes(d config.Difference) map[string]string {
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(d.Changed)) {
		changed = append(changed, name+" ("+strings.Join(d.Changed[name], ", ")+")")
	}
	out := map[string]string{}
	for what, list := range map[string][]string{"added": d.Added, "removed": d.Removed, "changed": changed, "sections": d.Sections} {
		if len(list) > 0 {
			out[what] = strings.Join(list, ", ")
		}
	}
	return out
}

// Describe says in words what a difference of two configurations is.
func Describe(d config.Difference) string {
	parts := changes(d)
	var text []string
	for _, what := range []string{"added", "removed", "changed"} {
		if parts[what] != "" {
			text = append(text, what+" "+parts[what])
		}
	}
	if parts["sections"] != "" {
		text = append(text, "changed "+parts["sections"])
	}
	if len(text) == 0 {
		return "it means the same as before"
	}
	return strings.Join(text, "; ")
}

// Approved is the event that a held change was let through.
func Approved(d config.Difference, now time.Time) ledger.Event {
	data := map[string]any{}
	for what, text := range changes(d) {
		data[what] = text
	}
	return ledger.Event{Time: now, Kind: "config.approved", Data: data}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}
