package loop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"pawl/hooks/notify"
	"pawl/loop/config"
	"pawl/loop/launcher/proc"
	"pawl/loop/ledger"
)

// The events about notifications.
const (
	notifyFailed  = "notify.failed"
	notifyDropped = "notify.dropped"
)

// receiver is a command or a URL of one entry of notify.
type receiver struct {
	config.Notify
	index int      // of the entry, counted from 1
	to    string   // run or url
	name  string   // what the ledger knows it by, which begins with to
	entry []string // the names of the entry's receivers, of which this is one
}

// receivers are all of them, in the configuration's order. They are named for whom
// they reach: an entry with other patterns or another key goes on where it stands.
// One that says all that an earlier one does tells nobody twice.
func receivers(cfg *config.Config) (list []receiver) {
	count := map[string]int{} // of entries for one target
	name := func(to string, target ...string) string {
		doc, err := json.Marshal(target)
		if err != nil {
			panic(err) // it holds nothing but texts
		}
		sum := sha256.Sum256(doc)
		name := to + "/" + hex.EncodeToString(sum[:6])
		if count[name]++; count[name] > 1 {
			name += "/" + strconv.Itoa(count[name])
		}
		return name
	}
	for i, n := range cfg.Notify {
		if slices.ContainsFunc(cfg.Notify[:i], func(earlier config.Notify) bool { return reflect.DeepEqual(earlier, n) }) {
			continue
		}
		var entry []string
		if len(n.Run) > 0 {
			entry = append(entry, name("run", n.Run...))
		}
		if n.URL != "" {
			entry = append(entry, name("url", n.URL))
		}
		for _, name := range entry {
			to, _, _ := strings.Cut(name, "/")
			list = append(list, receiver{Notify: n, index: i + 1, to: to, name: name, entry: entry})
		}
	}
	return list
}

// wants says whether a receiver is to be told of an event. It is never told of
// what its own entry did not take; and that much of its own was left out, whatever
// its patterns say.
func (r receiver) wants(ev ledger.Event) bool {
	if of, _ := ev.Data["notify"].(string); slices.Contains(r.entry, of) {
		switch ev.Kind {
		case notifyFailed:
			return false
		case notifyDropped:
			return of == r.name
		}
	}
	return notify.Match(r.On, ev.Kind)
}

// note is an event about the receiver.
func (r receiver) note(kind string, data map[string]any) ledger.Event {
	data["notify"], data["entry"], data["to"] = r.name, r.index, r.to
	return ledger.Event{Kind: kind, Data: data}
}

// deliver makes one attempt.
func (e *Engine) deliver(ctx context.Context, cfg *config.Config, r receiver, ev notify.Event) error {
	if r.to == "run" {
		return e.command(ctx, cfg, r.Run, ev)
	}
	key := ""
	if r.SecretEnv != "" {
		if key = EnvValue(e.Env(), r.SecretEnv); key == "" {
			return &notify.Failure{Err: missingSecret(r.SecretEnv)}
		}
	}
	post := notify.Post{URL: r.URL, Key: key, Agent: "pawl/" + e.Version, Client: e.couriers.client(), Time: notify.PostTime}
	return post.Deliver(ctx, ev)
}

func missingSecret(name string) error {
	return fmt.Errorf("the variable %s is empty or missing in the environment that pawl up recorded; set it and run pawl up", name)
}

// command runs one where and with what an agent's would be started.
func (e *Engine) command(ctx context.Context, cfg *config.Config, argv []string, ev notify.Event) error {
	env := AgentEnv(e.Env(), config.Agent{})
	program, err := proc.FindProgram(argv[0], cfg.Dir, env)
	if err != nil {
		return &notify.Failure{Err: err}
	}
	return notify.Command{
		Program: program, Args: argv[1:], Dir: cfg.Dir, Time: notify.CommandTime,
		Env: append(env, "PAWL_PROJECT="+cfg.Project, "PAWL_CONFIG="+cfg.Path),
	}.Deliver(ctx, ev)
}

// told is an event as receivers get it. A ledger that is begun anew counts from 1
// again: what makes an id of its number is the ledger's own name.
func told(cfg *config.Config, epoch string, ev ledger.Event) notify.Event {
	return notify.Event{
		ID: epoch + "-" + strconv.FormatInt(ev.Seq, 10), Project: cfg.Project,
		Seq: ev.Seq, Time: ev.Time, Kind: ev.Kind, Agent: ev.Agent, Data: ev.Data,
	}
}
