// Package realcli is the real agent programs as a test bed: it installs pinned
// versions of them and makes a home for each in which it talks to a scripted
// model on loopback (see the package model) and to nobody else. Only tests use it.
//
// The programs are large and come from a package registry, so tests that need
// them are skipped unless PAWL_REALCLI names a folder to keep them in, as an
// absolute path, or is "1" for one in the user's cache.
package realcli

import "embed"

// The programs.
const (
	Codex    = "codex"
	Claude   = "claude"
	OpenCode = "opencode"
	Gemini   = "gemini"
)

// pins says which version of each program is used, with the digests of all that
// is installed for it. It names no registry: npm's own setting does.
//
//go:embed testdata/*/package.json testdata/*/package-lock.json
var pins embed.FS
