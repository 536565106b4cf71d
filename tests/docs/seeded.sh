#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The checks beside this one, checked: each passes on a copy of what it reads,
# and names every fault that is put into it.

docs=$(cd "$(dirname "$0")" && pwd)
house=$(pwd)
ROOT=$(mktemp -d) || exit 1
trap 'rm -rf "$ROOT"' EXIT
export ROOT GITOPS
export DEMO="$ROOT/demo.sh"
program=$GITOPS
status=0

copy()
{
	rm -rf "$ROOT"/*
	cp -R "$house/man" "$house/cmd" "$house/README.md" "$ROOT"
	mkdir "$ROOT/lib"
	cp -R "$house"/lib/* "$ROOT/lib"
	# The demo is what the README says of it: it has a test of its own.
	{
		echo '#!/bin/sh'
		echo 'cat <<"END"'
		sed -n '/^```console$/,/^```$/p' "$house/README.md" |
			sed '/^```/d'
		echo END
	} >"$DEMO"
	chmod +x "$DEMO"
	GITOPS=$program
}

# fails SCRIPT TEXT: now it must, and say so; then all is well again
fails()
{
	if said=$("$docs/$1" 2>&1); then
		echo "$1 passes, and should say: $2"
		status=1
	elif ! echo "$said" | grep -qF -e "$2"; then
		echo "$1 should say: $2"
		echo "$said"
		status=1
	fi
	copy
}

# instead SED: gitops, with its output changed
instead()
{
	printf '#!/bin/sh\n"%s" "$@" | sed -e '"'%s'"'\n' "$program" "$1" \
		>"$ROOT/gitops"
	chmod +x "$ROOT/gitops"
	GITOPS=$ROOT/gitops
}

copy
for script in options exit environment help examples readme completion \
	tour; do
	if ! said=$("$docs/$script.sh" 2>&1); then
		echo "$script.sh complains of what is right: $said"
		status=1
	fi
done

sed -i '/^\.It Fl -context/,/^\.It Fl h/{/^\.It Fl -context/d}' \
	"$ROOT/man/gitops-diff.1"
fails options.sh '---context name'
sed -i 's/^\.It Fl -rev Ns = Ns Ar revision/.It Fl -rev Ns = Ns Ar ref/' \
	"$ROOT/man/gitops-render.1"
fails options.sh '+--rev ref'
sed -i 's/^\.It Fl q , /.It Fl s , /' "$ROOT/man/gitops-sync.1"
fails options.sh '+-s --quiet'
instead 's/--kubeconfig/--kubecfg   /'
fails options.sh '---kubecfg'
sed -i 's/^\.Nd .*/.Nd something else/' "$ROOT/man/gitops-help.1"
fails options.sh 'man/gitops-help.1: .Nd is not'
rm "$ROOT/man/gitops-version.1"
fails options.sh 'man/gitops-version.1: is missing'
cp "$ROOT/man/gitops-diff.1" "$ROOT/man/gitops-frob.1"
fails options.sh 'man/gitops-frob.1: there is no such command'
sed -i '/^\.Xr gitops-render 1 \.$/d' "$ROOT/man/gitops.1"
fails options.sh 'man/gitops.1: does not name gitops-render'

sed -i '/^\.Sh EXIT STATUS/,$s/^\.It 3$/.It 6/' "$ROOT/man/gitops.1"
fails exit.sh '+6'
sed -i 's/\[ERR_TEMPORARY\] = 4/[ERR_TEMPORARY] = 75/' "$ROOT/cmd/exit.c"
fails exit.sh '-75'
sed -i '/^| 5 |/d' "$ROOT/README.md"
fails exit.sh '-5'

sed -i '/^\.It Ev GITOPS_GIT_TOKEN/d' "$ROOT/man/gitops.1"
fails environment.sh '-GITOPS_GIT_TOKEN'
echo 'static int f(void) { return run_env(run, "NEW_ONE"); }' \
	>>"$ROOT/cmd/exit.c"
fails environment.sh '-NEW_ONE'

instead 'p;p'
fails help.sh 'gitops --help has'
instead 's/repository/a repository that is so much longer than it should be/'
fails help.sh 'wider than 80 columns'

sed -i 's/^\.Dl \$ gitops render -q/.Dl $ gitops render --hush/' \
	"$ROOT/man/gitops-render.1"
fails examples.sh "unknown option '--hush'"
sed -i 's/^\(\.Dl \$ gitops diff --fail-on drift\) --context/\1 --kontext/' \
	"$ROOT/man/gitops-diff.1"
fails examples.sh "unknown option '--kontext'"

sed -i 's/1 changed, 2 unchanged/1 changed, 3 unchanged/' "$ROOT/README.md"
fails readme.sh '-1 changed, 3 unchanged'
echo 'exit 1' >>"$DEMO"
fails readme.sh 'unchanged'

instead 's/text json/text/'
fails completion.sh "bash: 'gitops diff --output ' offers"
instead 's/files=1/files=/'
fails completion.sh "bash: 'gitops sync --kubeconfig a' offers"

sed -i 's/^\*\*plan\*\*/**plans**/' "$ROOT/lib/README.md"
fails tour.sh '+plans'

exit $status
