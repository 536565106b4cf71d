#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Build Gitea into DIR: a program, and `static`, a link to the templates and
# options it reads while it runs.  Does nothing where DIR is up to date.  The
# first time takes eight minutes of two processors.
set -eu

if [ $# -ne 1 ]; then
	echo 'usage: build.sh DIR' >&2
	exit 2
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")"

if ! command -v go >/dev/null; then
	echo 'build.sh: the test forge is built with Go, which is missing' >&2
	echo 'hint: install Go 1.21 or newer' >&2
	exit 2
fi

# Two suites that start together must not both build.
exec 9>"$out/lock"
flock 9

made_of=$(cat go.mod go.sum tools.go build.sh | sha256sum)
if [ "$(cat "$out/stamp" 2>/dev/null)" = "$made_of" ]; then
	exit 0
fi

echo '  GO      the test forge (eight minutes the first time)'
module=code.gitea.io/gitea
go build -trimpath -tags 'sqlite sqlite_unlock_notify' \
	-ldflags "-s -w -X main.Version=$(go list -m -f '{{.Version}}' $module)" \
	-o "$out/gitea" $module
ln -sfn "$(go list -m -f '{{.Dir}}' $module)" "$out/static"

echo "$made_of" >"$out/stamp"
