/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/opt.h"

#define COLUMNS 80
#define INDENT  36 /* of the help; a longer option gets a line of its own */

/* "  -n, --namespace NAME" */
static void add_name(struct str *out, struct arena *arena,
		     const struct opt *opt)
{
	const char *arg = opt_arg(arena, opt);

	if (opt->letter)
		str_printf(out, "  -%c, --%s", opt->letter, opt->name);
	else
		str_printf(out, "      --%s", opt->name);
	if (arg)
		str_printf(out, " %s", arg);
}

static void add_spaces(struct str *out, size_t n)
{
	while (n--)
		str_add_char(out, ' ');
}

/* The words of `text` from column INDENT on, broken before column COLUMNS. */
static void add_wrapped(struct str *out, const char *text)
{
	size_t column = INDENT;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (column > INDENT && column + 1 + n >= COLUMNS) {
			str_add_char(out, '\n');
			add_spaces(out, INDENT);
			column = INDENT;
		} else if (column > INDENT) {
			str_add_char(out, ' ');
			column++;
		}
		str_add_bytes(out, text, n);
		column += n;
		text += n;
		text += strspn(text, " ");
	}
	str_add_char(out, '\n');
}

void opt_help(struct str *out, struct arena *arena, const struct opt *table)
{
	struct opt_list list;

	opt_list_all(arena, table, &list);
	for (size_t i = 0; i < list.n; i++) {
		size_t start = out->len, width;

		add_name(out, arena, &list.v[i]);
		width = out->len - start;
		if (width + 2 > INDENT) {
			str_add_char(out, '\n');
			width = 0;
		}
		add_spaces(out, INDENT - width);
		add_wrapped(out, list.v[i].help);
	}
}
