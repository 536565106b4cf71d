/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "apps/internal.h"

#define NAME_MOST  256
#define VALUE_MOST ((size_t)64 << 10)

/* As Flux has it: ^[_[:alpha:]][_[:alpha:][:digit:]]*$ */
static bool is_name(const char *text, size_t n)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz_0123456789";

	return n && n <= NAME_MOST && strspn(text, allowed) == n &&
	       !(*text >= '0' && *text <= '9');
}

static int fail(const struct node *vars, const struct node_entry *entry,
		struct err *err, const char *why)
{
	return err_set(err, ERR_INPUT, "%s:%u: vars: '%.80s': %s", vars->file,
		       entry->line, entry->key, why);
}

/* As it is spelled, so that 1.10 keeps its zero; without its line breaks, which
 * Flux takes out. */
static int read_value(struct arena *arena, const struct node *vars,
		      const struct node_entry *entry, char **out,
		      struct err *err)
{
	const struct node *value = entry->value;
	AUTO_STR struct str text = STR_INIT(VALUE_MOST);

	if (value->kind != NODE_SCALAR)
		return fail(vars, entry, err, "expected a text");
	if (node_is_null(value)) {
		fail(vars, entry, err, "it has no value");
		return err_hint(err, "write '' for a text that is empty");
	}
	if (strlen(value->text) != value->n)
		return fail(vars, entry, err, "holds a NUL");
	for (const char *p = value->text; *p; p++)
		if (*p != '\n')
			str_add_char(&text, *p);
	if (text.full)
		return fail(vars, entry, err, "its value is too long");
	*out = str_keep(&text, arena);
	return 0;
}

int apps_read_vars(struct arena *arena, const struct node *node,
		   const struct map **out, struct err *err)
{
	struct map *vars;
	char *value;

	if (!node)
		return 0;
	if (node->kind != NODE_MAPPING)
		return node_fail(node, err,
				 "vars: expected a mapping of names to texts");
	vars = map_new(arena);
	for (size_t i = 0; i < node->n; i++) {
		const struct node_entry *entry = &node->entries[i];

		if (!is_name(entry->key, entry->key_len)) {
			fail(node, entry, err, "this is no name of a variable");
			return err_hint(err, "take letters, digits and '_', "
					     "with no digit first");
		}
		if (read_value(arena, node, entry, &value, err) < 0)
			return -1;
		map_set(vars, entry->key, value);
	}
	*out = vars;
	return 0;
}

const struct map *app_vars(struct arena *arena, const struct app *app,
			   const struct map *over)
{
	struct map *all;

	if (!app->vars || !over)
		return app->vars;
	all = map_new(arena);
	for (size_t i = 0; i < app->vars->n; i++)
		map_set(all, app->vars->entries[i].key,
			app->vars->entries[i].value);
	for (size_t i = 0; i < over->n; i++)
		map_set(all, over->entries[i].key, over->entries[i].value);
	return all;
}

static bool are_same(const struct map *a, const struct map *b)
{
	if (!a || !b)
		return a == b;
	for (size_t i = 0; i < a->n; i++)
		if (!str_equal(a->entries[i].value,
			       map_get(b, a->entries[i].key)))
			return false;
	return a->n == b->n;
}

bool app_is_same_place(const struct app *a, const struct app *b)
{
	return str_equal(a->path, b->path) &&
	       str_equal(a->namespace, b->namespace) &&
	       apps_same_helm(a->helm, b->helm) && are_same(a->vars, b->vars);
}
