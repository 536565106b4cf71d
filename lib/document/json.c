/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "document/document.h"

#define INTEGER_DIGITS 19 /* of the largest that fits */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The end of the string that begins at `i`. */
static size_t skip_string(struct bytes in, size_t i)
{
	for (i++; i < in.len && in.data[i] != '"'; i++)
		if (in.data[i] == '\\')
			i++;
	return i < in.len ? i + 1 : in.len;
}

/* Does the integer whose digits are at `from` not fit? */
static bool is_too_large(struct bytes in, size_t from, size_t to)
{
	char text[INTEGER_DIGITS + 3];
	size_t n = to - from, sign = from > 0 && in.data[from - 1] == '-';

	if (from > sign && strchr(".eE+", in.data[from - sign - 1]))
		return false;
	if (to < in.len && strchr(".eE", in.data[to]))
		return false;
	if (n > INTEGER_DIGITS)
		return true;
	memcpy(text, in.data + from - sign, n + sign);
	text[n + sign] = '\0';
	errno = 0;
	(void)strtoll(text, NULL, 10);
	return errno != 0;
}

/*
 * Append the text with ".0" behind every integer that does not fit.  An API
 * server prints a double such as a schema's `maximum: 1.8e19` with all its
 * digits, and jansson refuses the whole answer.
 */
static void widen_integers(struct bytes in, struct str *out)
{
	size_t start = 0, end;

	for (size_t i = 0; i < in.len; i = end) {
		end = i + 1;
		if (in.data[i] == '"') {
			end = skip_string(in, i);
		} else if (is_digit(in.data[i])) {
			while (end < in.len && is_digit(in.data[end]))
				end++;
			if (!is_too_large(in, i, end))
				continue;
			str_add_bytes(out, in.data + start, end - start);
			str_add(out, ".0");
			start = end;
		}
	}
	str_add_bytes(out, in.data + start, in.len - start);
}

static json_t *load(struct bytes bytes, json_error_t *error)
{
	return json_loadb(bytes.data, bytes.len,
			  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY |
				  JSON_ALLOW_NUL,
			  error);
}

/* jansson quotes the text it stopped at, which may be a Secret's. */
static int fail(const struct doc_source *source, json_error_t *error,
		struct err *err)
{
	char *near = strstr(error->text, " near '");
	unsigned line = error->line > 1 ? (unsigned)error->line - 1 : 0;

	if (near && json_error_code(error) != json_error_duplicate_key)
		*near = '\0';
	return err_set(err, ERR_INPUT, "%s:%u: %s", source->name,
		       source->line + line, error->text);
}

int doc_read_json(struct arena *arena, const char *name, struct bytes bytes,
		  json_t **out, struct err *err)
{
	const struct doc_source source = doc_source_file(name, bytes);

	return doc_read_json_source(arena, &source, out, err);
}

int doc_read_json_source(struct arena *arena, const struct doc_source *source,
			 json_t **out, struct err *err)
{
	AUTO_STR struct str widened = STR_INIT(STR_BIG);
	json_error_t error;
	json_t *value = load(source->bytes, &error);

	if (!value && json_error_code(&error) == json_error_numeric_overflow) {
		widen_integers(source->bytes, &widened);
		value = load(str_bytes(&widened), &error);
	}
	if (!value)
		return fail(source, &error, err);
	*out = doc_keep(arena, value);
	return 0;
}

static int add(const char *bytes, size_t n, void *str)
{
	str_add_bytes(str, bytes, n);
	return 0;
}

void doc_write_json(struct str *out, const json_t *value)
{
	json_dump_callback(value, add, out,
			   JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
}

void doc_write_json_ascii(struct str *out, const json_t *value)
{
	json_dump_callback(value, add, out,
			   JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY |
				   JSON_ENSURE_ASCII);
}

void doc_write_json_pretty(struct str *out, const json_t *value)
{
	json_dump_callback(value, add, out,
			   JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENCODE_ANY |
				   JSON_ENSURE_ASCII);
	str_add_char(out, '\n');
}
