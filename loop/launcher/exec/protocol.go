// Package exec is the launcher type of programs that are not part of pawl: it
// speaks to one of them over its standard input and output, a JSON object a line
// in each direction. The protocol is described in docs/launcher-protocol.md.
package exec

import (
	"encoding/json"
	"time"

	"pawl/loop/adapter"
)

// Version is the protocol's. Both sides say theirs in hello and must agree;
// fields and methods may come without a new one, as unknown ones are ignored and
// answered as unsupported.
const Version = 1

// MaxLine bounds one line of either direction, in bytes without its newline.
const MaxLine = 16 << 20

// Methods of a request. Those of Terminal and Identifier are only called where
// the program has announced the feature of the same name.
const (
	MethodHello   = "hello"   // Hello → Welcome; always the first, answered before any other is sent
	MethodStart   = "start"   // Spec → nothing
	MethodObserve = "observe" // nothing → Sessions
	MethodSend    = "send"    // Sending → nothing
	MethodCapture = "capture" // Capturing → Lines
	MethodStop    = "stop"    // Stopping → nothing
	MethodForget  = "forget"  // Ref → nothing
	MethodAttach  = "attach"  // Ref → Argv
	MethodScreens = "screens" // Refs → Screens
	MethodRunning = "running" // Process → Running
	MethodCancel  = "cancel"  // Cancel; what it names is answered late or not at all, and so may this be
)

// Features that a program announces in its Welcome.
const (
	FeatureScreens = "screens" // launcher.Terminal
	FeatureRunning = "running" // launcher.Identifier

	// FeatureLateErrors says that start succeeds with a program that cannot be run,
	// and the session then ends with a code that is not 0.
	FeatureLateErrors = "late-errors"
)

// Codes of a Failure. Any other counts as CodeFailed.
const (
	CodeGone        = "gone"        // launcher.ErrGone
	CodeOther       = "other"       // launcher.ErrOther
	CodeTerminal    = "terminal"    // launcher.ErrTerminal
	CodeUnsupported = "unsupported" // the program does not know the method
	CodeFailed      = "failed"      // anything else: what became of the request is not known
)

// Request is one line to the program. Ids are not used again while it runs.
type Request struct {
	ID     int64           `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params,omitempty"`
}

// Answer is one line from the program: the request's id, and Error or else
// Result. Answers may come in any order.
type Answer struct {
	ID     int64           `json:"id"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *Failure        `json:"error,omitempty"`
}

// Failure says why a request was not done.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Hello introduces pawl. Owner is whom the program works for: the same text for
// the same project on the same machine.
type Hello struct {
	Protocol int               `json:"protocol"`
	Pawl     string            `json:"pawl"` // its version
	Options  map[string]string `json:"options,omitempty"`
	Owner    string            `json:"owner,omitempty"`
}

// Welcome introduces the program.
type Welcome struct {
	Protocol int      `json:"protocol"`
	Name     string   `json:"name"`
	Features []string `json:"features,omitempty"`

	// Now is the program's clock, where its sessions are on another machine: the
	// times that it tells are read by it.
	Now time.Time `json:"now,omitzero"`

	// Host is a name that no other machine has, where sessions are on another one.
	// Where it changes, sessions on record are unknown, and none of them is gone.
	Host string `json:"host,omitempty"`
}

// Ref is launcher.Ref.
type Ref struct {
	Session    string `json:"session"`
	Generation string `json:"generation"`
}

// Spec is launcher.Spec. Own are the names in Env that a session on another
// machine needs; the rest belongs to this one. Prompt is what the file holds that
// PAWL_PROMPT_FILE names, for a machine that does not have that file.
type Spec struct {
	Ref
	Agent    string   `json:"agent"`
	Owner    string   `json:"owner"`
	Phase    string   `json:"phase,omitempty"`
	Argv     []string `json:"argv"`
	Env      []string `json:"env"`
	Own      []string `json:"own,omitempty"`
	Dir      string   `json:"dir"`
	Log      string   `json:"log"`
	Stdin    string   `json:"stdin,omitempty"`
	Prompt   string   `json:"prompt,omitempty"`
	StopKeys []string `json:"stop_keys,omitempty"`
}

// Message is launcher.Message. Profile is of its reader, for programs that type
// into a terminal.
type Message struct {
	ID      string           `json:"id"`
	Text    string           `json:"text"`
	Items   []string         `json:"items,omitempty"`
	Profile *adapter.Profile `json:"profile,omitempty"`
}

// Sending is a message and whom it is for.
type Sending struct {
	Ref
	Message Message `json:"message"`
}

// Capturing asks for the last lines.
type Capturing struct {
	Ref
	Lines int `json:"lines"`
}

// Stopping asks for an end by KILL after so many milliseconds.
type Stopping struct {
	Ref
	Deadline int64 `json:"deadline_ms"`
}

// Refs asks for the screens of sessions.
type Refs struct {
	Refs []Ref `json:"refs"`
}

// Process is a process as an Observation told of it.
type Process struct {
	PID     int    `json:"pid"`
	Started string `json:"started"`
}

// Cancel names the request that nobody waits for any more.
type Cancel struct {
	ID int64 `json:"id"`
}

// Sessions is what observe answers, in any order.
type Sessions struct {
	Sessions []Observation `json:"sessions"`
}

// Observation is launcher.Observation. A time that is missing is none.
type Observation struct {
	Ref
	Agent   string    `json:"agent"`
	Owner   string    `json:"owner"`
	Phase   string    `json:"phase,omitempty"`
	PID     int       `json:"pid"`
	Started string    `json:"started"`
	Alive   bool      `json:"alive"`
	Exit    *Exit     `json:"exit,omitempty"`
	Output  time.Time `json:"output,omitzero"`
	Pending int       `json:"pending,omitempty"`
	Program string    `json:"program,omitempty"`
	Marks   []Mark    `json:"marks,omitempty"`
	Lying   string    `json:"lying,omitempty"`
}

// Exit is launcher.Exit.
type Exit struct {
	Code   int       `json:"code"`
	Signal string    `json:"signal,omitempty"`
	At     time.Time `json:"at"`
	Lost   bool      `json:"lost,omitempty"`
}

// Mark is launcher.Mark.
type Mark struct {
	ID      string    `json:"id"`
	Items   []string  `json:"items,omitempty"`
	Begun   time.Time `json:"begun,omitzero"`
	Written time.Time `json:"written,omitzero"`
	Drained time.Time `json:"drained,omitzero"`
}

// Lines is what capture answers, oldest first, cleaned of control sequences.
type Lines struct {
	Lines []string `json:"lines"`
}

// Argv is what attach answers.
type Argv struct {
	Argv []string `json:"argv"`
}

// Screens is what screens answers, by session name.
type Screens struct {
	Screens map[string]Screen `json:"screens"`
}

// Screen is screen.Screen.
type Screen struct {
	Rows      []Row  `json:"rows"`
	Title     string `json:"title,omitempty"`
	Width     int    `json:"width"`
	Alternate bool   `json:"alternate,omitempty"`
}

// Row is screen.Row. Firm and Tinted may be missing where they equal Text.
type Row struct {
	Text   string  `json:"text"`
	Firm   *string `json:"firm,omitempty"`
	Tinted *string `json:"tinted,omitempty"`
}

// Running is what running answers.
type Running struct {
	Running bool `json:"running"`
}
