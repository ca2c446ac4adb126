// Command pawl keeps coding agents handing each other work through one git
// repository. See the README.
package main

import (
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
