#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# EXIT STATUS of gitops(1) lists what exit_status[] in cmd/exit.c can give,
# and 1, which is diff's; README.md lists the same.

cd "${ROOT:-.}" || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
status=0

{
	echo 1
	sed -n '/^static const int exit_status/,/^};/p' cmd/exit.c |
		grep -o '= [0-9A-Z_][0-9A-Z_]*' | sed -e 's/= //' -e 's/CMD_EXIT_SIGNAL/128+n/'
} | sort -u >"$dir/source"
sed -n '/^\.Sh EXIT STATUS/,/^\.El/s/^\.It //p' man/gitops.1 |
	sort -u >"$dir/page"
sed -n '/^## Exit status/,/^## /s/^| \([0-9+n]*\) |.*/\1/p' README.md |
	sort -u >"$dir/readme"

for list in page readme; do
	diff -u --label 'exit_status[] in cmd/exit.c' --label "$list" \
		"$dir/source" "$dir/$list" || status=1
done
exit $status
