/* SPDX-License-Identifier: Apache-2.0 */
#include "image/reference.h"

#include <string.h>

#include "base/str.h"

#define TAG_MOST        128
#define REPOSITORY_MOST 255

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

bool image_is_tag(const char *text)
{
	size_t n = strspn(text, LOWER UPPER DIGITS "_.-");

	return n && !text[n] && n <= TAG_MOST && *text != '.' && *text != '-';
}

/* The algorithms that are registered, each with its length. */
bool image_is_digest(const char *text)
{
	static const struct {
		const char *prefix;
		size_t n;
	} algorithms[] = {
		{ "sha256:", 64 },
		{ "sha384:", 96 },
		{ "sha512:", 128 },
	};

	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		const char *hex = text + strlen(algorithms[i].prefix);

		if (str_starts(text, algorithms[i].prefix))
			return strlen(hex) == algorithms[i].n &&
			       strspn(hex, DIGITS "abcdef") == algorithms[i].n;
	}
	return false;
}

/* A name of the DNS, an IPv4 address, or an IPv6 address in brackets; and
 * perhaps a port. */
static bool is_domain(const char *text)
{
	if (*text == '[') {
		size_t n = strspn(text + 1, DIGITS "abcdefABCDEF:");

		if (!n || text[n + 1] != ']')
			return false;
		text += n + 2;
	} else {
		for (;; text++) {
			size_t n = strspn(text, LOWER UPPER DIGITS "-");

			if (!n || *text == '-' || text[n - 1] == '-')
				return false;
			text += n;
			if (*text != '.')
				break;
		}
	}
	if (*text == ':') {
		size_t n = strspn(text + 1, DIGITS);

		return n && !text[n + 1];
	}
	return !*text;
}

/* The rest behind what may stand between letters: one dot, one or two
 * underscores, any number of dashes. */
static const char *skip_separator(const char *text)
{
	if (*text == '.')
		return text + 1;
	if (*text == '_')
		return text + 1 + (text[1] == '_');
	return text + strspn(text, "-");
}

static bool is_repository(const char *text)
{
	if (strlen(text) > REPOSITORY_MOST)
		return false;
	for (;;) {
		size_t n = strspn(text, LOWER DIGITS);

		if (!n)
			return false;
		text += n;
		if (!*text)
			return true;
		if (*text == '/') {
			text++;
			continue;
		}
		n = (size_t)(skip_separator(text) - text);
		if (!n)
			return false;
		text += n;
	}
}

/* Hosts are the same in either case. */
static void lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

/* Docker Hub goes by more names than one. */
static bool is_hub(const char *domain)
{
	return str_equal(domain, "docker.io") ||
	       str_equal(domain, "index.docker.io");
}

/* What the name stands for; NULL where it says enough, else what is wrong. */
static const char *resolve(struct arena *arena, struct image_ref *ref)
{
	const char *slash = strchr(ref->name, '/');
	size_t n = slash ? (size_t)(slash - ref->name) : 0;
	char *first = arena_strndup(arena, ref->name, n);

	ref->domain = "docker.io";
	ref->repository = ref->name;
	if (slash &&
	    (strpbrk(first, ".:" UPPER) || str_equal(first, "localhost"))) {
		if (!is_domain(first))
			return "what comes before the first slash is no host";
		lower(first);
		ref->domain = is_hub(first) ? "docker.io" : first;
		ref->repository = slash + 1;
	}
	ref->host = ref->domain;
	if (is_hub(ref->domain)) {
		ref->host = "registry-1.docker.io";
		if (!strchr(ref->repository, '/'))
			ref->repository = arena_printf(arena, "library/%s",
						       ref->repository);
	}
	if (is_repository(ref->repository))
		return NULL;
	if (strpbrk(ref->repository, UPPER))
		return "a repository has no capital letters";
	return "the repository is not made of lower-case letters, digits and "
	       "single separators, or is too long";
}

static bool is_hexadecimal_identifier(const char *text)
{
	return strlen(text) == 64 && strspn(text, DIGITS "abcdef") == 64;
}

/* NULL, or what is wrong. */
static const char *parse(struct arena *arena, const char *text,
			 struct image_ref *out)
{
	const char *at = strchr(text, '@'), *slash, *colon;
	char *name = arena_strndup(arena, text,
				   at ? (size_t)(at - text) : strlen(text));

	*out = (struct image_ref){ .name = name };
	if (!*text)
		return "it is empty";
	if (is_hexadecimal_identifier(text))
		return "it is the identifier of a local image";
	if (at) {
		out->digest = arena_strdup(arena, at + 1);
		if (!image_is_digest(out->digest))
			return "what follows the @ is no digest such as "
			       "sha256:...";
	}
	slash = strrchr(name, '/');
	colon = strrchr(slash ? slash : name, ':');
	if (colon) {
		out->tag = arena_strdup(arena, colon + 1);
		name[colon - name] = '\0';
		if (!image_is_tag(out->tag))
			return "what follows the last colon is no tag";
	}
	return resolve(arena, out);
}

int image_ref_parse(struct arena *arena, const char *text,
		    struct image_ref *out, struct err *err)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);
	struct image_ref ref;
	const char *wrong = parse(arena, text, &ref);

	if (!wrong) {
		*out = ref;
		return 0;
	}
	str_add_shown(&shown, text, strnlen(text, 512), false);
	return err_set(err, ERR_INPUT, "'%s' is no name of an image: %s",
		       str_text(&shown), wrong);
}

char *image_ref_print(struct arena *arena, const struct image_ref *ref)
{
	return arena_printf(arena, "%s%s%s%s%s", ref->name, ref->tag ? ":" : "",
			    ref->tag ? ref->tag : "", ref->digest ? "@" : "",
			    ref->digest ? ref->digest : "");
}

bool image_ref_same(const struct image_ref *a, const struct image_ref *b)
{
	return str_equal(a->host, b->host) &&
	       str_equal(a->repository, b->repository);
}
