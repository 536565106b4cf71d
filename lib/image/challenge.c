/* SPDX-License-Identifier: Apache-2.0 */
#include "image/challenge.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

#define VALUE_CAP ((size_t)8 << 10)

enum scheme {
	SCHEME_OTHER,
	SCHEME_BASIC,
	SCHEME_BEARER,
};

static bool is_token_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static const char *skip(const char *text, const char *bytes)
{
	return text + strspn(text, bytes);
}

static const char *skip_token(const char *text)
{
	while (is_token_byte(*text))
		text++;
	return text;
}

/* A value, quoted or not; the rest, or NULL. */
static const char *read_value(const char *text, struct str *out)
{
	const char *end;

	if (*text != '"') {
		end = skip_token(text);
		str_add_bytes(out, text, (size_t)(end - text));
		return end == text ? NULL : end;
	}
	for (text++; *text && *text != '"'; text++) {
		if (*text == '\\' && text[1])
			text++;
		str_add_char(out, *text);
	}
	return *text && !out->full ? text + 1 : NULL;
}

/*
 * "name=value", and what is to be kept of it.  The rest, or NULL where there
 * is none: what stands there then begins another challenge.
 */
static const char *read_parameter(struct arena *arena, const char *text,
				  enum scheme scheme,
				  struct registry_challenge *out)
{
	AUTO_STR struct str value = STR_INIT(VALUE_CAP);
	const char *end = skip_token(text), *rest = skip(end, " \t");
	const char **field = NULL;
	size_t n = (size_t)(end - text);

	if (end == text || *rest != '=')
		return NULL;
	rest = read_value(skip(rest + 1, " \t"), &value);
	if (!rest)
		return NULL;
	if (n == 5 && !strncasecmp(text, "realm", n))
		field = &out->realm;
	else if (n == 7 && !strncasecmp(text, "service", n))
		field = &out->service;
	if (field && scheme == SCHEME_BEARER && !*field)
		*field = str_keep(&value, arena);
	return rest;
}

static enum scheme scheme_of(const char *text, size_t n)
{
	if (n == 5 && !strncasecmp(text, "Basic", n))
		return SCHEME_BASIC;
	if (n == 6 && !strncasecmp(text, "Bearer", n))
		return SCHEME_BEARER;
	return SCHEME_OTHER;
}

bool registry_challenge_parse(struct arena *arena, const char *header,
			      struct registry_challenge *out)
{
	const char *text = header ? skip(header, " \t,") : "";

	*out = (struct registry_challenge){ 0 };
	while (*text) {
		const char *end = skip_token(text);
		enum scheme scheme = scheme_of(text, (size_t)(end - text));

		if (end == text || (*end && !strchr(" \t,", *end)))
			break;
		if (scheme == SCHEME_BEARER && out->realm)
			scheme = SCHEME_OTHER;
		if (scheme == SCHEME_BASIC)
			out->basic = true;
		for (text = skip(end, " \t,"); text;) {
			end = text;
			text = read_parameter(arena, text, scheme, out);
			if (text && *text && !strchr(" \t,", *text))
				return out->basic || out->realm;
			if (text)
				text = skip(text, " \t,");
		}
		text = end;
	}
	return out->basic || out->realm;
}
