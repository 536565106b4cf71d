#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# 'gitops --help' fits a screen of 24 lines, with a line for the next prompt,
# and no line of any help is wider than 80 columns.

status=0
lines=$("$GITOPS" --help | wc -l)
if [ "$lines" -gt 23 ]; then
	echo "gitops --help has $lines lines"
	status=1
fi
for command in '' $("$GITOPS" --help |
	sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
	# No word where there is no command.
	wide=$("$GITOPS" $command --help | awk 'length($0) > 80')
	if [ -n "$wide" ]; then
		echo "gitops $command --help: wider than 80 columns: $wide"
		status=1
	fi
done
exit $status
