#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# ENVIRONMENT of gitops(1) lists the variables that the sources look at, both
# ways.

cd "${ROOT:-.}" || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# Most are named where they are asked for; proxies and tokens are in tables.
{
	grep -rhoE --include='*.c' 'run_env\([a-z>-]+, "[A-Z_]+"' lib cmd
	grep -rhoE --include='*.c' '"[A-Z]+_(PROXY|TOKEN)"' lib
} | grep -o '"[A-Z_]*"' | tr -d '"' | sort -u >"$dir/source"
sed -n '/^\.Sh ENVIRONMENT/,/^\.Sh FILES/s/^\.It //p' man/gitops.1 |
	tr ' ' '\n' | grep '^[A-Z_]*$' | sort -u >"$dir/page"

diff -u --label 'lib, cmd' --label 'ENVIRONMENT of man/gitops.1' \
	"$dir/source" "$dir/page"
