/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "object/fields_set.h"
#include "object/object.h"
#include "object/quantity.h"

/* What the server may leave out. */
static bool is_zero(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_length(value) == 0;
	case JSON_TRUE:
		return false;
	case JSON_FALSE:
	case JSON_NULL:
		return true;
	case JSON_INTEGER:
	case JSON_REAL:
		return json_number_value(value) == 0;
	case JSON_OBJECT:
		return json_object_size(value) == 0;
	case JSON_ARRAY:
		return json_array_size(value) == 0;
	}
	return false;
}

/* Wanted as a number or a text; the server writes a text. */
static bool same_quantity(const json_t *want, const json_t *live)
{
	AUTO_STR struct str number = STR_INIT(STR_BIG);

	if (!json_is_string(live))
		return false;
	if (json_is_string(want))
		str_add(&number, json_string_value(want));
	else if (json_is_number(want))
		doc_write_json(&number, want);
	return quantity_equal(str_text(&number), json_string_value(live));
}

static bool contains_map(const json_t *live, const json_t *want)
{
	const char *key;
	json_t *value;

	json_object_foreach(each(want), key, value) {
		if (!object_contains(json_object_get(live, key), value))
			return false;
	}
	return json_is_object(live);
}

static bool contains_list(const json_t *live, const json_t *want)
{
	json_t *value;
	size_t i;

	if (json_array_size(live) != json_array_size(want))
		return false;
	json_array_foreach(want, i, value) {
		if (!object_contains(json_array_get(live, i), value))
			return false;
	}
	return json_is_array(live);
}

bool object_contains(const json_t *live, const json_t *want)
{
	if (!live)
		return is_zero(want);
	if (json_is_object(want))
		return contains_map(live, want);
	if (json_is_array(want))
		return contains_list(live, want);
	return doc_equal(live, want) || same_quantity(want, live);
}
