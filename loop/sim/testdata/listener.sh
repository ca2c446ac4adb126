#!/bin/sh
# An agent of the tests: it writes down what it is told, and does nothing else.
set -eu
. "$DEMO_AGENTS/common.sh"
note started "${PAWL_PHASE:--}"
while IFS= read -r line; do
	note told "$line"
done
