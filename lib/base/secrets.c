/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secrets.h"

#include <stdint.h>
#include <string.h>

#include "base/run.h"
#include "base/vec.h"

/* Which bucket the forms that begin like this are in. */
static size_t bucket_of(const char *text)
{
	uint64_t first = 0;

	memcpy(&first, text, SECRET_LEAST);
	return (size_t)((first * 0x9e3779b97f4a7c15) >> 52);
}

/* Put a form where its length belongs, unless it is there. */
static void add_form(const struct run *run, const char *text, size_t n)
{
	struct secret_form **at, *form;

	if (n < SECRET_LEAST)
		return;
	at = &run->secrets->buckets[bucket_of(text)];
	for (; *at && (*at)->text.len >= n; at = &(*at)->next) {
		if ((*at)->text.len == n &&
		    memcmp((*at)->text.data, text, n) == 0)
			return;
	}
	form = arena_alloc(run->arena, sizeof(*form));
	form->text.data = arena_memdup(run->arena, text, n);
	form->text.len = n;
	form->next = *at;
	*at = form;
	run->secrets->begins[(unsigned char)*text] = true;
}

/*
 * Base64 of a text that has the secret in it, be it at the start ("token") or
 * further in ("user:token", Basic authentication): which digits stand for the
 * secret depends on its offset modulo 3.  The digits that also stand for a
 * byte of a neighbour cannot be known and are left out, but where the secret
 * is the end there is no neighbour.
 */
static void add_base64_forms(const struct run *run, const char *text, size_t n)
{
	AUTO_STR struct str plain = STR_INIT(STR_BIG);
	AUTO_STR struct str coded = STR_INIT(STR_BIG);

	for (size_t before = 0; before < 3; before++) {
		size_t first = (before * 8 + 5) / 6;
		size_t inside = (before + n) * 8 / 6 - first;
		size_t to_end = ((before + n) * 8 + 5) / 6 - first;

		str_clear(&plain);
		str_add_bytes(&plain, "\0\0", before);
		str_add_bytes(&plain, text, n);
		str_clear(&coded);
		str_add_base64(&coded, str_text(&plain), plain.len);
		add_form(run, coded.data + first, coded.len - first);
		add_form(run, coded.data + first, to_end);
		add_form(run, coded.data + first, inside);
		/* The alphabet for URLs (RFC 4648 part 5), as in a JWT. */
		for (size_t i = 0; i < coded.len; i++) {
			if (coded.data[i] == '+')
				coded.data[i] = '-';
			else if (coded.data[i] == '/')
				coded.data[i] = '_';
		}
		add_form(run, coded.data + first, to_end);
		add_form(run, coded.data + first, inside);
	}
}

/* As in a URL: what is neither unreserved (RFC 3986) nor in `plain` as %XX. */
static void add_percent_form(const struct run *run, const char *text, size_t n,
			     const char *plain, const char *digits)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";
	AUTO_STR struct str coded = STR_INIT(STR_BIG);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c && (strchr(unreserved, c) || strchr(plain, c))) {
			str_add_char(&coded, text[i]);
		} else {
			str_add_char(&coded, '%');
			str_add_char(&coded, digits[c >> 4]);
			str_add_char(&coded, digits[c & 15]);
		}
	}
	add_form(run, str_text(&coded), coded.len);
}

/* As inside a JSON string. */
static void add_json_form(const struct run *run, const char *text, size_t n)
{
	AUTO_STR struct str coded = STR_INIT(STR_BIG);

	for (size_t i = 0; i < n; i++) {
		switch (text[i]) {
		case '"':
		case '\\':
			str_add_char(&coded, '\\');
			str_add_char(&coded, text[i]);
			break;
		case '\n':
			str_add(&coded, "\\n");
			break;
		case '\r':
			str_add(&coded, "\\r");
			break;
		case '\t':
			str_add(&coded, "\\t");
			break;
		default:
			str_add_char(&coded, text[i]);
		}
	}
	add_form(run, str_text(&coded), coded.len);
}

void run_add_secret(struct run *run, const char *text, size_t n)
{
	static const char upper[] = "0123456789ABCDEF";
	static const char lower[] = "0123456789abcdef";
	/* What Go and others leave as it is in the user part of a URL. */
	static const char user_part[] = "!$&'()*+,;=";
	struct secret_list *texts = &run->secrets->texts;
	struct bytes *copy;

	/* A token read from a file often has a line end that is not of it. */
	while (n && strchr(" \t\r\n", text[n - 1]))
		n--;
	if (n < SECRET_LEAST)
		return;
	for (size_t i = 0; i < texts->n; i++) {
		if (texts->v[i].len == n &&
		    memcmp(texts->v[i].data, text, n) == 0)
			return;
	}
	copy = vec_push(run->arena, texts);
	copy->data = arena_memdup(run->arena, text, n);
	copy->len = n;

	add_form(run, text, n);
	add_base64_forms(run, text, n);
	add_percent_form(run, text, n, "", upper);
	add_percent_form(run, text, n, "", lower);
	add_percent_form(run, text, n, user_part, upper);
	add_json_form(run, text, n);
}

/* The length of the longest form that stands at `text`, or 0. */
static size_t secret_at(const struct secrets *secrets, const char *text,
			size_t n)
{
	const struct secret_form *form = secrets->buckets[bucket_of(text)];

	for (; form; form = form->next) {
		if (form->text.len <= n &&
		    memcmp(form->text.data, text, form->text.len) == 0)
			return form->text.len;
	}
	return 0;
}

void run_redact(const struct run *run, struct str *out, const char *text,
		size_t n)
{
	const struct secrets *secrets = run->secrets;
	size_t start = 0, i = 0;

	while (secrets->texts.n && i + SECRET_LEAST <= n) {
		size_t len = 0;

		if (secrets->begins[(unsigned char)text[i]])
			len = secret_at(secrets, text + i, n - i);
		if (!len) {
			i++;
			continue;
		}
		str_add_bytes(out, text + start, i - start);
		str_add(out, "***");
		i += len;
		start = i;
	}
	str_add_bytes(out, text + start, n - start);
}
