package adapter

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"strings"

	"gopkg.in/yaml.v3"
)

//go:embed builtin/*.yaml
var builtinFiles embed.FS

// Builtin returns the profiles that come with pawl by name: a fresh copy, which
// the caller may change. It panics if an embedded file is not a profile, which
// is a fault of the program and not of its input.
func Builtin() map[string]Profile {
	entries, err := builtinFiles.ReadDir("builtin")
	if err != nil {
		panic(fmt.Sprintf("built-in adapters: %v", err))
	}
	profiles := make(map[string]Profile, len(entries))
	for _, entry := range entries {
		data, err := builtinFiles.ReadFile(path.Join("builtin", entry.Name()))
		if err != nil {
			panic(fmt.Sprintf("built-in adapter %s: %v", entry.Name(), err))
		}
		name := strings.TrimSuffix(entry.Name(), ".yaml")
		profile, err := decodeBuiltin(name, data)
		if err != nil {
			panic(err.Error())
		}
		profiles[name] = profile
	}
	return profiles
}

// decodeBuiltin reads one embedded file; a key that Profile lacks is an error.
func decodeBuiltin(name string, data []byte) (Profile, error) {
	profile := Profile{Name: name}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&profile); err != nil {
		return Profile{}, fmt.Errorf("built-in adapter %s: %w", name, err)
	}
	return profile, nil
}
