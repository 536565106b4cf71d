#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# scripts.sh SCRIPT...
#
# Run each script as one test: 0 passed, 77 skipped (its last line says why),
# anything else failed, and then its output is shown.

passed=0 failed=0 skipped=0

for script; do
	output=$("$script" 2>&1)
	case $? in
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
