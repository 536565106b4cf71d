#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Hold lib/ and cmd/ against lib/ROOMS: who includes whom, which headers from
# outside, which symbols are exported; and calls that no room, or only some,
# may make.

cd "${ROOT:-.}" || exit 1
style=$(cd "$(dirname "$0")" && pwd)
sources=$(find lib cmd -name '*.[ch]' | sort)
found=$(mktemp) || exit 1
trap 'rm -f "$found" "$found.c"' EXIT

# ---- #include ----

awk '
# C17 and POSIX, and what base/ needs of the system beyond them.
BEGIN {
	split("assert ctype errno fcntl float inttypes limits locale math " \
	      "netinet/tcp poll setjmp signal spawn stdarg stdbool stddef stdint stdio " \
	      "stdlib string strings time unistd dirent fnmatch glob pwd " \
	      "regex termios sys/file sys/ioctl sys/mman sys/prctl " \
	      "sys/resource sys/socket sys/stat sys/time sys/types " \
	      "sys/utsname sys/wait arpa/inet netdb netinet/in sys/un", s)
	for (i in s)
		standard[s[i] ".h"] = 1
}
FILENAME == "lib/ROOMS" {
	if (/^#/ || !NF)
		next
	# Columns are divided by two blanks or more; words in one by one.
	split($0, column, /  +/)
	room = column[1]
	level[room] = ++rooms
	n = split(column[2], words, " ")
	for (i = 1; i <= n; i++) {
		may[room, words[i]] = 1
		if (words[i] != "-" && words[i] != "*" && !(words[i] in level))
			print "lib/ROOMS:" FNR ": " room " names " words[i] \
				", which is not above it"
	}
	outside[room] = column[3]
	next
}
FNR == 1 {
	n = split(FILENAME, path, "/")
	room = path[1] == "cmd" ? "cmd" : path[2]
	if (!(room in level))
		print FILENAME ":1: room " room " is not in lib/ROOMS"
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	n = split(part[2], path, "/")
	if (n < 2)
		print FILENAME ":" FNR ": \"" part[2] "\" names no room"
	else if (path[1] != room && !may[room, path[1]] && !may[room, "*"])
		print FILENAME ":" FNR ": " room " may not include " part[2]
}
/^[ \t]*#[ \t]*include[ \t]*</ {
	split($0, part, /[<>]/)
	if (standard[part[2]])
		next
	n = split(outside[room], words, " ")
	ok = 0
	for (i = 1; i <= n; i++) {
		if (part[2] == words[i] || (words[i] ~ /\/$/ &&
					    index(part[2], words[i]) == 1))
			ok = 1
	}
	if (!ok)
		print FILENAME ":" FNR ": <" part[2] "> is not for " room
}' lib/ROOMS $sources >>"$found"

# ---- calls ----

code=$(awk -f "$style/strip.awk" $sources)

# ban WHERE WORDS WHY: no such word in the files that match WHERE, which may
# begin with "!" for those that do not.
ban()
{
	case $1 in
	!*) invert=-v pattern=${1#!} ;;
	*) invert= pattern=$1 ;;
	esac
	echo "$code" | grep -E $invert "^$pattern" |
		grep -E "[^A-Za-z0-9_.>]($2)([^A-Za-z0-9_]|\$)" |
		grep -v 'format(printf,' |
		sed -E "s|^([^:]*:[0-9]*): *(.*)|\1: $3: \2|" >>"$found"
}

# The same for names that are also good for a variable: only where called.
ban_call()
{
	code_was=$code
	code=$(echo "$code" | grep -E "[^A-Za-z0-9_.>]($2) *\(")
	ban "$@"
	code=$code_was
}

ban '' 'strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof' \
	'has no bound, or no error'
ban_call '' 'system' 'is banned'
ban '' 'popen|tmpnam|mktemp|tempnam' 'is banned'
ban_call lib/ 'exit|quick_exit' 'lib never exits'
ban lib/ 'getenv|secure_getenv|environ' \
	'lib reads no environment but run_env()'
ban lib/ 'printf|vprintf|puts|putchar|perror|stdout|stderr' \
	'lib never prints'
ban '!(lib/report/|cmd/)' 'fprintf|vfprintf|fputs|fputc|fwrite' \
	'only report prints'
ban '!lib/document/' 'json_incref|json_decref|json_auto_t' \
	'only document counts references'
ban '!lib/base/' 'malloc|calloc|realloc|strdup|strndup|asprintf' \
	'memory comes from an arena, or from xmalloc()'
ban_call '!lib/base/' 'abort' 'only base gives up'
ban_call '!(cmd/|lib/(base|tree|git|cluster/directory)/)' \
	'open|creat|fopen|opendir' 'files are opened by base/file.h'
ban_call '!lib/base/' 'fork|posix_spawn|posix_spawnp|execv|execve|execvp' \
	'processes are started by base/process.h'
ban '' 'git_(checkout|stash|submodule)_[a-z_]*|git_clone' \
	'nothing is ever checked out'

# ---- exported symbols ----

if [ "$OUT" ]; then
	for file in $(echo "$sources" | grep '\.c$'); do
		object=$OUT/${file%.c}.o
		[ -f "$object" ] || continue
		nm -g --defined-only -f sysv "$object" |
			sed -n "s%^%$file|%; /.*|.*|.*|/s/ //gp"
	done | awk -F '|' '
	FILENAME == "lib/ROOMS" {
		if (!/^#/ && NF) {
			split($0, column, /  +/)
			prefixes[column[1]] = column[4]
		}
		next
	}
	# file | symbol | value | class | type | size | line | section
	{
		split($1, path, "/")
		room = path[1] == "cmd" ? "cmd" : path[2]
		n = split(prefixes[room], words, " ")
		ok = 0
		for (i = 1; i <= n; i++) {
			if ($2 == words[i] || (words[i] ~ /_$/ &&
					       index($2, words[i]) == 1))
				ok = 1
		}
		if (!ok)
			print $1 ": " $2 " has no prefix of " room
		# A constant with pointers in it is in .data.rel.ro.
		if ($8 ~ /^\.(bss|data)/ && $8 !~ /^\.data\.rel\.ro/)
			print $1 ": " $2 " is a variable that others can write"
	}' lib/ROOMS - >>"$found"
fi

cat "$found"
[ ! -s "$found" ]
