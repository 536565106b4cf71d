# SPDX-License-Identifier: Apache-2.0
#
# "file:line: code" of C, without comments and without what stands in quotes:
# for checks that look for words of the language.
FNR == 1 { comment = 0 }
{
	out = ""
	n = length($0)
	for (i = 1; i <= n; i++) {
		two = substr($0, i, 2)
		c = substr($0, i, 1)
		if (comment) {
			if (two == "*/") {
				comment = 0
				i++
			}
		} else if (quote != "") {
			if (c == "\\")
				i++
			else if (c == quote)
				quote = ""
		} else if (two == "/*") {
			comment = 1
			i++
		} else if (c == "\"" || c == "'") {
			quote = c
			out = out c c
		} else {
			out = out c
		}
	}
	quote = ""
	if (out ~ /[^ \t]/)
		print FILENAME ":" FNR ": " out
}
