package doctor

import (
	"strings"
	"testing"
)

func TestHost(t *testing.T) {
	if f := Host(HostFacts{Launcher: "build", Host: "me@build"}); f.Status != OK || !strings.Contains(f.Found, "me@build") {
		t.Errorf("a host that answers: %+v", f)
	}
	if f := Host(HostFacts{Launcher: "build", Host: "me@build", Trouble: "refused\x1b[31m"}); f.Status != Fail || strings.Contains(f.Found, "\x1b") || f.Hint == "" {
		t.Errorf("a host that does not: %+v", f)
	}
	if f := FarClone("a", "/there", "build"); f.Status != OK || f.Group() != AgentGroup("a") {
		t.Errorf("a folder there: %+v", f)
	}
}
