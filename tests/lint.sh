#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# lint.sh TOOL [OPTION...] -- FILE... [-- OPTION...]
#
# Run a tool over each file, some at a time.  It is one test: it fails where
# the tool complains of any file, and is skipped where it is not installed.

tool=$1
if ! command -v "$tool" >/dev/null; then
	echo "$tool is not installed"
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
fi

command= files= after= part=command
for word; do
	case $part:$word in
	command:--) part=files ;;
	files:--) part=after; after=' --' ;;
	command:*) command="$command $word" ;;
	files:*) files="$files $word" ;;
	after:*) after="$after $word" ;;
	esac
done
[ "$tool" = clang-tidy ] || after=${after# --}

if [ -z "$files" ]; then
	echo '0 passed, 0 failed'
	exit 0
fi

# One line for each file that failed, behind what the tool said of it.
output=$(printf '%s\n' $files |
	xargs -n 1 -P "$(nproc)" sh -c "
		said=\$($command \"\$1\" $after 2>&1) ||
			printf '%s\nFAILED  %s\n' \"\$said\" \"\$1\"" lint)
[ -z "$output" ] || echo "$output"
n=$(printf '%s\n' $files | wc -l)
if failed=$(echo "$output" | grep -c '^FAILED  '); then
	echo "$tool: $failed of $n files"
	echo '0 passed, 1 failed'
	exit 1
fi
echo "ok      $tool ($n files)"
echo '1 passed, 0 failed'
