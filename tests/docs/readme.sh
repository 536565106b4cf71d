#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The transcript in README.md is what the demo prints, word for word, and the
# demo ends well.  Ids of commits are told apart by nothing but their name.

cd "${ROOT:-.}" || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

if ! "${DEMO:-tests/demo/demo.sh}" >"$dir/demo" 2>&1; then
	cat "$dir/demo"
	exit 1
fi
sed -n '/^```console$/,/^```$/p' README.md | sed '/^```/d' >"$dir/readme"
[ -s "$dir/readme" ] || { echo 'README.md: no transcript'; exit 1; }

# Every line of the transcript, in order and with nothing between.
awk '
NR == FNR { demo[n++] = $0; next }
{ text[m++] = $0 }
END {
	for (i = 0; i + m <= n; i++) {
		for (j = 0; j < m && demo[i + j] == text[j]; j++)
			;
		if (j == m)
			exit 0
		if (j > best) {
			best = j
			at = i
		}
	}
	print "README.md: the transcript is not the demo'\''s from here on:"
	print "-" text[best]
	print "+" demo[at + best]
	exit 1
}' "$dir/demo" "$dir/readme"
