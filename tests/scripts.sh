#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# scripts.sh SCRIPT...
#
# Run each script as one test: 0 passed, 77 skipped (its last line says why),
# anything else failed, and then its output is shown.  They run some at a time,
# and are told of in order.

passed=0 failed=0 skipped=0

results=$(mktemp -d) || exit 1
trap 'rm -rf "$results"' EXIT
printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' sh -c '
	"$1" >"$2/${1##*/}" 2>&1
	echo $? >"$2/${1##*/}.status"' run '{}' "$results"

for script; do
	output=$(cat "$results/${script##*/}")
	case $(cat "$results/${script##*/}.status") in
	0)
		passed=$((passed + 1))
		echo "ok      $script"
		;;
	77)
		skipped=$((skipped + 1))
		echo "skipped $script: $(echo "$output" | tail -n 1)"
		;;
	*)
		failed=$((failed + 1))
		echo "FAILED  $script"
		echo "$output"
		;;
	esac
done

[ "$skipped" = 0 ] && more= || more=", $skipped skipped"
echo "$passed passed, $failed failed$more"
[ "$failed" = 0 ]
