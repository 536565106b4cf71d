/* SPDX-License-Identifier: Apache-2.0 */

/* Expressions in a text: read and carried out in one pass, as they come. */

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "render/substitute.h"

#define NAME_MOST 256

struct expansion {
	const struct map *vars;
	struct map *missing;
	const char *at; /* what is read next */
	const char *end;
	size_t work; /* bytes made so far */
	unsigned depth;
};

enum operation {
	OP_VALUE,
	OP_LENGTH,
	OP_DEFAULT,
	OP_PART,
	OP_UPPER,
	OP_UPPER_ONE,
	OP_LOWER,
	OP_LOWER_ONE,
	OP_REPLACE,
	OP_REPLACE_ALL,
	OP_REPLACE_START,
	OP_REPLACE_END,
	OP_STRIP, /* and which way */
};

/* An expression: what is to be done with the value of a variable. */
struct call {
	const char *name;
	int name_len;
	enum operation operation;
	enum substitute_strip strip;
	struct str first;
	struct str second;
	bool two; /* there is a second one */
};

static void release_call(struct call *call)
{
	str_release(&call->first);
	str_release(&call->second);
}

/* ---- errors ---- */

/* What stands behind the name may be a secret. */
static int fail(const struct call *call, struct err *err, const char *why)
{
	err_set(err, ERR_INPUT, "the expression '${%.*s': %s", call->name_len,
		call->name, why);
	return err_hint(err, "see VARIABLES in gitops.yaml(5); for a '${' that "
			     "is none, write '$${'");
}

/* ---- reading ---- */

static int expand_expression(struct expansion *x, struct str *out,
			     struct err *err);

/* The byte that is read next; NUL, which YAML cannot hold, at the end. */
static char peek(const struct expansion *x, size_t ahead)
{
	return (size_t)(x->end - x->at) > ahead ? x->at[ahead] : '\0';
}

static bool take(struct expansion *x, char c)
{
	if (peek(x, 0) != c || x->at == x->end)
		return false;
	x->at++;
	return true;
}

static bool is_expression(const struct expansion *x)
{
	return peek(x, 0) == '$' && peek(x, 1) == '{';
}

static bool is_name_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '_';
}

static int read_name(struct expansion *x, struct call *call, struct err *err)
{
	call->name = x->at;
	while (is_name_byte(peek(x, 0)) && call->name_len < NAME_MOST) {
		call->name_len++;
		x->at++;
	}
	return call->name_len ?
		       0 :
		       fail(call, err, "expected the name of a variable");
}

/* "\/", "\\" and "$$" stand for their second characters. */
static bool skip_escape(struct expansion *x)
{
	char c = peek(x, 0), next = peek(x, 1);

	if (!(c == '$' && next == '$') &&
	    !(c == '\\' && (next == '/' || next == '\\')))
		return false;
	x->at++;
	return true;
}

/* One piece of an argument: an expression, or a text up to one of `stops`. */
static int read_piece(struct expansion *x, const struct call *call,
		      const char *stops, bool escapes, struct str *out,
		      struct err *err)
{
	const char *start = x->at;

	if (is_expression(x))
		return expand_expression(x, out, err);
	while (x->at < x->end && !is_expression(x)) {
		bool escaped = escapes && skip_escape(x);

		if (!escaped && strchr(stops, *x->at))
			break;
		str_add_char(out, *x->at++);
	}
	if (x->at == start)
		return fail(call, err, "it has nothing where a text must be");
	return 0;
}

/* All up to the "}", which may be nothing. */
static int read_default(struct expansion *x, struct call *call, struct err *err)
{
	call->operation = OP_DEFAULT;
	while (peek(x, 0) != '}')
		if (read_piece(x, call, "}", false, &call->first, err) < 0)
			return -1;
	return 0;
}

static int read_part(struct expansion *x, struct call *call, struct err *err)
{
	call->operation = OP_PART;
	if (read_piece(x, call, ":}", false, &call->first, err) < 0)
		return -1;
	while (take(x, ':'))
		call->two = true;
	return call->two ? read_piece(x, call, "}", false, &call->second, err) :
			   0;
}

static int read_replacement(struct expansion *x, struct call *call,
			    struct err *err)
{
	call->operation = take(x, '/') ? OP_REPLACE_ALL :
			  take(x, '#') ? OP_REPLACE_START :
			  take(x, '%') ? OP_REPLACE_END :
					 OP_REPLACE;
	if (read_piece(x, call, "/", true, &call->first, err) < 0)
		return -1;
	if (!take(x, '/'))
		return fail(call, err, "expected '/' behind what is replaced");
	while (take(x, '/'))
		;
	call->two = peek(x, 0) != '}';
	return call->two ? read_piece(x, call, "}", true, &call->second, err) :
			   0;
}

static int read_strip(struct expansion *x, struct call *call, char sign,
		      struct err *err)
{
	bool longest = take(x, sign);

	call->operation = OP_STRIP;
	if (sign == '#')
		call->strip = longest ? STRIP_LONGEST_START :
					STRIP_SHORTEST_START;
	else
		call->strip = longest ? STRIP_LONGEST_END : STRIP_SHORTEST_END;
	return read_piece(x, call, "}", false, &call->first, err);
}

/* "${name:", and one of "=-?+", or a position. */
static int read_colon(struct expansion *x, struct call *call, struct err *err)
{
	if (peek(x, 0) == '?' || peek(x, 0) == '+')
		return fail(call, err, "':?' and ':+' are not supported");
	if (take(x, '=') || take(x, '-'))
		return read_default(x, call, err);
	return read_part(x, call, err);
}

static int read_operation(struct expansion *x, struct call *call,
			  struct err *err)
{
	char sign = peek(x, 0);

	if (sign == '}')
		return 0;
	x->at += x->at < x->end;
	switch (sign) {
	case ':':
		return read_colon(x, call, err);
	case '=':
		return read_default(x, call, err);
	case '/':
		return read_replacement(x, call, err);
	case '#':
	case '%':
		return read_strip(x, call, sign, err);
	case '^':
		call->operation = take(x, '^') ? OP_UPPER : OP_UPPER_ONE;
		return 0;
	case ',':
		call->operation = take(x, ',') ? OP_LOWER : OP_LOWER_ONE;
		return 0;
	default:
		return fail(call, err,
			    "expected '}', or what is to be done "
			    "with the value");
	}
}

static int read_call(struct expansion *x, struct call *call, struct err *err)
{
	bool length = take(x, '#');

	if (read_name(x, call, err) < 0)
		return -1;
	if (length)
		call->operation = OP_LENGTH;
	else if (read_operation(x, call, err) < 0)
		return -1;
	if (call->first.full || call->second.full)
		return fail(call, err, "its arguments are too long");
	if (!take(x, '}'))
		return fail(call, err, "it has no '}' where it should end");
	return 0;
}

/* ---- carrying out ---- */

/* A missing one is nothing, and known to be so. */
static const char *value_of(struct expansion *x, const struct call *call)
{
	char name[NAME_MOST + 1];
	const char *value;

	memcpy(name, call->name, (size_t)call->name_len);
	name[call->name_len] = '\0';
	value = map_get(x->vars, name);
	if (!value && call->operation != OP_DEFAULT)
		map_set(x->missing, name, NULL);
	return value ? value : "";
}

static bool read_number(const struct str *text, long long *out)
{
	const char *digits = str_text(text);
	char *end;

	digits += *digits == '-' || *digits == '+';
	if (*digits < '0' || *digits > '9')
		return false;
	errno = 0;
	*out = strtoll(str_text(text), &end, 10);
	return !*end && !errno;
}

static int add_part(const struct call *call, const char *value, struct str *out,
		    struct err *err)
{
	long long n = (long long)strlen(value), from, most = n, to = n;

	if (!read_number(&call->first, &from))
		return fail(call, err, "expected a number behind ':'");
	if (call->two && !read_number(&call->second, &most))
		return fail(call, err, "expected a number behind ':'");
	if (from < 0)
		from = from < -n ? 0 : n + from;
	if (most < 0)
		to = most < -n ? 0 : n + most;
	else if (from < n && most < n - from)
		to = from + most;
	if (from < to)
		str_add_bytes(out, value + from, (size_t)(to - from));
	return 0;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* All of it changed, or its first byte alone. */
static void add_changed(struct str *out, const char *value, bool all,
			char (*change)(char))
{
	for (size_t i = 0; value[i]; i++)
		str_add_char(out, all || !i ? change(value[i]) : value[i]);
}

/* As Go's strings.Replace(): nothing is found before each character. */
static void add_replaced(const struct call *call, const char *value,
			 struct str *out)
{
	const char *what = str_text(&call->first);
	size_t n = call->first.len;
	bool once = call->operation == OP_REPLACE, done = false;

	for (;;) {
		if (!done && str_starts(value, what)) {
			str_add(out, str_text(&call->second));
			value += n;
			done = once;
			if (n)
				continue;
		}
		if (!*value)
			return;
		do
			str_add_char(out, *value++);
		while (((unsigned char)*value & 0xc0) == 0x80);
	}
}

static int replace_side(const struct call *call, const char *value,
			struct str *out, struct err *err)
{
	const char *what = str_text(&call->first);
	size_t n = strlen(value);

	/* Flux would silently do nothing. */
	if (!call->two)
		return fail(call, err,
			    "to take something away, write '${name#"
			    "...}' or '${name%...}'");
	if (call->operation == OP_REPLACE_START && str_starts(value, what)) {
		str_add(out, str_text(&call->second));
		str_add(out, value + call->first.len);
	} else if (call->operation == OP_REPLACE_END && str_ends(value, what)) {
		str_add_bytes(out, value, n - call->first.len);
		str_add(out, str_text(&call->second));
	} else {
		str_add_bytes(out, value, n);
	}
	return 0;
}

static int strip(struct expansion *x, const struct call *call,
		 const char *value, struct str *out, struct err *err)
{
	struct bytes left = { value, strlen(value) };
	AUTO_ERR struct err why = { 0 };

	x->work += left.len * call->first.len;
	if (x->work > SUBSTITUTE_WORK)
		return 0; /* expand_expression() says so */
	if (substitute_strip(left, str_text(&call->first), call->strip, &left,
			     &why) < 0)
		return fail(call, err, why.msg);
	str_add_bytes(out, left.data, left.len);
	return 0;
}

static int carry_out(struct expansion *x, const struct call *call,
		     struct str *out, struct err *err)
{
	const char *value = value_of(x, call);

	switch (call->operation) {
	case OP_VALUE:
		str_add(out, value);
		return 0;
	case OP_LENGTH:
		str_printf(out, "%zu", strlen(value));
		return 0;
	case OP_DEFAULT:
		str_add(out, *value ? value : str_text(&call->first));
		return 0;
	case OP_PART:
		return add_part(call, value, out, err);
	case OP_UPPER:
	case OP_UPPER_ONE:
		add_changed(out, value, call->operation == OP_UPPER, upper);
		return 0;
	case OP_LOWER:
	case OP_LOWER_ONE:
		add_changed(out, value, call->operation == OP_LOWER, lower);
		return 0;
	case OP_REPLACE:
	case OP_REPLACE_ALL:
		add_replaced(call, value, out);
		return 0;
	case OP_REPLACE_START:
	case OP_REPLACE_END:
		return replace_side(call, value, out, err);
	case OP_STRIP:
		return strip(x, call, value, out, err);
	}
	return 0;
}

/* "${...}".  All of its arguments are carried out, needed or not, so that what
 * is missing is known whatever is set. */
static int expand_expression(struct expansion *x, struct str *out,
			     struct err *err)
{
	__attribute__((cleanup(release_call))) struct call call = {
		.first = STR_INIT(SUBSTITUTE_ARGUMENT),
		.second = STR_INIT(SUBSTITUTE_ARGUMENT),
	};
	size_t before = out->len;

	x->at += 2;
	if (++x->depth > SUBSTITUTE_DEPTH)
		return err_set(err, ERR_INPUT,
			       "more than %d expressions inside each other",
			       SUBSTITUTE_DEPTH);
	if (read_call(x, &call, err) < 0 || carry_out(x, &call, out, err) < 0)
		return -1;
	x->depth--;
	x->work += out->len - before;
	if (x->work > SUBSTITUTE_WORK)
		return err_set(err, ERR_INPUT,
			       "its variables come to more than %zu MiB",
			       SUBSTITUTE_WORK >> 20);
	return 0;
}

int substitute_text(struct bytes text, const struct map *vars,
		    struct map *missing, struct str *out, struct err *err)
{
	struct expansion x = {
		.vars = vars,
		.missing = missing,
		.at = text.data,
		.end = text.data + text.len,
	};

	while (x.at < x.end && !out->full) {
		const char *dollar = memchr(x.at, '$', (size_t)(x.end - x.at));

		dollar = dollar ? dollar : x.end;
		str_add_bytes(out, x.at, (size_t)(dollar - x.at));
		x.at = dollar;
		if (is_expression(&x)) {
			if (expand_expression(&x, out, err) < 0)
				return -1;
		} else if (x.at < x.end) {
			x.at += peek(&x, 1) == '$' ? 2 : 1;
			str_add_char(out, '$');
		}
	}
	if (out->full)
		return err_set(err, ERR_INPUT,
			       "with its variables it has more than %zu MiB",
			       out->cap_bytes >> 20);
	return 0;
}
