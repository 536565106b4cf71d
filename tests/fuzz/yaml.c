/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whatever is read as YAML can be written, unless it holds what YAML cannot
 * hold; and what was written reads and writes the same again.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct doc_budget budget = {
	.file_bytes = (size_t)1 << 20,
	.depth = 64,
	.nodes = 5000,
	.documents = 100,
};

/* Written out, aliases and all. */
static const struct doc_budget wide = {
	.file_bytes = (size_t)64 << 20,
	.depth = 64,
	.nodes = 5000,
	.documents = 1,
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* "fuzz:LINE: " and more. */
static void check_error(const struct err *err)
{
	const char *digits = err->msg + strlen("fuzz:");
	size_t n;

	check(err->status == ERR_INPUT && str_starts(err->msg, "fuzz:"));
	n = strspn(digits, "0123456789");
	check(n && str_starts(digits + n, ": ") && digits[n + 2]);
}

/* U+0085 is lost on the way by design. */
static bool holds_nel(const json_t *value)
{
	AUTO_STR struct str json = STR_INIT(STR_BIG);

	doc_write_json(&json, value);
	return strstr(str_text(&json), "\xc2\x85");
}

static void check_again(struct arena *arena, const json_t *value,
			const struct str *text)
{
	AUTO_STR struct str again = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	struct docs docs = { 0 };

	check(doc_read_yaml(arena, "again", str_bytes(text), &wide, &docs,
			    &err) == 0);
	check(docs.n == 1 && doc_equal(docs.v[0].value, value));
	check(doc_write_yaml(&again, docs.v[0].value, &err) == 0);
	check(again.len == text->len &&
	      !memcmp(again.data, text->data, text->len));
}

static void check_document(struct arena *arena, const json_t *value)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };

	doc_show_yaml(&shown, value);
	check(shown.len && str_is_utf8(shown.data, shown.len));
	if (doc_write_yaml(&text, value, &err) < 0)
		check(err.status == ERR_INPUT && !text.len);
	else if (!holds_nel(value))
		check_again(arena, value, &text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	struct bytes bytes = { (const char *)data, size };
	struct docs docs = { 0 };

	if (doc_read_manifests(arena, "fuzz", bytes, &budget, &docs, &err) < 0)
		check_error(&err);
	for (size_t i = 0; i < docs.n; i++)
		check_document(arena, docs.v[i].value);
	return 0;
}
