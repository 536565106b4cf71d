#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh PROGRAM...
#
# Replay the corpus of each fuzz target: of OUT/tests/fuzz/NAME-replay, that
# is every file of tests/fuzz/corpus/NAME and of tests/golden/NAME.  With SECONDS_EACH, the programs
# are libFuzzer's: search for that long, beginning with the corpus.  What is
# found is left beside the program.

passed=0 failed=0

for program; do
	name=${program##*/}
	name=${name%-replay}
	corpus=tests/fuzz/corpus/$name
	golden=tests/golden/$name
	[ -d "$golden" ] || golden=
	if [ "$SECONDS_EACH" ]; then
		mkdir -p "$program.found"
		"$program" -max_total_time="$SECONDS_EACH" -timeout=10 \
			-rss_limit_mb=1024 -print_final_stats=1 \
			-artifact_prefix="$program.found/broken-" \
			"$program.found" "$corpus" $golden \
			>"$program.log" 2>&1
		status=$?
		n=1
		grep -a 'number_of_executed_units' "$program.log"
	else
		"$program" "$corpus"/* ${golden:+"$golden"/*} \
			>"$program.log" 2>&1
		status=$?
		n=$(grep -c '^ok ' "$program.log")
	fi
	if [ "$status" = 0 ]; then
		echo "ok      $name ($n)"
		passed=$((passed + n))
	else
		echo "FAILED  $name (exit status $status)"
		tail -n 40 "$program.log"
		failed=$((failed + 1))
	fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
