#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The fault catalogue has 140 rows, each a thing that goes wrong.  A test of
# one has its number in its name, and one of several all of theirs:
#
#	def test_row_30_an_object_on_its_way_out_is_waited_for(...)
#	static void row_37_38_half_a_list_is_none(void **state)
#
# A row of those below has such a test, or a line "NUMBER REASON" in
# tests/rows.txt, sorted, which may only become fewer.

cd "${ROOT:-.}" || exit 1
most=1
found=$(mktemp) || exit 1
trap 'rm -f "$found"' EXIT

find tests -name '*.py' -o -name '*_test.c' | sort | xargs awk -v most=$most '
function is_ours(n) {
	return n >= 1 && n <= 66 || n >= 77 && n <= 100 || n >= 118 && n <= 140
}
FILENAME == "tests/rows.txt" {
	if ($0 !~ /^[0-9]+ ./)
		print FILENAME ":" FNR ": not NUMBER REASON"
	else if ($1 <= last)
		print FILENAME ":" FNR ": not sorted"
	else if (!is_ours($1))
		print FILENAME ":" FNR ": row " $1 " is not looked for"
	last = $1 + 0
	listed[last] = FNR
	if (FNR == most + 1)
		print FILENAME ":" FNR ": more than " most " rows"
	next
}
match($0, /^(def test_|static void )row(_[0-9]+)+_/) {
	names = substr($0, 1, RLENGTH - 1)
	sub(/.*row_/, "", names)
	n = split(names, row, "_")
	for (i = 1; i <= n; i++) {
		tested[row[i] + 0] = FILENAME ":" FNR
		if (row[i] < 1 || row[i] > 140)
			print FILENAME ":" FNR ": there is no row " row[i]
	}
}
END {
	for (i = 1; i <= 140; i++) {
		if (listed[i] && tested[i])
			print "tests/rows.txt:" listed[i] ": row " i \
				" has a test: " tested[i]
		if (is_ours(i) && !listed[i] && !tested[i])
			print "tests/rows.txt: row " i " has no test"
	}
}' tests/rows.txt >"$found"

cat "$found"
[ ! -s "$found" ]
