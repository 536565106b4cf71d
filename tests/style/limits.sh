#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Size and form: functions of 100 lines, files of 600, lines of 80 columns
# with tabs of 8; a licence line on top; no // comment, nothing left to do, no
# blank at the end of a line.  A table that a program has made, table_*.c, has
# no form.

cd "${ROOT:-.}" || exit 1
style=$(cd "$(dirname "$0")" && pwd)
found=$(mktemp) || exit 1
trap 'rm -f "$found"' EXIT

c=$(find lib cmd tests -name '*.[ch]' ! -name 'table_*.c' | sort)
scripts=$(find tests cmd .ci \( -name '*.sh' -o -name '*.py' \
	-o -name '*.go' -o -name '*.awk' \) | sort)

awk '
function columns(line,    i, n, at) {
	at = 0
	n = length(line)
	for (i = 1; i <= n; i++)
		at += substr(line, i, 1) == "\t" ? 8 - at % 8 : 1
	return at
}
function file_ends() {
	if (file != "" && lines > 600)
		print file ":" lines ": more than 600 lines"
}
FNR == 1 {
	file_ends()
	file = FILENAME
	begin = 0
	if ($0 != "/* SPDX-License-Identifier: Apache-2.0 */")
		print FILENAME ":1: the licence is not on line 1"
}
{
	lines = FNR
	if (length($0) > 10 && columns($0) > 80)
		print FILENAME ":" FNR ": wider than 80 columns"
}
/[ \t]$/ {
	print FILENAME ":" FNR ": blank at the end of the line"
}
/TODO|FIXME|XXX[^X]/ {
	if ($0 !~ /XXXXXX/)
		print FILENAME ":" FNR ": something is left to do"
}
/^\{/ { begin = FNR }
/^\}/ {
	if (begin && FNR - begin - 1 > 100)
		print FILENAME ":" begin ": function of " FNR - begin - 1 \
			" lines"
	begin = 0
}
END { file_ends() }' $c >"$found"

awk -f "$style/strip.awk" $c | grep '//' |
	sed 's|^\([^:]*:[0-9]*\):.*|\1: a // comment|' >>"$found"

for file in $scripts; do
	head -n 2 "$file" |
		grep -qE '^(#|//) SPDX-License-Identifier: Apache-2.0$' ||
		echo "$file:1: the licence is not on line 1 or 2"
done >>"$found"

cat "$found"
[ ! -s "$found" ]
