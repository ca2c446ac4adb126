package config

// EventKinds are the kinds of event that there are, or will be.
var EventKinds = []string{
	"agent.adopted", "agent.changed", "agent.conflict", "agent.exited", "agent.fatal", "agent.full", "agent.held", "agent.mismatch",
	"agent.parked", "agent.released", "agent.restarted", "agent.stalled", "agent.started", "agent.unauthorised", "agent.waiting",
	"check.failed", "config.approved", "config.held", "config.invalid", "config.reloaded",
	"coordinator.ended", "coordinator.started",
	"handoff.answered", "handoff.dismissed", "handoff.expired", "handoff.open", "handoff.retried", "handoff.sent",
	"handoff.stuck", "handoff.superseded", "handoff.taken", "handoff.withdrawn",
	"launcher.lost", "ledger.damaged", "loop.quiet", "notify.dropped", "notify.failed",
	"operator.down", "operator.lift", "operator.pause", "operator.phase", "operator.restart", "operator.resume", "operator.up", "operator.wake",
	"origin.moved", "origin.reachable", "origin.rewritten", "origin.unreachable",
	"pass.failed", "phase.advanced", "phase.done", "phase.entered", "phase.reopened", "phase.unclear", "phase.unproven",
	"plan.missing", "prompt.missing", "run.completed", "run.continued", "run.failed", "run.removed", "run.spawned", "run.stopped",
	"sequence.complete", "sequence.resumed", "signal.malformed",
	"turn.completed", "turn.failed", "turn.stopped",
	"wake.fired", "wake.repeated", "wake.skipped", "wake.taken", "watch.tripped", "webhook.failed", "webhook.listening",
}
