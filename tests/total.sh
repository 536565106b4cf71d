#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# total.sh 'name: command'...
#
# Run every suite, whatever fails, and add up their last lines of the form
# "N passed, N failed[, N skipped]".  A suite that fails without counting a
# failure, or that counts nothing at all, is itself one failure.

passed=0 failed=0 skipped=0 broken=
log=$(mktemp) || exit 1
trap 'rm -f "$log" "$log.status"' EXIT

for suite; do
	name=${suite%%:*}
	echo "== $name"
	{ sh -c "${suite#*:}" 2>&1; echo $? >"$log.status"; } | tee "$log"
	status=$(cat "$log.status")
	counts=$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\1 \2 \4/p' \
		"$log" | tail -n 1)
	set -- ${counts:-0 0 0}
	if [ -z "$counts" ] || { [ "$status" != 0 ] && [ "$2" = 0 ]; }; then
		set -- "$1" $(($2 + 1)) "${3:-0}"
	fi
	passed=$((passed + $1))
	failed=$((failed + $2))
	skipped=$((skipped + ${3:-0}))
	[ "$2" = 0 ] || broken="$broken $name"
done

[ -z "$broken" ] || echo "failed in:$broken"
[ "$skipped" = 0 ] && more= || more=", $skipped skipped"
echo "$passed passed, $failed failed$more"
[ "$failed" = 0 ]
