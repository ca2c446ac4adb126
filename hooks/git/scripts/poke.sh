
# poke has the coordinator told. Nothing waits for it, it holds nothing of git's
# open (git 2.55 leaves a pipe to the pusher open in hooks of its configuration),
# and knows neither git's variables nor those of an agent's session.
poke() {
	find_pawl || return 0
	(
		cd / || exit 0
		unset $(env | sed -n -e 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p' -e 's/^\(PAWL_[A-Za-z0-9_]*\)=.*/\1/p')
		if command -v setsid >/dev/null 2>&1; then
			exec setsid "$pawl" --config "$config" hook "$hook"
		fi
		exec "$pawl" --config "$config" hook "$hook"
	) </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
}

# moved reads the changes, a line each, and succeeds if one is of the branch. A
# few are looked at by the shell alone; it would be slow with many.
moved() {
	few=0
	while IFS=' ' read -r _ _ ref; do
		case $ref in
		$branch) return 0 ;;
		esac
		few=$((few + 1))
		if [ "$few" -ge 8 ]; then
			LC_ALL=C grep -q -e "$branch_line"
			return
		fi
	done
	return 1
}

if [ -n "${PAWL_HOOK_PROBE-}" ]; then
	theirs=
fi
if runs "$theirs"; then
	changes=$(cat)
	changes=$changes${changes:+$newline}
	printf %s "$changes" 2>/dev/null | "$theirs" "$@"
	status=$?
	if [ "$hook" != reference-transaction ] || [ "$1" = committed ]; then
		printf %s "$changes" 2>/dev/null | moved && poke
	fi
	exit "$status"
fi
if [ "$hook" != reference-transaction ] || [ "$1" = committed ]; then
	moved && poke
fi
exit 0
