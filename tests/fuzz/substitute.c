/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables in a text, and in an object that holds it.  A text of which each
 * dollar sign stands twice comes out as it was; an object is one still, or an
 * error tells its place.
 */
#include <stdint.h>
#include <string.h>

#include "document/document.h"
#include "render/substitute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		__builtin_trap();
}

static struct map *make_vars(struct arena *arena)
{
	static const char *const pairs[][2] = {
		{ "a", "a" },        { "b", "a.b/c" },   { "n", "8080" },
		{ "e", "" },         { "q", "\"" },      { "y", "a: [b" },
		{ "u", "\xc3\xa9" }, { "l", "- a" },     { "t", "*a" },
		{ "h", " # x" },     { "s", "'a' 'b'" }, { "d", "${a}" },
	};
	struct map *vars = map_new(arena);

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		map_set(vars, pairs[i][0], arena_strdup(arena, pairs[i][1]));
	return vars;
}

static void check_text(struct arena *arena, struct bytes text,
		       const struct map *vars)
{
	AUTO_STR struct str out = STR_INIT(SUBSTITUTE_BYTES);
	AUTO_STR struct str twice = STR_INIT(SUBSTITUTE_BYTES);
	AUTO_STR struct str again = STR_INIT(SUBSTITUTE_BYTES);
	AUTO_ERR struct err err = { 0 }, none = { 0 };
	struct map *missing = map_new(arena);

	if (substitute_text(text, vars, missing, &out, &err) < 0)
		must(err.status == ERR_INPUT && err.msg);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '$')
			str_add_char(&twice, '$');
		str_add_char(&twice, text.data[i]);
	}
	must(substitute_text(str_bytes(&twice), vars, map_new(arena), &again,
			     &none) == 0);
	must(again.len == text.len &&
	     (!text.len || !memcmp(again.data, text.data, text.len)));
}

static void check_object(struct arena *arena, struct bytes text,
			 const struct map *vars)
{
	AUTO_ERR struct err err = { 0 };
	struct doc doc = { .value = doc_object(arena), .origin = "a.yaml:7" };

	if (!str_is_utf8(text.data, text.len) ||
	    memchr(text.data, '\0', text.len))
		return;
	doc_set_string(doc.value, "ConfigMap", "kind", NULL);
	doc_set_string(doc.value, arena_strndup(arena, text.data, text.len),
		       "data", "text", NULL);
	if (substitute_doc(arena, &doc, vars, &doc, &err) == 0)
		must(json_is_object(doc.value));
	else
		must(err.status == ERR_INPUT &&
		     str_starts(err.msg, "a.yaml:7: "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct bytes text = { (const char *)data, size };
	const struct map *vars = make_vars(arena);

	check_text(arena, text, vars);
	check_object(arena, text, vars);
	return 0;
}
