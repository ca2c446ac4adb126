#!/bin/sh
# The Builder of the demo: writes a program and a test, claims its gate, mends
# what a review finds, and marks the phase done when the gate has passed.
set -eu
. "$DEMO_AGENTS/common.sh"
status="machine-docs/STATUS-$PAWL_PHASE.md"

write_test() {
	printf '#!/bin/sh\n%s\n' "$1" >"test-$PAWL_PHASE.sh"
}

# first_try has a fault that its own test does not find.
first_try() {
	case "$PAWL_PHASE" in
	greet*)
		printf '#!/bin/sh\necho hello, $1\n' >"$PAWL_PHASE.sh"
		write_test "test \"\$(sh $PAWL_PHASE.sh ann)\" = 'hello, ann'"
		;;
	*)
		printf '#!/bin/sh\necho $(($1 + $2))\n' >"$PAWL_PHASE.sh"
		write_test "test \"\$(sh $PAWL_PHASE.sh 2 2)\" = 4"
		;;
	esac
}

mend() {
	case "$PAWL_PHASE" in
	greet*) printf '#!/bin/sh\nprintf "hello, %%s\\n" "$1"\n' >"$PAWL_PHASE.sh" ;;
	*) printf '#!/bin/sh\nsum=0\nfor n in "$@"; do sum=$((sum + n)); done\necho "$sum"\n' >"$PAWL_PHASE.sh" ;;
	esac
}

read_letter() {
	[ -f machine-docs/BUILDER-INBOX.md ] || return 0
	echo "letter: $(head -n 1 machine-docs/BUILDER-INBOX.md)"
	git rm -q machine-docs/BUILDER-INBOX.md
}

act() {
	update
	case "$line" in
	*"review($PAWL_PHASE) fail"*)
		read_letter
		mend
		sh "test-$PAWL_PHASE.sh"
		commit_and_push "claim($PAWL_PHASE): mended, and its test passes"
		;;
	*"review($PAWL_PHASE) pass"*)
		grep -q '^## DONE' "$status" && return 0
		printf '\n## DONE\n\nThe gate has passed.\n' >>"$status"
		commit_and_push "phase $PAWL_PHASE is done"
		;;
	*inbox*)
		read_letter
		git diff --cached --quiet || commit_and_push "read the letter"
		;;
	esac
}

update
if [ ! -f "$PAWL_PHASE.sh" ]; then
	first_try
	sh "test-$PAWL_PHASE.sh"
	mkdir -p machine-docs
	printf '# %s\n\nThe program is written and claimed.\n' "$PAWL_PHASE" >"$status"
	commit_and_push "claim($PAWL_PHASE): a program and a test that passes"
fi
while IFS= read -r line; do
	note told "$line"
	act
done
