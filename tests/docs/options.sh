#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each command has a page, and the options of its --help and of its page are
# the same, both ways: letters, long names, arguments and their order.  The
# page says what the command does in the words of the help.

cd "${ROOT:-.}" || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
status=0

# complain FILE TEXT...
complain()
{
	echo "$*"
	status=1
}

# "-n --namespace name", one a line, of "  -n, --namespace NAME   help"
of_help()
{
	sed -n '/^Options:/,/^See/p' | sed -n \
		-e 's/^  *\(-.*\)/\1/p' |
		sed -e 's/   *.*//' -e 's/,//' | tr '[:upper:]' '[:lower:]'
}

# The same of ".It Fl n , Fl -namespace Ns = Ns Ar name"
of_page()
{
	sed -n 's/^\.It \(Fl .*\)/\1/p' "$1" |
		sed -e 's/Fl /-/g' -e 's/ ,//' -e 's/ Ns = Ns / /' \
			-e 's/Ar //g' -e 's/Cm //g' -e 's/ | /|/g' |
		tr '[:upper:]' '[:lower:]'
}

"$GITOPS" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\)  *\(.*\)/\1 \2/p' \
	>"$dir/commands"
[ -s "$dir/commands" ] || complain "'gitops --help' lists no commands"

while read -r command summary; do
	page=man/gitops-$command.1
	if [ ! -f "$page" ]; then
		complain "$page: is missing"
		continue
	fi
	grep -qxF ".Nd $summary" "$page" ||
		complain "$page: .Nd is not '$summary'"
	grep -qxF ".Xr gitops-$command 1 ." man/gitops.1 ||
		complain "man/gitops.1: does not name gitops-$command"
	"$GITOPS" "$command" --help | of_help >"$dir/help"
	of_page "$page" >"$dir/page"
	diff -u --label "gitops $command --help" --label "$page" \
		"$dir/help" "$dir/page" || status=1
done <"$dir/commands"

for page in man/gitops-*.1; do
	command=${page#man/gitops-}
	grep -q "^${command%.1} " "$dir/commands" ||
		complain "$page: there is no such command"
done

exit $status
