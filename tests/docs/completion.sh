#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What the completions offer: bash is asked, as it asks itself; zsh and fish
# must be able to read theirs, where they are installed.  bash, because bash's
# is what is tested.

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
status=0

PATH=$dir/bin:$PATH
mkdir "$dir/bin" "$dir/work" "$dir/work/a directory"
ln -s "$GITOPS" "$dir/bin/gitops"
cd "$dir/work" || exit 1
touch 'a file' other
source <(gitops completion bash) || exit 1

# offers WORDS... : what is offered for the last of them, sorted, in quotes
offers()
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_gitops 2>/dev/null
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
}

# expect WANT WORDS...
expect()
{
	local want=$1 got
	shift
	got=$(offers "$@")
	if [[ ${got% } != "$want" ]]; then
		echo "bash: '$*' offers '${got% }', not '$want'"
		status=1
	fi
}

expect 'completion diff help history release render rollback status sync version' gitops ''
expect 'status sync' gitops s
expect '--namespace --no-force --no-prune --notify' gitops sync --n
expect '--output' gitops render --o
expect '' gitops render --cl
expect 'json markdown text' gitops diff --output ''
expect 'json' gitops diff -o j
expect 'json' gitops diff --output = j
expect 'always auto never' gitops sync --color =
expect 'dir: kube' gitops sync --cluster ''
expect 'a directory a file other' gitops sync --cluster dir : ''
expect 'a directory a file' gitops sync --kubeconfig a
expect '' gitops sync --context ''
expect 'a directory a file other' gitops sync ''
expect 'bash fish zsh' gitops completion ''
expect 'sync' gitops help sy

for shell in zsh fish; do
	command -v $shell >/dev/null || continue
	gitops completion $shell >"$dir/script"
	$shell -n "$dir/script" || status=1
done
exit $status
