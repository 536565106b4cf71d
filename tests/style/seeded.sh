#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The checks beside this one, checked: each passes on a small clean house, and
# names file and line of every fault that is put into it.

style=$(cd "$(dirname "$0")" && pwd)
ROOT=$(mktemp -d) || exit 1
export ROOT
trap 'rm -rf "$ROOT"' EXIT
COMPILE='cc -std=c17 -Ilib -I.'
export COMPILE
OUT=$ROOT/out
export OUT
status=0

spdx='/* SPDX-License-Identifier: Apache-2.0 */'

# house: a clean one of three rooms
house()
{
	rm -rf "$ROOT"/*
	mkdir -p "$ROOT/lib/base" "$ROOT/lib/plan" "$ROOT/lib/kube" \
		"$ROOT/cmd" "$ROOT/tests" "$ROOT/.ci" "$ROOT/out"
	cd "$ROOT" || exit 1
	cat >lib/ROOMS <<-'END'
	# room   may include  outside headers  symbol prefixes
	base     -            openssl/         str_
	plan     base         jansson.h        plan_
	kube     base plan    curl/curl.h      kube_
	cmd      *            -                cmd_ main
	END
	printf '%s\n#ifndef BASE_STR_H\n#define BASE_STR_H\nint str_n(void);\n#endif\n' \
		"$spdx" >lib/base/str.h
	printf '%s\n#include "base/str.h"\n\nint str_n(void)\n{\n\treturn 1;\n}\n' \
		"$spdx" >lib/base/str.c
	printf '%s\n#include <stdio.h>\n#include "base/str.h"\n\nint plan_n(void);\n\nint plan_n(void)\n{\n\treturn str_n();\n}\n' \
		"$spdx" >lib/plan/plan.c
	printf '%s\n#ifndef KUBE_H\n#define KUBE_H\n#endif\n' \
		"$spdx" >lib/kube/kube.h
	{
		echo '# SPDX-License-Identifier: Apache-2.0'
		seq 1 140 | sed '/^44$/d; s/.*/def test_row_&_x():/'
	} >tests/rows.py
	echo '44 why not' >tests/rows.txt
}

build()
{
	find lib -name '*.c' | while read -r file; do
		mkdir -p "out/${file%/*}"
		$COMPILE -w -c -o "out/${file%.c}.o" "$file" 2>/dev/null
	done
}

passes()
{
	if ! output=$("$style/$1" 2>&1); then
		echo "$1 complains of a clean house: $output"
		status=1
	fi
}

# fails SCRIPT TEXT: now it must, and say so
fails()
{
	build
	if output=$("$style/$1" 2>&1); then
		echo "$1 passes, and should say: $2"
		status=1
	elif ! echo "$output" | grep -qF "$2"; then
		echo "$1 should say: $2"
		echo "$output"
		status=1
	fi
	house
}

house
build
passes rooms.sh
passes headers.sh
passes limits.sh
passes rows.sh

echo '#include "kube/kube.h"' >>lib/plan/plan.c
fails rooms.sh 'lib/plan/plan.c:11: plan may not include kube/kube.h'
echo '#include <curl/curl.h>' >>lib/plan/plan.c
fails rooms.sh 'lib/plan/plan.c:11: <curl/curl.h> is not for plan'
echo '#include "str.h"' >>lib/base/str.c
fails rooms.sh 'lib/base/str.c:8: "str.h" names no room'
sed -i 's/^plan     base /plan     kube /' lib/ROOMS
fails rooms.sh 'lib/ROOMS:3: plan names kube, which is not above it'
mkdir lib/attic && echo "$spdx" >lib/attic/attic.c
fails rooms.sh 'lib/attic/attic.c:1: room attic is not in lib/ROOMS'
echo 'void helper(void) { }' >>lib/plan/plan.c
fails rooms.sh 'lib/plan/plan.c: helper has no prefix of plan'
echo 'int plan_state;' >>lib/plan/plan.c
fails rooms.sh 'lib/plan/plan.c: plan_state is a variable'

# Each banned word once; and none of them in a comment or a string.
for word in strcpy strcat sprintf gets strtok atoi system popen tmpnam mktemp \
	exit getenv printf fprintf json_decref json_incref malloc abort fopen \
	fork; do
	echo "void plan_x(void) { $word(0); }" >>lib/plan/plan.c
	fails rooms.sh "lib/plan/plan.c:11: "
	echo "/* $word(0) */ const char plan_y[] = \"$word(0)\";" \
		>>lib/plan/plan.c
	passes rooms.sh
	house
done
echo 'void *plan_x(void) { return stderr; }' >>lib/plan/plan.c
fails rooms.sh 'lib/plan/plan.c:11: lib never prints'
echo 'int plan_x(void) { return git_checkout_head(0, 0); }' >>lib/plan/plan.c
fails rooms.sh 'lib/plan/plan.c:11: nothing is ever checked out'

sed -i 's/^int str_n.*/size_t str_n(void);/' lib/base/str.h
fails headers.sh 'lib/base/str.h: does not compile alone'
sed -i '/^#/d' lib/base/str.h
fails headers.sh 'none lib/base/str.h'
sed -i 's/KUBE_H/BASE_STR_H/' lib/kube/kube.h
fails headers.sh 'a guard stands in two headers'

sed -i 1d lib/base/str.c
fails limits.sh 'lib/base/str.c:1: the licence is not on line 1'
echo 'set -e' >tests/x.sh
fails limits.sh 'tests/x.sh:1: the licence is not on line 1 or 2'
{ printf 'int plan_f(void)\n{\n' && yes '	;' | head -n 101 &&
	echo '}'; } >>lib/plan/plan.c
fails limits.sh 'lib/plan/plan.c:12: function of 101 lines'
yes 'struct x;' | head -n 600 >>lib/plan/plan.c
fails limits.sh 'lib/plan/plan.c:610: more than 600 lines'
printf '\t/* %073d */\n' 1 >>lib/plan/plan.c
fails limits.sh 'lib/plan/plan.c:11: wider than 80 columns'
echo '// no' >>lib/plan/plan.c
fails limits.sh 'lib/plan/plan.c:11: a // comment'
echo '/* TODO: later */' >>lib/plan/plan.c
fails limits.sh 'lib/plan/plan.c:11: something is left to do'
echo 'struct x; ' >>lib/plan/plan.c
fails limits.sh 'lib/plan/plan.c:11: blank at the end'

echo 'def test_row_43_44_x():' >>tests/rows.py
fails rows.sh 'tests/rows.txt:1: row 44 has a test: tests/rows.py:141'
: >tests/rows.txt
fails rows.sh 'tests/rows.txt: row 44 has no test'
echo '44 again' >>tests/rows.txt
fails rows.sh 'tests/rows.txt:2: not sorted'
echo '70 one more' >>tests/rows.txt
fails rows.sh 'tests/rows.txt:2: row 70 is not looked for'
sed -i 's/ .*//' tests/rows.txt
fails rows.sh 'tests/rows.txt:1: not NUMBER REASON'
seq 1 66 | sed 's/$/ why/' >tests/rows.txt
fails rows.sh ': more than '
echo 'static void row_141_x(void **state)' >tests/x_test.c
fails rows.sh 'tests/x_test.c:1: there is no row 141'

exit $status
