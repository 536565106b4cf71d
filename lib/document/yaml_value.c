/* SPDX-License-Identifier: Apache-2.0 */

/* What one scalar of a YAML document means: yaml.v3's types and tags. */

#include <math.h>
#include <string.h>

#include "document/rune.h"
#include "document/scalar.h"
#include "document/yaml_fold.h"
#include "document/yaml_read.h"

#define TAG_PREFIX "tag:yaml.org,2002:"

/* Base64 as Go decodes it, in which what is no UTF-8 becomes U+FFFD on its
 * way through JSON. */
static int make_binary(const struct yaml_reader *reader, const char *text,
		       size_t n, json_t **out, struct err *err)
{
	AUTO_STR struct str bytes = STR_INIT(STR_BIG);
	AUTO_STR struct str valid = STR_INIT(STR_BIG);
	size_t width;

	if (!str_decode_base64(&bytes, text, n))
		return doc_yaml_fail(reader, err,
				     "a !!binary value that is no base64");
	for (size_t i = 0; i < bytes.len; i += width) {
		if (doc_rune(bytes.data + i, bytes.len - i, &width) ==
		    RUNE_INVALID)
			str_add(&valid, "\xef\xbf\xbd");
		else
			str_add_bytes(&valid, bytes.data + i, width);
	}
	*out = json_stringn_nocheck(str_text(&valid), valid.len);
	return 0;
}

/* JSON has one kind of number: a real that is whole is an integer where it
 * fits. */
static json_t *make_number(double real)
{
	json_int_t integer;

	if (doc_real_as_integer(real, &integer))
		return json_integer(integer);
	return json_real(real);
}

static int make_resolved(const struct yaml_reader *reader,
			 const struct scalar *scalar, const char *text,
			 size_t n, json_t **out, struct err *err)
{
	switch (scalar->type) {
	case SCALAR_STRING:
		*out = json_stringn_nocheck(text, n);
		return 0;
	case SCALAR_NULL:
		*out = json_null();
		return 0;
	case SCALAR_TRUE:
		*out = json_true();
		return 0;
	case SCALAR_FALSE:
		*out = json_false();
		return 0;
	case SCALAR_INTEGER:
		*out = json_integer(scalar->integer);
		return 0;
	case SCALAR_TIME:
		*out = json_string_nocheck(scalar->time);
		return 0;
	case SCALAR_REAL:
		if (!isfinite(scalar->real)) {
			doc_yaml_fail(reader, err,
				      "%s is no number that JSON knows", text);
			return err_hint(err, "quote it if it is a text");
		}
		*out = make_number(scalar->real);
		return 0;
	}
	return -1;
}

/* Does the text mean what its tag says?  An integer is also a real. */
static bool agrees(const char *tag, const struct scalar *scalar)
{
	bool integer = scalar->type == SCALAR_INTEGER ||
		       (scalar->type == SCALAR_REAL && scalar->was_integer);

	if (!strcmp(tag, "int"))
		return integer;
	if (!strcmp(tag, "float"))
		return integer || scalar->type == SCALAR_REAL;
	if (!strcmp(tag, "bool"))
		return scalar->type == SCALAR_TRUE ||
		       scalar->type == SCALAR_FALSE;
	if (!strcmp(tag, "null"))
		return scalar->type == SCALAR_NULL;
	return scalar->type == SCALAR_TIME; /* timestamp */
}

/* The current scalar as a string.  What was folded in the source is folded
 * again on kustomize's way, and may not come back as it was. */
static json_t *make_text(const struct yaml_reader *reader, const char *text,
			 size_t n)
{
	AUTO_STR struct str again = STR_INIT(STR_BIG);

	if (reader->event.data.scalar.style == YAML_FOLDED_SCALAR_STYLE &&
	    doc_refold(&again, text, n))
		return json_stringn_nocheck(again.data, again.len);
	return json_stringn_nocheck(text, n);
}

static int make_tagged(const struct yaml_reader *reader, const char *tag,
		       const char *text, size_t n, json_t **out,
		       struct err *err)
{
	static const char *const resolved[] = { "int", "float", "bool", "null",
						"timestamp" };
	struct scalar scalar;

	if (str_starts(tag, TAG_PREFIX))
		tag += strlen(TAG_PREFIX);
	if (!strcmp(tag, "binary"))
		return make_binary(reader, text, n, out, err);
	for (size_t i = 0; i < ARRAY_LEN(resolved); i++) {
		if (strcmp(tag, resolved[i]) != 0)
			continue;
		doc_scalar_resolve(text, n, SCALAR_READ,
				   !strcmp(tag, "timestamp"), &scalar);
		if (!agrees(tag, &scalar))
			return doc_yaml_fail(reader, err, "'%.40s' is no !!%s",
					     text, tag);
		return make_resolved(reader, &scalar, text, n, out, err);
	}
	/* !!str, and tags of others, which kustomize drops. */
	*out = make_text(reader, text, n);
	return 0;
}

const char *doc_yaml_tag(const struct yaml_reader *reader)
{
	const char *tag = (const char *)reader->event.data.scalar.tag;

	return tag && strcmp(tag, "!") != 0 ? tag : NULL;
}

int doc_yaml_scalar(const struct yaml_reader *reader, bool as_text,
		    json_t **out, struct err *err)
{
	const char *text = (const char *)reader->event.data.scalar.value;
	const char *tag = doc_yaml_tag(reader);
	size_t n = reader->event.data.scalar.length;
	bool plain = reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	bool times = true;
	struct scalar scalar;

	if (as_text) {
		*out = json_stringn_nocheck(text, n);
		return 0;
	}
	if (tag)
		return make_tagged(reader, tag, text, n, out, err);
	/* On kustomize's way nothing at all, and a text with a colon, are
	 * quoted between [] or {}. */
	if (reader->flow) {
		plain = plain && n;
		times = !memchr(text, ':', n);
	}
	if (!plain) {
		*out = make_text(reader, text, n);
		return 0;
	}
	doc_scalar_resolve(text, n, SCALAR_READ, times, &scalar);
	return make_resolved(reader, &scalar, text, n, out, err);
}
