#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh PROGRAM...
#
# Run cmocka programs and add up their tests.  UNDER is put before each
# command (valgrind).  A program that dies before it has told of every test
# counts as one failure more.  They run some at a time, and are told of in
# order.

passed=0 failed=0 skipped=0

export CMOCKA_MESSAGE_OUTPUT=TAP
export UBSAN_OPTIONS=print_stacktrace=1
export UNDER

results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' sh -c '
	$UNDER "$1" >"$2/${1##*/}" 2>&1
	echo $? >"$2/${1##*/}.status"' run '{}' "$results"

for program; do
	name=${program##*/}
	output=$(tr -d '\0' <"$results/$name")
	status=$(cat "$results/$name.status")
	p=$(echo "$output" | grep -c '^ok ')
	f=$(echo "$output" | grep -c '^not ok ')
	s=$(echo "$output" | grep -ci '^\(not \)\{0,1\}ok .*# skip')
	p=$((p - s))
	if [ "$status" != 0 ] && [ "$f" = 0 ]; then
		f=1
	fi
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	if [ "$f" = 0 ]; then
		echo "ok      $name ($p)"
	else
		echo "FAILED  $name (exit status $status)"
		echo "$output" | grep -v '^ok '
	fi
done

[ "$skipped" = 0 ] && more= || more=", $skipped skipped"
echo "$passed passed, $failed failed$more"
[ "$failed" = 0 ]
