package loop

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"pawl/loop/config"
	"pawl/loop/ledger"
)

// gate is an engine that listens for forges.
type gate struct {
	*herald
	pokes chan struct{}
	env   []string
}

func newGate(t *testing.T) *gate {
	g := &gate{herald: newHerald(t), pokes: make(chan struct{}, 10), env: []string{"KEY=s3cret"}}
	g.porter.poke = func() { g.pokes <- struct{}{} }
	g.Env = func() []string { return g.env }
	return g
}

// pass is the end of a pass under an address and the name of a secret.
func (g *gate) pass(listen, secretEnv string) {
	g.cfg.Origin.Webhook = config.Webhook{Listen: listen, SecretEnv: secretEnv}
	g.attend(g.cfg, "main")
}

// until waits for the n-th event of a kind.
func (g *gate) until(kind string, n int) ledger.Event {
	g.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if list := g.recorded(kind); len(list) >= n {
			return list[n-1]
		}
		if time.Now().After(end) {
			g.t.Fatalf("no %s", kind)
		}
	}
}

// post asks an address with a token, and returns the answer's code; 0 without one.
func (g *gate) post(addr, token, body string) int {
	req, err := http.NewRequest(http.MethodPost, "http://"+addr+"/", strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0
	}
	if err := resp.Body.Close(); err != nil {
		g.t.Error(err)
	}
	return resp.StatusCode
}

// free is an address on which nobody listens.
func free(t *testing.T) (string, net.Listener) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l.Addr().String(), l
}

func TestTheWebhookFollowsTheConfiguration(t *testing.T) {
	g := newGate(t)
	addr, l := free(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	g.pass(addr, "KEY")
	g.until("webhook.listening", 1)
	if code := g.post(addr, "s3cret", `{"ref":"refs/heads/main"}`); code != http.StatusAccepted {
		t.Errorf("a push is answered %d", code)
	}
	<-g.pokes
	if code := g.post(addr, "s3cret", `{"ref":"refs/heads/other"}`); code != http.StatusNoContent {
		t.Errorf("a push to another branch is answered %d", code)
	}
	g.pass(addr, "KEY")
	// Another secret, on the same port: what up recorded now.
	g.env = []string{"KEY=other"}
	g.pass(addr, "KEY")
	g.until("webhook.listening", 2)
	if old, now := g.post(addr, "s3cret", ""), g.post(addr, "other", ""); old != http.StatusUnauthorized || now != http.StatusAccepted {
		t.Errorf("the old secret is answered %d, the new one %d", old, now)
	}
	// None at all.
	g.env = nil
	g.pass(addr, "KEY")
	if ev := g.until("webhook.failed", 1); !strings.Contains(fmt.Sprint(ev.Data["error"]), "the variable KEY is empty or missing") {
		t.Errorf("without a secret it says %v", ev.Data)
	}
	if code := g.post(addr, "", ""); code != 0 {
		t.Errorf("without a secret the answer is %d", code)
	}
	g.pass(addr, "")
	g.until("webhook.listening", 3)
	if code := g.post(addr, "", ""); code != http.StatusAccepted {
		t.Errorf("where none is wanted the answer is %d", code)
	}
	g.pass("", "")
	for end := time.Now().Add(20 * time.Second); g.post(addr, "", "") != 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it listens still")
		}
	}
	if list := g.recorded("webhook.failed"); len(list) != 1 {
		t.Errorf("on record is %v", list)
	}
}

// It is told once, tried again later, and a pass never waits for it.
func TestAPortThatIsTaken(t *testing.T) {
	g := newGate(t)
	addr, taken := free(t)
	g.pass(addr, "")
	if ev := g.until("webhook.failed", 1); ev.Data["listen"] != addr || !strings.Contains(fmt.Sprint(ev.Data["error"]), "in use") {
		t.Errorf("it says %v", ev.Data)
	}
	failures := func() int {
		g.porter.running.Wait()
		return g.porter.failed
	}
	for i, c := range []struct {
		later time.Duration
		want  int
	}{{4 * time.Second, 1}, {time.Second, 2}, {9 * time.Second, 2}, {time.Second, 3}, {-100 * time.Hour, 4}} {
		g.now = g.now.Add(c.later)
		if g.pass(addr, ""); failures() != c.want {
			t.Errorf("step %d: it failed %d times, want %d", i, g.porter.failed, c.want)
		}
	}
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	g.now = g.now.Add(reopenLast)
	g.pass(addr, "")
	g.until("webhook.listening", 1)
	if code := g.post(addr, "", ""); code != http.StatusAccepted || len(g.recorded("webhook.failed")) != 1 {
		t.Errorf("in the end the answer is %d, on record is %v", code, g.recorded("webhook.failed"))
	}
}

// A tick, and a coordinator without the key, listen nowhere.
func TestATickDoesNotListen(t *testing.T) {
	g := newGate(t)
	g.porter.poke = nil
	addr, l := free(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	g.pass(addr, "")
	if g.porter.cancel != nil || g.post(addr, "", "") != 0 {
		t.Error("it listens")
	}
}
