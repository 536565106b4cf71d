/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What is read as JSON, an API server's answer, prints as JSON that reads the
 * same, can be shown as YAML, and is led through by pointers.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "document/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_again(struct arena *arena, const json_t *value)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	json_t *again = NULL;

	doc_write_json(&text, value);
	check(doc_read_json(arena, "again", str_bytes(&text), &again, &err) ==
	      0);
	check(doc_equal(value, again));
	doc_show_yaml(&shown, value);
	check(str_is_utf8(str_text(&shown), shown.len));
}

static void check_pointers(const json_t *object)
{
	AUTO_STR struct str pointer = STR_INIT(STR_BIG);
	json_t *value;
	void *it;

	/* jansson takes no const here and changes nothing. */
	for (it = json_object_iter((json_t *)(uintptr_t)object); it;
	     it = json_object_iter_next((json_t *)(uintptr_t)object, it)) {
		value = json_object_iter_value(it);
		str_clear(&pointer);
		doc_pointer_add(&pointer, json_object_iter_key(it));
		check(doc_pointer(object, str_text(&pointer)) == value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = { 0 };
	struct bytes bytes = { (const char *)data, size };
	json_t *value = NULL;

	if (doc_read_json(arena, "fuzz", bytes, &value, &err) < 0) {
		check(err.status == ERR_INPUT && str_starts(err.msg, "fuzz:"));
		return 0;
	}
	check_again(arena, value);
	check_pointers(value);
	return 0;
}
