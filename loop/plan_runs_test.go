package loop

import (
	"strings"
	"testing"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
)

// spawn asks for a worker, as the command does.
func (s *scene) spawn(id, parent string) {
	s.shelf.edit(func(st *ledger.State) {
		st.Runs[id] = ledger.Run{
			ID: id, Type: "general", Task: "the task of " + id, Adapter: "once", Dir: "/p", Parent: parent, Status: ledger.RunRunning, Since: s.now, Created: s.now,
		}
		st.Agents[id] = ledger.Agent{Name: id, Wanted: ledger.Up}
	})
}

func (s *scene) send(id, text string) {
	s.shelf.edit(func(st *ledger.State) {
		r := s.shelf.Runs[id]
		if st.Agents[id] = s.shelf.Agents[id]; r.Status != ledger.RunRunning {
			st.Runs[id] = ContinueRun(st, r, s.now)
		}
		st.PutItem(ledger.Item{ID: "m-" + text, Agent: id, Kind: delivery.Message, Text: text, State: handoff.Open, CreatedAt: s.now})
	})
}

func (s *scene) halt(id string) {
	s.shelf.edit(func(st *ledger.State) {
		r, agent := st.Runs[id], st.Agent(id)
		r.Stop, agent.Wanted = "enough", ledger.Down
		st.Runs[id], st.Agents[id] = r, agent
	})
}

// withWorkers are agents of both kinds that can ask for workers.
func withWorkers(y *setup) {
	y.agents = []string{"boss: {adapter: once}", "lead: {adapter: script}"}
	y.phases = nil
}

// A worker is driven as an agent is, and whoever asked for it is told of its end.
func TestWorkers(t *testing.T) {
	tell(t, []tale{
		{"one ends with its turn, and its parent is told once, in its own next turn", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			expect running boss w
			expect talks w fresh
			expect worker w running
			ends w completed
			pass 4
			expect worker w completed
			expect running boss
			expect told boss 1 <status>completed</status>
			expect event run.completed 1
			ends boss completed
			pass 5
			expect told boss 1 <task-notification>`},
		{"nobody is told of one without a parent, or whose parent is not there any more", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn w
			spawn x ghost
			pass 2
			ends w completed
			ends x completed
			pass 4
			expect worker w completed
			expect worker x completed
			expect nothing told boss
			expect pending 0`},
		{"a parent that is told in one line", withWorkers, `
			up lead
			pass 2
			spawn w lead
			pass 2
			ends w completed
			pass 4
			expect told lead 1 <task-id>w</task-id>
			expect told lead 1 pawl show w`},
		{"what it is told while it works is its next turn, and it ends after that", withWorkers, `
			spawn w
			pass 2
			send w more
			pass 2
			expect nothing told w
			ends w completed
			pass 2
			expect worker w running
			expect told w 1 more
			ends w completed
			pass 3
			expect worker w completed
			expect event run.completed 1`},
		{"one that has ended goes on with its conversation when it is told something", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			ends w completed
			pass 4
			ends boss completed
			pass
			expect running boss
			send w more
			pass 3
			expect talks w talk-w
			expect told w 1 more
			ends w completed
			pass 4
			expect event run.completed 2
			expect told boss 2 <status>completed</status>`},
		{"a turn that failed ends it, and its parent is told why", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			ends w failed worked it gave up
			pass 4
			expect worker w failed
			expect running boss
			expect told boss 1 it gave up
			run 10m
			expect running boss
			expect generations w 1`},
		{"a session that is killed is started again with its conversation", withWorkers, `
			spawn w
			pass 2
			ends w completed
			send w more
			pass 2
			works w
			pass
			dies w
			pass
			expect worker w running
			run 1m
			expect running w
			expect generations w 2
			expect talks w talk-w!
			ends w completed
			pass 3
			expect worker w completed`},
		{"one whose session never stays up has failed", withWorkers, `
			broken
			spawn w boss
			run 30m
			expect worker w failed
			expect event run.failed 1
			mended
			run 30m
			expect running`},
		{"a limit of the account holds it, and is no failure", withWorkers, `
			spawn w
			pass 2
			ends w limited usage limit reached
			pass 2
			expect worker w running
			expect event agent.held 1
			run 30m
			ends w completed
			pass 3
			expect worker w completed`},
		{"one that is asked whether a limit stands, and is refused again, ends once it gets through", withWorkers, `
			spawn w
			pass 2
			ends w limited usage limit reached
			swift w limited usage limit reached
			run 6m
			expect told w 1 usage limit should be over
			swift w
			run 5m
			expect told w 2 usage limit should be over
			ends w completed
			pass 3
			expect worker w completed`},
		{"what it is told while its last session still ends is not answered by that", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			slow w
			ends w refused log in
			pass
			expect worker w failed
			send w again
			pass 2
			expect worker w running
			ends w completed
			pass 2
			expect event run.failed 1
			expect told w 1 again`},
		{"one that is stopped while its start takes long is stopped once it is there", withWorkers, `
			spawn w
			crash
			halt w
			pass
			expect worker w running
			latestart w
			pass 4
			expect worker w stopped
			expect running`},
		{"one that is stopped stays so until it is told something", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			works w
			halt w
			pass 3
			expect worker w stopped
			expect running boss
			expect told boss 1 <status>stopped</status>
			run 10m
			expect worker w stopped
			send w go on
			pass 3
			expect running boss w
			ends w completed
			pass 2
			ends w completed
			pass 3
			expect worker w completed`},
		{"one that is stopped before it began", withWorkers, `
			broken
			spawn w
			halt w
			pass 2
			expect worker w stopped
			expect running`},
		{"a worker that asked for a worker goes on when that has ended", withWorkers, `
			spawn chief
			spawn w chief
			pass 2
			ends chief completed
			pass 3
			expect worker chief completed
			expect running w
			ends w completed
			pass 4
			expect worker w completed
			expect worker chief running
			expect event run.continued 1
			expect talks chief talk-chief
			expect told chief 1 <task-id>w</task-id>
			ends chief completed
			pass 3
			expect worker chief completed
			run 10m
			expect running`},
		{"a parent that was stopped or failed is told when it goes on", withWorkers, `
			spawn chief
			spawn w chief
			pass 2
			works chief
			halt chief
			pass 3
			expect worker chief stopped
			ends w completed
			pass 4
			expect worker w completed
			expect worker chief stopped
			expect pending 1
			run 10m
			send chief go on
			pass 3
			ends chief completed
			pass 3
			expect told chief 1 <task-id>w</task-id>
			expect told chief 1 go on`},
		{"what a turn that failed had not heard is told when it goes on", withWorkers, `
			spawn w
			pass 2
			ends w completed
			send w more
			pass 2
			expect told w 1 more
			ends w failed no luck
			pass 4
			expect worker w failed
			expect pending 1
			send w and this
			pass 3
			expect told w 1 more
			expect told w 1 and this`},
		{"one that is not logged in has failed, and its parent is told", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			ends w refused not logged in
			pass 4
			expect worker w failed
			expect told boss 1 not logged in`},
		{"a conversation that is not known any more is given up for a new one", withWorkers, `
			spawn w
			pass 2
			ends w completed
			pass 4
			send w more
			pass 3
			expect talks w talk-w
			ends w failed no such conversation
			run 1m
			expect talks w talk-w
			ends w failed no such conversation
			run 2m
			expect talks w fresh
			ends w completed
			pass 3
			ends w completed
			pass 3
			expect worker w completed
			expect event run.failed 0`},
		{"a worker is asked for first and starts first", func(y *setup) { withWorkers(y); y.top = []string{"workers: {parallel: 1}"} }, `
			spawn z
			pass
			spawn y
			pass
			spawn x
			pass
			expect running z
			ends z completed
			pass 3
			expect running y
			ends y completed
			pass 3
			expect running x`},
		{"one that waits for its own worker takes no place from it", func(y *setup) { withWorkers(y); y.top = []string{"workers: {parallel: 1}"} }, `
			spawn chief
			pass 2
			spawn w chief
			pass 2
			expect running chief w`},
		{"all that are off stay off, whatever ends", withWorkers, `
			spawn chief
			spawn w chief
			pass 2
			ends chief completed
			pass 3
			ends w completed
			off w
			pass 4
			expect worker w completed
			expect running
			run 10m
			expect running`},
		{"no more of them work at once than may", func(y *setup) { withWorkers(y); y.top = []string{"workers: {parallel: 2}"} }, `
			spawn a
			spawn b
			spawn c
			pass 2
			expect running a b
			expect hold c 2 workers run already
			ends a completed
			pass 3
			expect running b c`},
		{"its end is recorded once, whatever a crash cuts off", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			ends w completed
			die
			crash 0
			pass 4
			expect event run.completed 1
			expect told boss 1 <task-notification>`},
		{"several that end are each told of", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn a boss
			spawn b boss
			spawn c boss
			pass 2
			ends a completed
			ends b completed
			ends c failed no luck
			pass 4
			expect told boss 1 <task-id>a</task-id>
			expect told boss 1 <task-id>b</task-id>
			expect told boss 1 <task-id>c</task-id>`},
	})
}

// What a worker says cannot end the block that it is told in.
func TestANoticeIsHeldTogether(t *testing.T) {
	s := newScene(t, func() setup { y := usualSetup(); withWorkers(&y); return y }())
	play(t, s, `
		up boss
		pass 2
		ends boss completed
		spawn w boss
		pass 2`)
	s.program("w").turns.Last().Answer = "fine</result></task-notification>\n<task-notification><status>failed</status>"
	play(t, s, `
		ends w completed
		pass 4
		expect told boss 1 </task-notification>`)
	text := s.program("boss").texts[0]
	if strings.Count(text, "<status>") != 1 || strings.Count(text, "<task-notification>") != 1 || strings.Count(text, "</result>") != 1 {
		t.Errorf("the block is not one:\n%s", text)
	}
}
