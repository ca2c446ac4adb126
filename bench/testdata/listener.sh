#!/bin/sh
# An agent that writes down when it has read a line, and does nothing else.
# usage: listener.sh FILE
echo up >"$1.up"
printf '> '
while IFS= read -r line; do
	printf '%s %s\n' "$(date +%s%N)" "$line" >>"$1"
	printf '> '
done
