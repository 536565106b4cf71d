#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# pytest.sh DIRECTORY [ARGUMENT...]
#
# Run the pytest suite of a directory and end with our line of counts.

directory=$1
if ! ls "$directory"/test_*.py >/dev/null 2>&1; then
	echo '0 passed, 0 failed'
	exit 0
fi
if ! python3 -m pytest --version >/dev/null 2>&1; then
	echo 'pytest is missing: run tests/demo/setup.sh test'
	echo '0 passed, 1 failed'
	exit 1
fi
log=$(mktemp) || exit 1
trap 'rm -f "$log" "$log.status"' EXIT
{
	python3 -m pytest -p no:cacheprovider -ra "$@" 2>&1
	echo $? >"$log.status"
} | tee "$log"

# "=== 2 failed, 31 passed, 1 skipped, 3 errors in 12.3s ===", in any order
tail -n 1 "$log" | awk -v status="$(cat "$log.status")" '
{
	for (i = 1; i < NF; i++) {
		if ($(i + 1) ~ /^(passed|xfailed)/)
			passed += $i
		if ($(i + 1) ~ /^(failed|xpassed|error)/)
			failed += $i
		if ($(i + 1) ~ /^skipped/)
			skipped += $i
	}
}
END {
	# A suite that broke before it could count.
	if (status != 0 && !failed)
		failed = 1
	printf "%d passed, %d failed", passed, failed
	if (skipped)
		printf ", %d skipped", skipped
	print ""
	exit failed != 0
}'
