package service

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// A unit that pawl wrote ends with a line that says for which pawl.yaml, and
// has a sum of the rest: from that is told later whether a person changed it.
var sealLine = regexp.MustCompile(`(?m)^(?:# |<!-- )pawl-service config=([0-9a-f]{12}) sum=([0-9a-f]{12})(?: -->)?$\n?`)

func seal(text, config, before, after string) string {
	return text + before + "pawl-service config=" + short(config) + " sum=" + short(text) + after + "\n"
}

// readSeal says which pawl.yaml, by its short sum, a text was written for, and
// whether it is as it was written; "" for a text that is not of pawl's.
func readSeal(text string) (config string, edited bool) {
	found := sealLine.FindAllStringSubmatchIndex(text, -1)
	if len(found) == 0 {
		return "", false
	}
	at := found[len(found)-1]
	rest := text[:at[0]] + text[at[1]:]
	return text[at[2]:at[3]], short(rest) != text[at[4]:at[5]]
}

// short is a short name for a text.
func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}
