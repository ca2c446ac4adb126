package process

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher"
	"pawl/loop/launcher/logfile"
	"pawl/loop/launcher/proc"
)

// keeper owns one session. Its fields belong to the goroutine that runs serve;
// all others reach it through channels.
type keeper struct {
	folder  string
	socket  string
	told    *slog.Logger
	state   state
	kin     proc.Kin
	agent   *os.Process
	in      *input
	out     *output
	journal *journal
	live    *live
	server  *server
	signals chan os.Signal
	ended   chan ending
	unread  int         // as it was noted last
	look    *time.Timer // when to see again how much input is unread
	wait    time.Duration
	kill    *time.Timer // the end of a stop's patience
}

// startSession starts the agent that the order in folder describes. When it
// fails the process is about to end, and the kernel closes what is open.
func startSession(folder string, told *slog.Logger) (*keeper, error) {
	o, err := loadOrder(folder)
	if err != nil {
		return nil, err
	}
	k := &keeper{folder: folder, told: told, signals: make(chan os.Signal, 4), ended: make(chan ending, 1),
		look: stoppedTimer(), kill: stoppedTimer()}
	// From the first moment that there is an agent, none of these may end its
	// keeper. Handled and not ignored: what is ignored the agent would inherit.
	signal.Notify(k.signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT)
	k.socket = layout(o.Runtime).socket(o.Spec.Session, o.Spec.Generation)
	if err := k.open(); err != nil {
		return nil, err
	}
	if err := k.start(o.Spec); err != nil {
		return nil, errors.Join(err, os.Remove(k.socket))
	}
	if err := os.Remove(specFile(folder)); err != nil {
		told.Warn("the spec file, which may hold secrets, was not removed", "error", err)
	}
	go func() {
		status, err := k.agent.Wait()
		k.ended <- ending{status: status, err: err, at: time.Now()}
	}()
	k.feed(o.Spec.Stdin)
	return k, nil
}

func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

func (k *keeper) open() (err error) {
	if k.journal, err = openJournal(journalFile(k.folder)); err != nil {
		return err
	}
	if k.live, err = openLive(liveFile(k.folder)); err != nil {
		return err
	}
	if k.in, err = openInput(); err != nil {
		return err
	}
	k.server, err = startServer(k.socket, k.told)
	return err
}

// start starts the program and writes down who it is.
func (k *keeper) start(spec launcher.Spec) error {
	log := &logfile.File{Path: spec.Log}
	if err := log.Open(); err != nil {
		k.told.Warn("the log cannot be opened", "error", err)
	}
	k.state = state{Version: formatVersion, Session: spec.Session, Generation: spec.Generation,
		Agent: spec.Agent, Owner: spec.Owner, Phase: spec.Phase, Log: spec.Log, At: time.Now()}
	k.state.LogInode, k.state.LogFrom = log.Place()
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("output pipe: %w", err)
	}
	if k.agent, err = startAgent(spec, k.in.r, w); err != nil {
		return err
	}
	if err = w.Close(); err == nil {
		err = k.identify()
	}
	if err == nil {
		err = k.state.save(k.folder)
	}
	if err != nil {
		return errors.Join(err, system.SignalGroup(k.agent.Pid, syscall.SIGKILL))
	}
	k.out = startOutput(r, log, k.live, k.told)
	return nil
}

func (k *keeper) identify() (err error) {
	if k.state.Keeper, err = proc.Identify(os.Getpid()); err != nil {
		return err
	}
	if k.state.Leader, err = proc.Identify(k.agent.Pid); err != nil {
		return err
	}
	session, err := system.OwnSessionID()
	k.kin = proc.Kin{Generation: k.state.Generation, Leader: k.state.Leader, Session: session}
	return err
}

// feed writes the prompt that comes before any message. It ends with a newline,
// so that the first message begins a line of its own.
func (k *keeper) feed(stdin string) {
	if stdin == "" {
		return
	}
	if !strings.HasSuffix(stdin, "\n") {
		stdin += "\n"
	}
	if err := k.in.accept([]byte(stdin)); err != nil {
		k.told.Warn("the prompt was not written", "error", err)
	}
	k.watchInput()
}

func (k *keeper) save() {
	if err := k.state.save(k.folder); err != nil {
		k.told.Error("the state was not saved", "error", err)
	}
}

// signalGroup signals the agent's process group, unless the agent was waited
// for: from then on its id may pass to another. What remains of the group is
// ended process by process when the session is tidied up.
func (k *keeper) signalGroup(sig syscall.Signal) {
	if errors.Is(k.agent.Signal(syscall.Signal(0)), os.ErrProcessDone) {
		return
	}
	if err := system.SignalGroup(k.agent.Pid, sig); err != nil {
		k.told.Warn("the agent's group was not signalled", "error", err)
	}
}
