# What both demo agents share. They are line-reading programs: the kickoff is
# what they do at start, and each wake is one line on standard input.
branch=main

now() { date +%s%N; }

# note keeps the agent's own record of what it was told and what it pushed.
note() { printf '%s %s\n' "$(now)" "$*" >>"$DEMO_RECORD/$PAWL_AGENT.$PAWL_GENERATION"; }

update() { git fetch -q origin "$branch" && git reset -q --hard "origin/$branch"; }

# commit_and_push MESSAGE: another agent may push in between.
commit_and_push() {
	git add -A
	git commit -q -m "$1"
	until git push -q origin "HEAD:$branch" 2>/dev/null; do
		git pull -q --rebase origin "$branch"
	done
	note pushed "$(git rev-parse HEAD)"
}
