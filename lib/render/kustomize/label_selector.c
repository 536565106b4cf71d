/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/label_selector.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"

#define NAME_MOST   63  /* a label's name, and its value */
#define PREFIX_MOST 253 /* what stands before its slash */

enum operator{
	OP_EXISTS,
	OP_MISSING,
	OP_IN,
	OP_NOT_IN,
	OP_GREATER,
	OP_LESS,
};

struct requirement {
	const char *key;
	enum operator op;
	struct {
		const char **v;
		size_t n;
		size_t room;
	} values;
};

struct label_selector {
	struct requirement *v;
	size_t n;
	size_t room;
};

enum token {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_SYMBOL, /* one of = == != ! > < ( ) , */
};

struct parser {
	struct arena *arena;
	const char *whole; /* for messages */
	const char *p;
	enum token token; /* the current one */
	const char *text; /* "" at the end */
	struct err *err;
};

static int fail(struct parser *parser, const char *expected)
{
	return err_set(parser->err, ERR_INPUT, "'%s': expected %s, found '%s'",
		       parser->whole, expected, parser->text);
}

static bool is_symbol(char c)
{
	return c && strchr("=!(),><", c);
}

static void next(struct parser *parser)
{
	const char *start;

	parser->p += strspn(parser->p, " \t\r\n");
	start = parser->p;
	if (!*start) {
		parser->token = TOKEN_END;
		parser->text = "";
		return;
	}
	if (is_symbol(*start)) {
		parser->token = TOKEN_SYMBOL;
		parser->p++;
		if ((*start == '=' || *start == '!') && *parser->p == '=')
			parser->p++;
	} else {
		parser->token = TOKEN_WORD;
		while (*parser->p && !is_symbol(*parser->p) &&
		       !strchr(" \t\r\n", *parser->p))
			parser->p++;
	}
	parser->text = arena_strndup(parser->arena, start,
				     (size_t)(parser->p - start));
}

static bool is(const struct parser *parser, const char *symbol)
{
	return parser->token == TOKEN_SYMBOL && !strcmp(parser->text, symbol);
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_name(const char *text, size_t n)
{
	bool last = false;

	if (n > NAME_MOST || !is_alphanumeric(*text))
		return false;
	for (size_t i = 0; i < n; i++) {
		last = is_alphanumeric(text[i]);
		if (!last && !strchr("-_.", text[i]))
			return false;
	}
	return last;
}

static bool is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* A subdomain (RFC 1123): words of lower case, digits and "-" inside, divided
 * by ".". */
static bool is_prefix(const char *text, size_t n)
{
	bool word = false; /* could one end here? */

	for (size_t i = 0; i < n; i++) {
		if (is_lower_or_digit(text[i]))
			word = true;
		else if (text[i] == '.' ?
				 !word :
				 text[i] != '-' || i == 0 || text[i - 1] == '.')
			return false;
		else
			word = false;
	}
	return word && n <= PREFIX_MOST;
}

static int check_key(struct parser *parser)
{
	const char *slash = strchr(parser->text, '/');
	const char *name = slash ? slash + 1 : parser->text;

	if (parser->token == TOKEN_WORD && is_name(name, strlen(name)) &&
	    (!slash || is_prefix(parser->text, (size_t)(slash - parser->text))))
		return 0;
	return fail(parser, "a label's name");
}

static int add_value(struct parser *parser, struct requirement *out,
		     const char *value)
{
	if (*value && !is_name(value, strlen(value)))
		return fail(parser, "a label's value");
	for (size_t i = 0; i < out->values.n; i++)
		if (!strcmp(out->values.v[i], value))
			return 0;
	*vec_push(parser->arena, &out->values) = value;
	return 0;
}

/* "(a, b)", in which values may be empty. */
static int parse_values(struct parser *parser, struct requirement *out)
{
	bool value = false;

	if (!is(parser, "("))
		return fail(parser, "'('");
	for (;;) {
		next(parser);
		if (parser->token == TOKEN_WORD) {
			if (value)
				return fail(parser, "',' or ')'");
			if (add_value(parser, out, parser->text) < 0)
				return -1;
			value = true;
		} else if (is(parser, ",") || is(parser, ")")) {
			if (!value && add_value(parser, out, "") < 0)
				return -1;
			value = false;
			if (is(parser, ")"))
				break;
		} else {
			return fail(parser, "',', ')' or a value");
		}
	}
	next(parser);
	return 0;
}

static int parse_value(struct parser *parser, struct requirement *out)
{
	if (parser->token == TOKEN_END || is(parser, ","))
		return add_value(parser, out, "");
	if (parser->token != TOKEN_WORD)
		return fail(parser, "a value");
	if (add_value(parser, out, parser->text) < 0)
		return -1;
	next(parser);
	return 0;
}

static bool to_number(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return end != text && !*end && !errno;
}

static int parse_comparison(struct parser *parser, struct requirement *out)
{
	int64_t ignored;

	if (parse_value(parser, out) < 0)
		return -1;
	if (!to_number(out->values.v[0], &ignored))
		return err_set(parser->err, ERR_INPUT,
			       "'%s': expected a whole number, found '%s'",
			       parser->whole, out->values.v[0]);
	return 0;
}

static int parse_operator(struct parser *parser, struct requirement *out)
{
	bool in = parser->token == TOKEN_WORD && !strcmp(parser->text, "in");
	bool not_in = parser->token == TOKEN_WORD &&
		      !strcmp(parser->text, "notin");
	bool equal = is(parser, "=") || is(parser, "==");
	bool greater = is(parser, ">");

	out->op = in || equal ? OP_IN : greater ? OP_GREATER : OP_NOT_IN;
	if (is(parser, "<"))
		out->op = OP_LESS;
	else if (!in && !not_in && !equal && !greater && !is(parser, "!="))
		return fail(parser, "'=', '!=', 'in' or 'notin'");
	next(parser);
	if (in || not_in)
		return parse_values(parser, out);
	return out->op == OP_GREATER || out->op == OP_LESS ?
		       parse_comparison(parser, out) :
		       parse_value(parser, out);
}

static int parse_requirement(struct parser *parser, struct requirement *out)
{
	bool missing = is(parser, "!");

	*out = (struct requirement){ 0 };
	if (missing)
		next(parser);
	if (check_key(parser) < 0)
		return -1;
	out->key = parser->text;
	next(parser);
	out->op = missing ? OP_MISSING : OP_EXISTS;
	if (missing || parser->token == TOKEN_END || is(parser, ","))
		return 0;
	return parse_operator(parser, out);
}

int label_selector_parse(struct arena *arena, const char *text,
			 struct label_selector **out, struct err *err)
{
	struct parser parser = {
		.arena = arena,
		.whole = text,
		.p = text,
		.err = err,
	};
	struct label_selector *selector = arena_alloc(arena, sizeof(*selector));

	next(&parser);
	while (parser.token != TOKEN_END) {
		if (parse_requirement(&parser, vec_push(arena, selector)) < 0)
			return -1;
		if (parser.token == TOKEN_END)
			break;
		if (!is(&parser, ","))
			return fail(&parser, "',' or the end");
		next(&parser);
		if (parser.token == TOKEN_END)
			return fail(&parser, "a label's name");
	}
	*out = selector;
	return 0;
}

static bool has_value(const struct requirement *requirement, const char *value)
{
	for (size_t i = 0; i < requirement->values.n; i++)
		if (!strcmp(requirement->values.v[i], value))
			return true;
	return false;
}

static bool compares(const struct requirement *requirement, const char *value)
{
	int64_t left, right;

	if (!to_number(value, &left) ||
	    !to_number(requirement->values.v[0], &right))
		return false;
	return requirement->op == OP_GREATER ? left > right : left < right;
}

static bool requirement_matches(const struct requirement *requirement,
				const struct node *label)
{
	switch (requirement->op) {
	case OP_EXISTS:
		return label != NULL;
	case OP_MISSING:
		return !label;
	case OP_IN:
		return label && has_value(requirement, node_spelled(label));
	case OP_NOT_IN:
		return !label || !has_value(requirement, node_spelled(label));
	case OP_GREATER:
	case OP_LESS:
		return label && compares(requirement, node_spelled(label));
	}
	return false;
}

bool label_selector_matches(const struct label_selector *selector,
			    const struct node *labels)
{
	for (size_t i = 0; i < selector->n; i++)
		if (!requirement_matches(&selector->v[i],
					 node_get(labels, selector->v[i].key)))
			return false;
	return true;
}
