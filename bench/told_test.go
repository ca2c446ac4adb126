package bench

import (
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

// pollEvery is how often those look who poll: with the defaults of both (15 s and
// 30 s) a round would take half a minute, and nothing else would be seen.
const pollEvery = 2 * time.Second

// BenchmarkTold is how long it takes from a push until an agent has read what it is
// told: by pawl with a hook, a webhook and polling, and by the stand-in, which polls
// as often. The clock starts in origin's pre-receive hook, for the webhook when the
// forge posts.
func BenchmarkTold(b *testing.B) {
	if testing.Short() || runtime.GOOS != "linux" {
		b.Skip("waits for polling, and wants a date that tells nanoseconds")
	}
	type teller struct {
		name string
		told func() time.Duration
	}
	polling := fmt.Sprintf("origin: {url: %%q, branch: main, poll: %v}\n", pollEvery)
	address := freeAddress(b)
	hook, webhook, poll := newTelling(b), newTelling(b), newTelling(b)
	hook.byPawl("process", origin(hook.origin)).pawl("hooks", "install", hook.origin)
	webhook.byPawl("process", fmt.Sprintf("origin: {url: %q, branch: main, poll: 1h, webhook: {listen: %q}}\n", webhook.origin, address))
	poll.byPawl("process", fmt.Sprintf(polling, poll.origin))
	list := []teller{
		{"hook", hook.told}, {"poll", poll.polled},
		{"webhook", func() time.Duration { return webhook.posted("http://" + address) }},
	}
	if _, err := exec.LookPath("tmux"); err == nil {
		screen := newTelling(b)
		screen.byPawl("tmux", origin(screen.origin)).pawl("hooks", "install", screen.origin)
		list = append(list, teller{"hook-tmux", screen.told})
		if python := python(); python != "" {
			list = append(list, teller{"standin", newTelling(b).byStandIn(python)})
		}
	}
	var r race
	for b.Loop() {
		for i := range list {
			t := list[(i+r.rounds)%len(list)]
			r.note(t.name, t.told())
		}
		r.rounds++
	}
	r.report(b, [2]string{"hook", "standin"}, [2]string{"webhook", "standin"}, [2]string{"poll", "standin"}, [2]string{"hook-tmux", "standin"})
}

// freeAddress is one that can be listened on.
func freeAddress(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return l.Addr().String()
}
