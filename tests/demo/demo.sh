#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# demo.sh
#
# gitops at work, with no Kubernetes: a small configuration repository is
# synced into a directory that plays the cluster.  What is shown after "$" is
# what runs; an exit status other than the one announced ends the demo with 1.

set -u

gitops=${GITOPS:-$(cd "$(dirname "$0")/../.." && pwd)/gitops}
if [ ! -x "$gitops" ]; then
	echo "demo.sh: $gitops is not there" >&2
	echo "hint: run make" >&2
	exit 1
fi

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Nothing of whoever looks on: neither settings nor caches.
for name in $(env | sed -n 's/^\(GITOPS_[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done
export HOME="$tmp" XDG_CACHE_HOME="$tmp/cache" GIT_CONFIG_NOSYSTEM=1
export GIT_CONFIG_GLOBAL=/dev/null
# The same commit id on every day, as README.md shows it.
export GIT_AUTHOR_DATE=2026-01-02T03:04:05Z
export GIT_COMMITTER_DATE=2026-01-02T03:04:05Z
mkdir "$tmp/bin" "$tmp/config"
ln -s "$gitops" "$tmp/bin/gitops"
PATH="$tmp/bin:$PATH"

fail()
{
	echo "demo.sh: $*" >&2
	exit 1
}

note()
{
	printf '\n# %s\n' "$*"
}

# Show a command and run it; it must end with this status.
try()
{
	want=$1
	shift
	printf '$ %s\n' "$*"
	eval "$*"
	got=$?
	if [ "$got" != "$want" ]; then
		fail "'$*' ended with $got, not with $want"
	fi
	case $1,$want in
	gitops,*) echo "# exit status $got" ;;
	esac
}

# What the last diff must have said, told by a second one.
expect()
{
	gitops diff --cluster dir:../cluster | grep -q -e "$1" ||
		fail "the diff does not show '$1'"
}

cd "$tmp/config" || exit 1
mkdir deploy
cat >deploy/namespace.yaml <<EOF
apiVersion: v1
kind: Namespace
metadata:
  name: shop
EOF
cat >deploy/web.yaml <<EOF
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: nginx:1.27
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector: {app: web}
  ports:
  - port: 80
EOF

note 'A configuration repository: plain manifests, committed.'
try 0 git init -q -b main
try 0 git add deploy
try 0 git -c user.name=Ada -c user.email=ada@example.com \
	commit -q -m "'a web server'"
try 0 git ls-files

note 'What would a sync change?  Everything is new.'
try 1 gitops diff --cluster dir:../cluster

note 'Make it so.'
try 0 gitops sync --cluster dir:../cluster

note 'Now nothing differs.'
try 0 gitops diff --cluster dir:../cluster

note 'Somebody edits the cluster by hand.'
try 0 sed -i "'s/replicas: 2/replicas: 5/'" \
	../cluster/shop/deployment.apps_web.yaml

note 'The drift, and nothing but the drift.'
try 1 gitops diff --cluster dir:../cluster
expect '^change    Deployment shop/web '
expect '^-  replicas: 5  *# drift$'
expect '^+  replicas: 2$'
expect '^1 to change, 2 unchanged: '

note 'Git wins.'
try 0 gitops sync --cluster dir:../cluster
try 0 gitops diff --cluster dir:../cluster
