#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each header compiles alone, and twice in one file; no two have one guard.

cd "${ROOT:-.}" || exit 1
: "${COMPILE:=cc -std=c17 -D_POSIX_C_SOURCE=200809L -Ilib -I.}"
status=0

headers=$(find lib cmd -name '*.h' | sort)
for header in $headers; do
	name=${header#lib/}
	if ! printf '#include "%s"\n#include "%s"\ntypedef int used;\n' \
		"$name" "$name" | $COMPILE -x c -fsyntax-only - 2>&1; then
		echo "$header: does not compile alone"
		status=1
	fi
done

guards=$(for header in $headers; do
	guard=$(sed -n 's/^#ifndef \([A-Z0-9_]*_H\)$/\1/p' "$header")
	echo "${guard:-none} $header"
done)
if echo "$guards" | grep '^none '; then
	echo 'these headers have no guard'
	status=1
fi
if echo "$guards" | cut -d ' ' -f 1 | sort | uniq -d | grep -v '^none$'; then
	echo 'a guard stands in two headers'
	status=1
fi

exit $status
