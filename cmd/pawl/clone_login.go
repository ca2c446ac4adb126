package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// keepLogin writes a URL with credentials into the configuration of a fresh clone,
// which was made without them: the agent needs them to push. The file is the
// owner's alone from then on.
func keepLogin(dir, plain, url string) error {
	if plain == url {
		return nil
	}
	path := filepath.Join(dir, ".git", "config")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	// git config would take the URL as an argument, which everybody can read.
	inQuotes := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for _, was := range []string{plain, `"` + inQuotes.Replace(plain) + `"`} {
		if before, after, ok := strings.Cut(string(text), "url = "+was+"\n"); ok {
			return os.WriteFile(path, []byte(before+`url = "`+inQuotes.Replace(url)+"\"\n"+after), 0o600)
		}
	}
	return fmt.Errorf("%s does not say where it was cloned from", path)
}
