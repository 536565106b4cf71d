/* SPDX-License-Identifier: Apache-2.0 */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#define PATTERN_CAP ((size_t)64 << 10)
#define MATCH_STEPS 1000000
#define MATCH_KIB   4096 /* of heap */

struct regex {
	const char *literal; /* no expression but this very text, or NULL */
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
};

static void release(void *handle)
{
	struct regex *regex = handle;

	pcre2_match_context_free(regex->context);
	pcre2_match_data_free(regex->data);
	pcre2_code_free(regex->code);
}

/*
 * What PCRE2 takes and RE2 does not: the offset, or -1.  Quantifiers behind
 * quantifiers other than "?", groups that begin "(?" with anything but flags,
 * a colon or a name, and escapes that RE2 does not know.
 */
static long find_foreign(const char *p)
{
	static const char escapes[] = "AaBbCDdEfnPpQrSstvWwxz01234567";
	const char *start = p;
	bool quantified = false, class = false;

	for (; *p; p++) {
		if (*p == '\\') {
			p++;
			if (!*p)
				return -1;
			if (*p >= '1' && *p <= '9')
				return p - start;
			if (((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') &&
			    !strchr(escapes, *p))
				return p - start;
			quantified = false;
		} else if (class) {
			class = *p != ']';
		} else if (*p == '[') {
			class = true;
			/* A bracket right behind the first is a member. */
			p += p[1] == '^';
			p += p[1] == ']';
			quantified = false;
		} else if (*p == '(' && p[1] == '?') {
			if (strchr("=!>|&+#C'R0123456789", p[2]) ||
			    (p[2] == '<' && p[3] && strchr("=!", p[3])) ||
			    (p[2] == 'P' && p[3] && strchr("=>", p[3])))
				return p - start;
			quantified = false;
		} else if (*p == '(' && p[1] == '*') {
			return p - start;
		} else if (*p == '*' || *p == '+') {
			if (quantified)
				return p - start;
			quantified = true;
			p += p[1] == '?';
		} else {
			quantified = *p == '?' || *p == '}';
		}
	}
	return -1;
}

/* The pattern with "(?:^)" for a "^" that is to be repeated, and the same for
 * "$": RE2 repeats them, and PCRE2 does not. */
static void wrap_anchors(const char *pattern, struct str *out)
{
	bool class = false;

	for (const char *p = pattern; *p; p++) {
		if (*p == '\\' && p[1]) {
			str_add_char(out, *p++);
		} else if (class) {
			class = *p != ']';
		} else if (*p == '[') {
			class = true;
			if (p[1] == '^')
				str_add_char(out, *p++);
			if (p[1] == ']')
				str_add_char(out, *p++);
		} else if ((*p == '^' || *p == '$') && p[1] &&
			   strchr("*+?{", p[1])) {
			str_printf(out, "(?:%c)", *p);
			continue;
		}
		str_add_char(out, *p);
	}
}

int regex_compile(struct arena *arena, const char *pattern, struct regex **out,
		  struct err *err)
{
	static const uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C |
					PCRE2_DOLLAR_ENDONLY;
	AUTO_STR struct str wrapped = STR_INIT(8 * PATTERN_CAP);
	long foreign = find_foreign(pattern);
	struct regex *regex;
	PCRE2_UCHAR text[256];
	PCRE2_SIZE offset;
	int code;

	if (foreign >= 0)
		return err_set(err, ERR_INPUT,
			       "'%s' at offset %ld: not in the syntax of RE2",
			       pattern, foreign);
	if (strlen(pattern) > PATTERN_CAP)
		return err_set(err, ERR_INPUT,
			       "a regular expression of more than %zu bytes",
			       PATTERN_CAP);
	regex = arena_alloc(arena, sizeof(*regex));
	wrap_anchors(pattern, &wrapped);
	regex->code = pcre2_compile((PCRE2_SPTR)str_text(&wrapped), wrapped.len,
				    options, &code, &offset, NULL);
	if (!regex->code) {
		pcre2_get_error_message(code, text, sizeof(text));
		return err_set(err, ERR_INPUT, "'%s' at offset %zu: %s",
			       pattern, offset, (const char *)text);
	}
	regex->data = pcre2_match_data_create_from_pattern(regex->code, NULL);
	regex->context = pcre2_match_context_create(NULL);
	arena_defer(arena, release, regex);
	pcre2_set_match_limit(regex->context, MATCH_STEPS);
	pcre2_set_heap_limit(regex->context, MATCH_KIB);
	*out = regex;
	return 0;
}

int regex_compile_whole(struct arena *arena, const char *pattern,
			struct regex **out, struct err *err)
{
	AUTO_STR struct str whole = STR_INIT(2 * PATTERN_CAP);
	struct regex *alone;

	if (!pattern[strcspn(pattern, "\\^$.|?*+()[]{}")]) {
		*out = arena_alloc(arena, sizeof(**out));
		(*out)->literal = arena_strdup(arena, pattern);
		return 0;
	}
	/* For its errors: "a)(b" is none, but would be between brackets. */
	if (regex_compile(arena, pattern, &alone, err) < 0)
		return -1;
	str_printf(&whole, "^(?:%s)$", pattern);
	return regex_compile(arena, str_text(&whole), out, err);
}

bool regex_matches(const struct regex *regex, const char *text, size_t n)
{
	if (regex->literal)
		return strlen(regex->literal) == n &&
		       !memcmp(regex->literal, text, n);
	return pcre2_match(regex->code, (PCRE2_SPTR)text, n, 0, 0, regex->data,
			   regex->context) >= 0;
}

/* ---- templates ---- */

static bool is_name_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '_' || (c & 0x80);
}

/*
 * The rest behind the name of a group, in braces or not, with the name in
 * `name` and `n`; NULL where there is none, and the "$" stands for itself.
 */
static const char *read_name(const char *text, const char **name, size_t *n)
{
	bool brace = *text == '{';

	text += brace;
	*name = text;
	while (is_name_byte(*text))
		text++;
	*n = (size_t)(text - *name);
	if (!*n || (brace && *text != '}'))
		return NULL;
	return text + brace;
}

/* Its number, or -1: a number has no leading zero. */
static int group_number(const struct regex *regex, const char *name, size_t n)
{
	char text[64];
	int number = 0;

	if (n >= sizeof(text))
		return -1;
	memcpy(text, name, n);
	text[n] = '\0';
	if (strspn(text, "0123456789") != n) {
		number = pcre2_substring_number_from_name(regex->code,
							  (PCRE2_SPTR)text);
		return number < 0 ? -1 : number;
	}
	if ((n > 1 && *text == '0') || n > 6)
		return -1;
	for (size_t i = 0; i < n; i++)
		number = number * 10 + (text[i] - '0');
	return number;
}

static void add_group(const struct regex *regex, const char *text, int number,
		      struct str *out)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(regex->data);

	if (number < 0 ||
	    (uint32_t)number >= pcre2_get_ovector_count(regex->data))
		return;
	at += 2 * (size_t)number;
	if (at[0] != PCRE2_UNSET)
		str_add_bytes(out, text + at[0], at[1] - at[0]);
}

bool regex_expand(const struct regex *regex, const char *text, size_t n,
		  const char *template, struct str *out)
{
	if (!regex_matches(regex, text, n))
		return false;
	while (*template) {
		const char *name, *rest;
		size_t len = strcspn(template, "$");

		str_add_bytes(out, template, len);
		template += len;
		if (!*template)
			break;
		template ++;
		rest = *template == '$' ? NULL :
					  read_name(template, &name, &len);
		if (!rest) {
			str_add_char(out, '$');
			template += *template == '$';
			continue;
		}
		if (!regex->literal)
			add_group(regex, text, group_number(regex, name, len),
				  out);
		else if (len == 1 && *name == '0')
			str_add(out, regex->literal);
		template = rest;
	}
	return true;
}

char *regex_library(struct arena *arena)
{
	char text[64] = "";
	char *end;

	pcre2_config(PCRE2_CONFIG_VERSION, text);
	/* "10.42 2022-12-11" */
	end = strchr(text, ' ');
	if (end)
		*end = '\0';
	return arena_strdup(arena, text);
}
