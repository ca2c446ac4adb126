
# Only what pawl finds wrong refuses, with this code. An older pawl that does not
# know the hook, a broken pawl.yaml or a file that is gone do not.
refused=65

given=
if [ "$hook" = pre-push ]; then
	given=$(cat)
	given=$given${given:+$newline}
fi
if runs "$theirs"; then
	if [ "$hook" = pre-push ]; then
		printf %s "$given" 2>/dev/null | "$theirs" "$@" || exit
	else
		"$theirs" "$@" || exit
	fi
fi
find_pawl || exit 0
said=$(printf %s "$given" 2>/dev/null | "$pawl" --config "$config" hook "$hook" -- "$@" 2>&1)
case $? in
0) [ -z "$said" ] || printf '%s\n' "$said" >&2 ;;
"$refused")
	printf '%s\n' "$said" >&2
	exit 1
	;;
*) [ -z "$said" ] || printf '%s\n' "${said%%"$newline"*}" >&2 ;;
esac
exit 0
