package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"pawl/handoff/system"
	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
)

// startAgent starts the program with the environment of the spec and nothing
// else, as the leader of its own process group.
func startAgent(spec launcher.Spec, stdin, output *os.File) (*os.Process, error) {
	if err := proc.CheckFolder(spec.Dir); err != nil {
		return nil, err
	}
	program, err := proc.FindProgram(spec.Argv[0], spec.Dir, spec.Env)
	if err != nil {
		return nil, err
	}
	for _, f := range []*os.File{stdin, output} {
		// Go's pipes are nonblocking, which the agent would inherit.
		if err := system.SetNonblock(int(f.Fd()), false); err != nil {
			return nil, err
		}
	}
	p, err := os.StartProcess(program, spec.Argv, &os.ProcAttr{
		Dir:   spec.Dir,
		Env:   append([]string{}, spec.Env...),
		Files: []*os.File{stdin, output, output},
		Sys:   agentAttr(),
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("program %q: the interpreter that its first line names, or a library that it needs, is not there", program)
	}
	if err != nil {
		return nil, fmt.Errorf("program %q: %w", program, err)
	}
	return p, nil
}
