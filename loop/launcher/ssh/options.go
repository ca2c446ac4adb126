// Package ssh is the launcher of sessions on another host: the tmux launcher
// there, served by a pawl there, through one ssh connection on which all requests
// go at once.
//
// The near side (Launcher) runs ssh and speaks the protocol of outside launchers
// to it. The far side (Serve) is what `pawl launcher serve` does there, with its
// own tmux launcher: it keeps prompts and logs in a folder of its own, and gives
// sessions the environment of a login on that host. Sessions belong to tmux, so
// that neither a lost connection nor the end of either pawl touches them.
package ssh

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"

	"pawl/loop/launcher/exec"
)

// Options are what a Launcher is made from.
type Options struct {
	Host     string            // user@host, or a name of ssh_config
	Settings map[string]string // options of ssh, as in ssh_config; they win over that file
	Program  string            // pawl on that host; "" is pawl on the PATH of a login there
	Socket   string            // the tmux server there: a name, or an absolute path
	ID       string            // this project's, letters and digits: names its folder there
	Prompts  string            // folder here with the prompts that sessions are started with

	Version string          // of this pawl
	Env     func() []string // the environment of ssh, which may tell of an ssh-agent; asked at each start
	Times   exec.Times      // how long the far side is waited for
	Log     *slog.Logger    // where trouble is told; slog.Default() if it is nil
}

// fixed are the settings without which a connection of ours is not one: nobody is
// there to answer a question, the streams carry requests, and a connection that a
// person shares with us would be theirs to close. Agent and X11 are not
// forwarded, as sessions outlive the connection that they would need.
var fixed = []string{
	"BatchMode=yes", "RequestTTY=no", "RemoteCommand=none", "ControlMaster=no", "ControlPath=none", "PermitLocalCommand=no",
	"EscapeChar=none", "ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes",
}

// usual are settings that Options.Settings may change. A dead link is noticed
// after about 15 seconds.
var usual = []string{"ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=3"}

var settingName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// Check says what is wrong with a host, or with settings for it.
func Check(host string, settings map[string]string) error {
	switch {
	case host == "":
		return errors.New("no host; write host: user@example.com")
	case strings.HasPrefix(host, "-") || strings.ContainsFunc(host, odd):
		return fmt.Errorf("host %.80q is none; write it as ssh takes it, as user@example.com", host)
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		switch {
		case !settingName.MatchString(name):
			return fmt.Errorf("%.80q is no option of ssh; write one as in ssh_config, as Port", name)
		case strings.ContainsFunc(settings[name], control):
			return fmt.Errorf("option %s of ssh has control characters; write its value on one line", name)
		case has(fixed, name):
			return fmt.Errorf("option %s of ssh is pawl's own to set; leave it out", name)
		}
	}
	return nil
}

func odd(r rune) bool     { return r <= ' ' || r == 0x7f || strings.ContainsRune(`'"\$`+"`", r) }
func control(r rune) bool { return r < ' ' || r == 0x7f }

// has says that a setting is among those of a list; ssh does not tell upper case
// from lower.
func has(list []string, name string) bool {
	return slices.ContainsFunc(list, func(kv string) bool {
		key, _, _ := strings.Cut(kv, "=")
		return strings.EqualFold(key, name)
	})
}
