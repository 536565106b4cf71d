#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# How we behave on the network is said in one place: handles of libcurl are
# made and set up in options.c alone, and never so that they follow a
# redirect, read a netrc file, or print what they send.

cd "${ROOT:-.}" || exit 1
one=lib/http/options.c
found=$(
	grep -rnE 'curl_easy_(init|setopt|duphandle)' --include='*.[ch]' \
		lib cmd | grep -v "^$one:"
	grep -nE 'FOLLOWLOCATION, [^0]|CURL_NETRC_(OPTIONAL|REQUIRED)|VERBOSE' \
		/dev/null $one
)
[ -z "$found" ] && exit 0
echo "$found"
exit 1
