#!/bin/sh
# The Adversary of the demo: runs what was claimed, tries a case that its
# author did not think of, and reviews the commit that was claimed.
set -eu
. "$DEMO_AGENTS/common.sh"

# try prints what is wrong with the program, or nothing.
try() {
	sh "test-$1.sh" || echo "its own test fails"
	case "$1" in
	greet*)
		got=$(sh "$1.sh" 'ann  lee')
		[ "$got" = 'hello, ann  lee' ] || echo "two spaces in a name become one: $got"
		;;
	*)
		got=$(sh "$1.sh" 1 2 3)
		[ "$got" = 6 ] || echo "1 2 3 gives $got, not 6"
		;;
	esac
}

review() {
	gate=$1
	update
	claimed=$(git log -1 --format=%H --grep="^claim($gate)")
	fault=$(try "$gate")
	if [ -z "$fault" ]; then
		git commit -q --allow-empty -m "review($gate): it holds" -m "Verdict: pass
Reviewed: $claimed"
	else
		mkdir -p machine-docs
		printf '%s\n' "$fault" >machine-docs/BUILDER-INBOX.md
		git add -A
		git commit -q -m "review($gate): $fault" -m "Verdict: fail
Reviewed: $claimed"
	fi
	until git push -q origin "HEAD:$branch" 2>/dev/null; do
		git pull -q --rebase origin "$branch"
	done
	note pushed "$(git rev-parse HEAD)"
}

while IFS= read -r line; do
	note told "$line"
	printf '%s\n' "$line" | tr ';' '\n' | sed -n 's/.*claim(\([^)]*\)).*/\1/p' | sort -u >"$DEMO_RECORD/gates.$PAWL_GENERATION"
	while IFS= read -r gate; do review "$gate"; done <"$DEMO_RECORD/gates.$PAWL_GENERATION"
done
