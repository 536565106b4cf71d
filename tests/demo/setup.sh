#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# setup.sh build|test
#
# Install the Debian packages that building, or also testing, needs and that
# are missing.  Nothing is downloaded when all are there.  Without root it
# prints the command and stops.

# "a|b": either will do, and a is installed where neither is there.
build='gcc libc6-dev make pkg-config|pkgconf git ca-certificates
	libgit2-dev
	libcurl4-openssl-dev|libcurl4-gnutls-dev|libcurl4-nss-dev
	libyaml-dev libjansson-dev libssl-dev libpcre2-dev'
test="$build"'
	libcmocka-dev clang libclang-rt-14-dev|libclang-rt-dev clang-format
	clang-tidy cppcheck valgrind mandoc
	python3 python3-pytest
	docker-registry apache2-utils gnupg
	nginx-light|nginx fcgiwrap openssh-server openssh-client openssl
	curl jq procps strace util-linux'

case $1 in
build) wanted=$build ;;
test) wanted=$test ;;
*)
	echo "usage: $0 build|test" >&2
	exit 2
	;;
esac

if ! command -v dpkg-query >/dev/null; then
	echo 'setup.sh: not a Debian system; these packages, or what they' \
		'are called here, are needed:' $wanted >&2
	exit 0
fi

is_there()
{
	# Also as pip has it.
	[ "$1" != python3-pytest ] ||
		! python3 -m pytest --version >/dev/null 2>&1 || return 0
	case $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) in
	installed) return 0 ;;
	esac
	return 1
}

missing=
for package in $wanted; do
	found=
	for one in $(echo "$package" | tr '|' ' '); do
		! is_there "$one" || found=1
	done
	[ "$found" ] || missing="$missing ${package%%|*}"
done
[ "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" != 0 ]; then
	echo 'Packages are missing.  Install them with' >&2
	echo "  sudo $install" >&2
	exit 1
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# The lists of a fresh machine are old, or not there at all.
apt-get update -q && $install
