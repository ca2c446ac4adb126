package origin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/kballard/go-shellquote"

	"pawl/handoff"
	"pawl/handoff/system"
)

// sshServer starts one sshd for each connection, as inetd would: none outlives its
// connection, or us, and no port is ever somebody else's.
type sshServer struct {
	sshd    string
	dir     string
	git     string // the folder of the git program
	mark    string // in the environment of what it starts
	log     *slog.Logger
	running sync.WaitGroup
}

// serveSSH makes keys and configuration.
func (o *Origin) serveSSH(ctx context.Context) error {
	sshd, err := findSSHD()
	if err != nil {
		return err
	}
	s := &sshServer{sshd: sshd, dir: filepath.Join(o.dir, "ssh"), mark: "origin-" + rand.Text(), log: o.log}
	if err := os.MkdirAll(filepath.Join(s.dir, "home"), 0o700); err != nil {
		return err
	}
	for _, key := range []string{"host_key", "key"} {
		keygen := exec.CommandContext(ctx, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "origin", "-f", filepath.Join(s.dir, key))
		inOwnGroup(keygen)
		if out, err := keygen.CombinedOutput(); err != nil {
			return fmt.Errorf("ssh-keygen: %w: %s", err, handoff.Clean(string(out), 200))
		}
	}
	key, err := os.ReadFile(filepath.Join(s.dir, "key.pub"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "authorized_keys"), key, 0o600); err != nil {
		return err
	}
	if os.Getuid() == 0 {
		// Started as root, sshd wants this folder, which the system's own makes.
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			return err
		}
	}
	s.git = filepath.Dir(o.git.path)
	o.server = s
	return s.configure("INFO")
}

// configure writes sshd's configuration, which is read for each connection. Only
// while it is not known whether anybody can log in does it tell of every one.
func (s *sshServer) configure(level string) error {
	return os.WriteFile(filepath.Join(s.dir, "sshd_config"), []byte(s.config(level)), 0o600)
}

// config is sshd's: sshd_config(5). Sessions have a home of their own, so that no
// start-up file of the user's shell says anything, and a PATH that has our git. The
// host key counts from the folder that sshd is started in.
func (s *sshServer) config(level string) string {
	env := []string{
		"HOME=" + filepath.Join(s.dir, "home"), "PATH=" + s.git + ":" + os.Getenv("PATH"), "PAWL_GENERATION=" + s.mark,
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
	}
	for i, kv := range env {
		env[i] = `"` + kv + `"`
	}
	return `HostKey host_key
AuthorizedKeysFile ` + sshWord(filepath.Join(s.dir, "authorized_keys")) + `
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
PermitUserRC no
PrintMotd no
LogLevel ` + level + `
AcceptEnv GIT_PROTOCOL
SetEnv ` + strings.Join(env, " ") + "\n"
}

// sshWord is a path in a configuration file of OpenSSH.
func sshWord(path string) string { return `"` + strings.ReplaceAll(path, "%", "%%") + `"` }

// nameSSH says how clients log in, once the line's address is known.
func (o *Origin) nameSSH(u url.URL) error {
	me, err := user.Current()
	if err != nil {
		return err
	}
	dir := filepath.Join(o.dir, "ssh")
	key, err := os.ReadFile(filepath.Join(dir, "host_key.pub"))
	if err != nil {
		return err
	}
	config := "IdentityFile " + sshWord(filepath.Join(dir, "key")) + "\nUserKnownHostsFile " + sshWord(filepath.Join(dir, "known_hosts")) + `
IdentitiesOnly yes
IdentityAgent none
GlobalKnownHostsFile /dev/null
HostKeyAlias origin
StrictHostKeyChecking yes
BatchMode yes
ControlPath none
`
	for name, text := range map[string]string{"known_hosts": "origin " + string(key), "ssh_config": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	u.User, u.Path = url.User(me.Username), o.home()
	o.url = u.String()
	o.env = append(o.env, "GIT_SSH_VARIANT=ssh", "GIT_SSH_COMMAND=ssh -F "+shellquote.Join(filepath.Join(dir, "ssh_config")))
	return nil
}

// dial starts an sshd and returns our end of its connection.
func (s *sshServer) dial(ctx context.Context) (net.Conn, error) {
	ours, its, err := socketPair()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, connectionLimit)
	cmd := exec.CommandContext(ctx, s.sshd, "-i", "-f", filepath.Join(s.dir, "sshd_config"), "-E", filepath.Join(s.dir, "log"))
	inOwnGroup(cmd)
	cmd.Dir, cmd.Stdin, cmd.Stdout = s.dir, its, its
	if err = cmd.Start(); err == nil {
		s.running.Go(func() {
			defer cancel()
			s.wait(ctx, cmd)
		})
	} else {
		cancel()
		err = errors.Join(fmt.Errorf("start sshd: %w", err), ours.Close())
	}
	if err = errors.Join(err, its.Close()); err != nil {
		return nil, err
	}
	return ours, nil
}

// wait reaps an sshd. One whose client left, or failed to log in, ends with an
// error, which is in its log.
func (s *sshServer) wait(ctx context.Context, cmd *exec.Cmd) {
	err := cmd.Wait()
	if ctx.Err() != nil {
		err = errors.Join(err, system.KillGroup(cmd))
	}
	if err != nil {
		s.log.Debug("an sshd of origin's ended", "error", err)
	}
}

// complaint is what sshd wrote into its log last.
func (s *sshServer) complaint() error {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return fmt.Errorf("sshd says: %s", handoff.Clean(strings.Join(lines[max(len(lines)-2, 0):], "; "), 300))
}

// close waits for every sshd; the line has closed their connections.
func (s *sshServer) close() error {
	s.running.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return sweep(ctx, s.mark)
}
