package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/screen"
)

// selftestOptions are the flags of `pawl selftest`.
type selftestOptions struct {
	adapter, file, title, want string
	given                      bool // --adapter is
}

// mostScreen is how much of a capture is read, in bytes.
const mostScreen = 4 << 20

func (a *app) selftestCommand() *cobra.Command {
	var o selftestOptions
	c := &cobra.Command{
		Use: "selftest", Short: "read recorded screens of every agent CLI, or one of your own", Args: cobra.NoArgs,
		Long: "selftest reads the recorded screens of the built-in adapters, and says which are misread.\n" +
			"With --adapter and --screen it says how an adapter of pawl.yaml, or a built-in one, reads a screen:\n\n" +
			"  tmux -L pawl capture-pane -p -e -t =acme-builder: | pawl selftest --adapter mine --screen -",
		RunE: func(c *cobra.Command, _ []string) error {
			o.given = c.Flags().Changed("adapter")
			if o.file == "" {
				return a.selftestAll(o)
			}
			return a.selftestOne(o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.adapter, "adapter", "", "the adapter's `name`")
	f.StringVar(&o.file, "screen", "", "a `file` with a screen, as tmux capture-pane -p -e or -p prints it; - is standard input")
	f.StringVar(&o.title, "title", "", "the terminal's title on that screen")
	f.StringVar(&o.want, "want", "", "exit 1 if that screen reads another `state`")
	return c
}

// selftestAll reads the recorded screens, of one adapter if it is named.
func (a *app) selftestAll(o selftestOptions) error {
	if o.want != "" || o.title != "" {
		return &hinted{&usageError{errors.New("--want and --title need --screen")}, "name the file that holds the screen, or - for standard input"}
	}
	failed, total := 0, 0
	for _, check := range adapter.Selftest() {
		if o.given && !strings.HasPrefix(check.Name, o.adapter+"/") {
			continue
		}
		total++
		if check.Problem == "" {
			a.say("ok     %s %s", check.Name, check.Got.State)
			continue
		}
		failed++
		fmt.Fprintf(a.out, "FAILED %s: %s, by %s\n", check.Name, check.Problem, rowOrNone(check.Got.Evidence))
	}
	if total == 0 {
		return &hinted{&missingError{"there are no recorded screens of an adapter " + quote(o.adapter)}, "add --screen FILE to try an adapter of your own"}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d screens are misread", failed, total)
	}
	a.say("%d screens read as recorded", total)
	return nil
}

// selftestOne reads one screen and says what it was read as.
func (a *app) selftestOne(o selftestOptions) error {
	if o.adapter == "" {
		return &hinted{&usageError{errors.New("--screen needs --adapter")}, "name the adapter that is to read the screen"}
	}
	want := adapter.State(o.want)
	if o.want != "" && !slices.Contains(adapter.States, want) {
		return &hinted{&usageError{errors.New("there is no state " + quote(o.want))}, fmt.Sprintf("the states are %v", adapter.States)}
	}
	reader, err := a.reader(o.adapter)
	if err != nil {
		return err
	}
	s, err := a.capture(o)
	if err != nil {
		return err
	}
	r := reader.Read(s)
	fmt.Fprintf(a.out, "state     %s\nevidence  %s\n", r.State, rowOrNone(r.Evidence))
	fmt.Fprintf(a.out, "composer  %s\n", composerText(r.Composer))
	if r.Banner != "" {
		fmt.Fprintf(a.out, "banner    %s\n", r.Banner)
	}
	if o.want != "" && r.State != want {
		return fmt.Errorf("the screen reads %s, want %s", r.State, want)
	}
	return nil
}

// reader is that of pawl.yaml's adapter, or of a built-in one where there is no
// pawl.yaml.
func (a *app) reader(name string) (*adapter.Reader, error) {
	profiles := adapter.Builtin()
	path, err := a.configPath()
	if err == nil {
		var cfg *config.Config
		if cfg, err = config.Load(path); err == nil {
			profiles = cfg.Adapters
		}
	}
	if err != nil && !errors.Is(err, config.ErrNotFound) {
		return nil, err
	}
	profile, ok := profiles[name]
	if !ok {
		names := make([]string, 0, len(profiles))
		for known := range profiles {
			names = append(names, known)
		}
		slices.Sort(names)
		return nil, &hinted{&missingError{"there is no adapter " + quote(name)}, "there are " + strings.Join(names, ", ") + "; add your own under adapters in pawl.yaml"}
	}
	return adapter.NewReader(profile)
}

// capture reads the screen that --screen names: a capture, or a recording whose
// header is used.
func (a *app) capture(o selftestOptions) (screen.Screen, error) {
	data, err := a.readScreen(o.file)
	if err != nil {
		return screen.Screen{}, err
	}
	if recording, err := screen.ParseRecording(string(data)); err == nil {
		s := recording.Screen()
		if o.title != "" {
			s.Title = o.title
		}
		return s, nil
	}
	return screen.Screen{Rows: screen.Parse(string(data)), Title: o.title}, nil
}

func (a *app) readScreen(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(io.LimitReader(a.in, mostScreen))
	}
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &missingError{"there is no file " + quote(file)}
	}
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, mostScreen))
	return data, errors.Join(err, f.Close())
}

func rowOrNone(row string) string {
	if row == "" {
		return "no row"
	}
	return quote(row)
}

func composerText(c adapter.Composer) string {
	switch {
	case !c.Found:
		return "none on the screen"
	case c.Folded:
		return quote(c.Text) + ", which stands for a paste"
	case c.Text == "":
		return "empty"
	}
	return quote(c.Text)
}
