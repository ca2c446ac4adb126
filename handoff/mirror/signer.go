package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Signature is what is known of who signed a commit.
type Signature struct {
	Principal string // as the allowed-signers file has it; "" without a good signature
	Why       string // why there is none
}

// signatureLine is one line for each commit: a mark, its hash, git's letter for
// the signature, and whose it is.
const signatureLine = "--format=tformat:>%H%x00%G?%x00%GS"

// ErrNoSigners says that a file of allowed signers cannot be read.
var ErrNoSigners = errors.New("the file of allowed signers cannot be read")

// Signers verifies the ssh signatures of commits against a file of allowed signers
// (ssh-keygen(1), "allowed signers"). Signatures of other kinds count as none: the
// file says nothing about them. Git must be 2.34 or later, and ssh-keygen be there;
// a program that is missing is an error, a file that is missing ErrNoSigners.
func (h *History) Signers(ctx context.Context, hashes []string, allowed string) (map[string]Signature, error) {
	if len(hashes) == 0 {
		return map[string]Signature{}, nil
	}
	if _, err := os.Stat(allowed); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoSigners, err)
	}
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		return nil, fmt.Errorf("signatures cannot be verified; install ssh-keygen (OpenSSH): %w", err)
	}
	out := map[string]Signature{}
	err = h.git.run(ctx, call{
		args: []string{
			"--git-dir=" + h.dir, "-c", "gpg.ssh.allowedSignersFile=" + allowed, "-c", "gpg.ssh.program=" + keygen,
			"-c", "gpg.program=false", "-c", "gpg.x509.program=false",
			"log", "--no-walk=unsorted", "--stdin", "--no-show-signature", "--no-notes", "--no-patch", "--no-color", signatureLine,
		},
		in: strings.NewReader(strings.Join(hashes, "\n") + "\n"), quiet: localTimeout,
		line: func(line string) error {
			rest, ok := strings.CutPrefix(line, ">")
			fields := strings.Split(rest, "\x00")
			if !ok || len(fields) != 3 || !isObjectName(fields[0]) {
				return errors.New("it printed a line that tells of no signature")
			}
			out[fields[0]] = judgeSignature(fields[1], valid(fields[2]))
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// judgeSignature reads git's letter for a signature (git-log(1), "%G?").
func judgeSignature(letter, principal string) Signature {
	switch letter {
	case "G":
		if principal != "" {
			return Signature{Principal: principal}
		}
		return Signature{Why: "its signer has no name"}
	case "N":
		return Signature{Why: "it is not signed"}
	case "U":
		return Signature{Why: "its signer is not among the allowed ones"}
	}
	return Signature{Why: "its signature cannot be verified"}
}
