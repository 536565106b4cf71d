#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# lib/README.md leads through every room of lib/ROOMS, in its order.

cd "${ROOT:-.}" || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

awk '/^[a-z]/ && $1 != "cmd" { print $1 }' lib/ROOMS >"$dir/rooms"
sed -n 's/^\*\*\([a-z]*\)\*\* .*/\1/p' lib/README.md >"$dir/tour"
diff -u --label lib/ROOMS --label lib/README.md "$dir/rooms" "$dir/tour"
