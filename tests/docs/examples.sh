#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The examples of the manual are run, as they stand, in a repository of two
# commits with a cluster beside it.  Those that need a network or an API
# server are only parsed: their options must be ones that the command has.

cd "${ROOT:-.}" || exit 1
man=$(pwd)/man
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
status=0

mkdir "$dir/bin" "$dir/home" "$dir/repo"
ln -s "$GITOPS" "$dir/bin/gitops"
PATH="$dir/bin:$PATH"
export HOME="$dir/home" GIT_CONFIG_NOSYSTEM=1
cd "$dir/repo" || exit 1
git init -q -b main
for text in one two; do
	cat >config.yaml <<-END
	apiVersion: v1
	kind: ConfigMap
	metadata: {name: config, namespace: demo}
	data: {text: number $text}
	END
	git add config.yaml
	git -c user.name=A -c user.email=a@example.com commit -q -m "$text"
done

# Examples, without roff's escapes.
sed -n -e 's/\\(dq/"/g' -e 's/^\.Dl \$ \(.*gitops .*\)/\1/p' \
	"$man"/*.1 >"$dir/examples"
[ -s "$dir/examples" ] || { echo 'man: there are no examples'; status=1; }

while read -r example; do
	case $example in
	*example.com* | *--context* | *jq*)
		# Options are read in their order: if --bogus is what is
		# complained of, those before it are right.
		words=$(echo "$example" | sed 's/ |.*//')
		said=$(bash -c "$words --bogus" 2>&1)
		want="unknown option '--bogus'"
		;;
	*)
		said=$(bash -c "$example" 2>&1 </dev/null)
		code=$?
		want=
		[ "$code" -le 1 ] || want="an exit status of 0 or 1"
		;;
	esac
	case $said in
	*"$want"*) ;;
	*)
		echo "\$ $example"
		echo "$said"
		status=1
		;;
	esac
done <"$dir/examples"
exit $status
