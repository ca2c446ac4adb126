package loop

import "testing"

// What a change of pawl.yaml does to sessions that run.
func TestReload(t *testing.T) {
	tell(t, []tale{
		{"an idle agent starts again with what is new, the others go on", nil, `
			up
			pass 3
			agents- builder
			agents+ builder: {kind: loop, role: builder, adapter: script, model: opus}
			pass
			expect event agent.changed 1
			expect did stop builder
			pass
			expect did restart builder
			pass
			expect generations builder 2
			expect generations adversary 1
			run 5m
			expect event agent.changed 1
			expect generations builder 2`},
		{"a busy one first comes to an end", nil, `
			up
			pass 3
			agents- builder
			agents+ builder: {kind: loop, role: builder, adapter: script, env: {A: b}}
			prints builder
			pass
			prints builder
			pass
			expect event agent.changed 1
			expect generations builder 1
			run 30s
			expect generations builder 2`},
		{"one that owes an answer gives it first", nil, `
			up
			pass 3
			claim a
			pass 3
			expect state adversary taken a
			agents- adversary
			agents+ adversary: {kind: loop, role: adversary, adapter: script, model: opus}
			run 2m
			expect generations adversary 1
			review a pass
			run 30s
			expect generations adversary 2`},
		{"changed back in time, nothing happens", nil, `
			up
			pass 3
			prints builder
			agents- builder
			agents+ builder: {kind: loop, role: builder, adapter: script, model: opus}
			pass
			agents- builder
			agents+ builder: {kind: loop, role: builder, adapter: script}
			run 2m
			expect generations builder 1`},
		{"a new folder waits for up", nil, `
			up
			pass 3
			agents- builder
			agents+ builder: {kind: loop, role: builder, adapter: script, dir: elsewhere}
			run 2m
			expect event agent.changed 1
			expect generations builder 1`},
		{"a paused one is left alone", nil, `
			up
			pass 3
			pause builder
			agents- builder
			agents+ builder: {kind: loop, role: builder, adapter: script, model: opus}
			run 2m
			expect generations builder 1
			resume builder
			run 30s
			expect generations builder 2`},
		{"who watches over it, and when it is woken, is no reason", nil, `
			up
			pass 3
			agents- builder
			agents+ builder: {kind: loop, role: builder, adapter: script, watch: heal, account: x, session: y, wakes: [{cron: '0 * * * *', prompt: look}]}
			run 2m
			expect event agent.changed 0
			expect generations builder 1`},
		{"one that was adopted is not judged", nil, `
			up
			pass 3
			lose
			pass 2
			up
			agents- builder
			agents+ builder: {kind: loop, role: builder, adapter: script, model: opus}
			run 2m
			expect running adversary builder
			expect generations builder 1`},
		{"an agent that is new waits for up, one that is gone is stopped", nil, `
			up
			pass 3
			agents+ third: {kind: persistent, adapter: script}
			agents- adversary
			run 2m
			expect running builder
			up
			pass 2
			expect running builder third`},
	})
}
