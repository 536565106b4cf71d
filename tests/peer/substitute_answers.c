/* SPDX-License-Identifier: Apache-2.0 */

/* Put variables into texts and objects, a line of JSON each, as the program in
 * substitute/ asks for them; for test_substitute.py, which compares. */

#include <stdio.h>
#include <string.h>

#include "render/substitute.h"

#define LINE_MOST 65536

static struct map *read_vars(struct arena *arena, json_t *vars)
{
	struct map *out = map_new(arena);
	const char *name;
	json_t *value;

	json_object_foreach(vars, name, value)
		map_set(out, name,
			arena_strdup(arena, json_string_value(value)));
	return out;
}

static int answer(struct arena *arena, const json_t *question, json_t **out,
		  struct err *err)
{
	const struct map *vars = read_vars(arena,
					   doc_get(question, "vars", NULL));
	const char *text = doc_get_string(question, "text", NULL);
	struct doc doc = {
		.value = doc_get(question, "object", NULL),
		.origin = "a.yaml:1",
	};
	AUTO_STR struct str set = STR_INIT(SUBSTITUTE_BYTES);
	struct map *missing = map_new(arena);

	if (doc.value) {
		if (substitute_doc(arena, &doc, vars, &doc, err) < 0)
			return -1;
		*out = doc.value;
		return 0;
	}
	if (substitute_text((struct bytes){ text, strlen(text) }, vars, missing,
			    &set, err) < 0)
		return -1;
	if (missing->n)
		return err_set(err, ERR_INPUT, "not set");
	if (!str_is_utf8(str_text(&set), set.len))
		return err_set(err, ERR_INPUT, "no UTF-8");
	*out = doc_keep(arena, json_stringn(str_text(&set), set.len));
	return 0;
}

int main(void)
{
	static char line[LINE_MOST];

	doc_init();
	while (fgets(line, sizeof(line), stdin)) {
		AUTO_ARENA struct arena *arena = arena_new();
		AUTO_ERR struct err err = { 0 };
		json_t *question, *value;

		if (doc_read_json(arena, "stdin",
				  (struct bytes){ line, strlen(line) },
				  &question, &err) < 0)
			return 1;
		if (answer(arena, question, &value, &err) < 0) {
			value = doc_object(arena);
			doc_set_string(value, err.msg, "error", NULL);
		}
		json_dumpf(value, stdout, JSON_ENCODE_ANY);
		puts("");
	}
	return 0;
}
