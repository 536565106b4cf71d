#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Build the parts of the test cluster into DIR: etcd, kube-apiserver,
# kube-controller-manager and kube-scheduler (links to one binary), kubectl,
# kwok, and kwok's stages.yaml.  Does nothing where DIR is up to date.  The
# first time takes ten minutes of two processors, later ones half a minute.
set -eu

if [ $# -ne 1 ]; then
	echo 'usage: build.sh DIR' >&2
	exit 2
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")"

if ! command -v go >/dev/null; then
	echo 'build.sh: the test cluster is built with Go, which is missing' >&2
	echo 'hint: install Go 1.21 or newer, or set KUBEBUILDER_ASSETS to' \
		'a directory with etcd, kube-apiserver and kubectl' >&2
	exit 2
fi

# Two suites that start together must not both build.
exec 9>"$out/lock"
flock 9

made_of=$(cat go.mod go.sum tools.go control/main.go build.sh | sha256sum)
if [ "$(cat "$out/stamp" 2>/dev/null)" = "$made_of" ]; then
	exit 0
fi

echo '  GO      the test cluster (ten minutes the first time)'
version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
named=k8s.io/component-base/version
minor=${version#v*.}
flags="-s -w -X $named.gitVersion=$version -X $named.gitMajor=1
	-X $named.gitMinor=${minor%%.*}"

for package in ./control k8s.io/kubernetes/cmd/kubectl \
	sigs.k8s.io/kwok/cmd/kwok; do
	echo "  GO      ${package##*/}"
	go build -trimpath -ldflags "$flags" -o "$out/" "$package"
done
for part in etcd kube-apiserver kube-controller-manager kube-scheduler; do
	ln -sf control "$out/$part"
done

stages=$(go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
for folder in node/fast node/heartbeat pod/fast; do
	for file in "$stages/$folder"/*.yaml; do
		[ "${file##*/}" = kustomization.yaml ] && continue
		echo ---
		cat "$file"
	done
done >"$out/stages.yaml"

echo "$made_of" >"$out/stamp"
