#!/bin/sh
# One turn of a fake terminal agent: it writes down what it was told, and does
# what the demo's agent of its role does about that. What fails, as everything
# does while origin is away, is done again.
. "$DEMO_AGENTS/common.sh"
line=
case "$PAWL_WAKE_TEXT" in
w????????????\ *)
	note told "$PAWL_WAKE_TEXT"
	line=$PAWL_WAKE_TEXT
	;;
esac
mkdir -p "$DEMO_RECORD/again"
until printf '%s\n' "$line" | DEMO_RECORD="$DEMO_RECORD/again" sh "$DEMO_AGENTS/$PAWL_ROLE.sh"; do
	sleep 0.2
done
