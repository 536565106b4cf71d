/* SPDX-License-Identifier: Apache-2.0 */
#include "document/yaml_style.h"

#include <string.h>

#include "document/rune.h"
#include "document/scalar.h"

/*
 * What no YAML stream may hold as itself: kustomize passes every document
 * through JSON, which does not escape these, and fails.  U+0085 is folded
 * before (yaml_write.c).
 */
static bool is_forbidden(uint32_t rune)
{
	return rune == RUNE_INVALID || (rune >= 0x7f && rune <= 0x9f) ||
	       rune == 0xfffe || rune == 0xffff;
}

/* Letters, digits and signs that mean nothing by themselves behind the first
 * place. */
static bool is_ordinary(char c)
{
	return (c > ' ' && c < 0x7f && c != ':' && c != '#');
}

/* What has been seen so far; libyaml's words. */
struct scan {
	bool indicator;
	bool special;
	bool space_first, space_last, break_first, break_last;
	bool space_after_break, break_after_space;
	bool was_space, was_break;
};

static bool is_blank_at(const char *data, size_t len, size_t at)
{
	return at >= len || data[at] == ' ' || data[at] == '\t';
}

/* Does this character mean something to YAML where it stands? */
static bool is_indicator(const char *data, size_t len, size_t at)
{
	bool blank_follows = is_blank_at(data, len, at + 1);
	char before;

	if (at == 0) {
		if (strchr("#,[]{}&*!|>'\"%@`", data[0]) && data[0])
			return true;
		return strchr("?:-", data[0]) && data[0] && blank_follows;
	}
	if (data[at] == ':')
		return blank_follows;
	if (data[at] != '#')
		return false;
	before = data[at - 1];
	return !before || strchr(" \t\n\r", before) ||
	       (at >= 3 && !memcmp(data + at - 3, "\xe2\x80\xa8", 3)) ||
	       (at >= 3 && !memcmp(data + at - 3, "\xe2\x80\xa9", 3));
}

static void see(struct scan *scan, uint32_t rune, bool first, bool last)
{
	bool space = rune == ' ', line_break = doc_is_break(rune);

	if (space) {
		scan->space_first |= first;
		scan->space_last |= last;
		scan->space_after_break |= scan->was_break;
	} else if (line_break) {
		scan->break_first |= first;
		scan->break_last |= last;
		scan->break_after_space |= scan->was_space;
	}
	scan->was_space = space;
	scan->was_break = line_break;
}

static void allow(const struct scan *scan, struct yaml_text *out)
{
	bool hard = scan->special || scan->break_after_space;

	out->plain_allowed = !(scan->indicator || out->multiline ||
			       scan->space_first || scan->space_last ||
			       scan->break_first || scan->break_last ||
			       scan->space_after_break || hard);
	out->single_allowed = !(scan->space_after_break || hard);
	out->literal_allowed = !(scan->space_last || hard);
}

void doc_yaml_analyze(const char *data, size_t len, struct yaml_text *out)
{
	struct scan scan = { 0 };
	uint32_t rune;
	size_t width;

	*out = (struct yaml_text){ .data = data, .len = len };
	if (len >= 3 && (!memcmp(data, "---", 3) || !memcmp(data, "...", 3)))
		scan.indicator = true;
	for (size_t i = 0; i < len; i += width) {
		if (i > 0 && is_ordinary(data[i])) {
			width = 1;
			while (i + width < len && is_ordinary(data[i + width]))
				width++;
			out->runes += width;
			scan.was_space = scan.was_break = false;
			continue;
		}
		rune = doc_rune(data + i, len - i, &width);
		out->runes++;
		if ((!i || rune == ':' || rune == '#') &&
		    is_indicator(data, len, i))
			scan.indicator = true;
		if (!doc_is_printable(rune)) {
			scan.special = true;
			if (!out->unprintable && is_forbidden(rune))
				out->unprintable = rune;
		}
		if (doc_is_break(rune) || rune == '\r')
			out->multiline = true;
		see(&scan, rune, i == 0, i + width == len);
	}
	allow(&scan, out);
	if (!len)
		out->literal_allowed = false;
}

/* Would the text, without quotes, be read as a string again? */
static bool is_string(const struct yaml_text *text)
{
	struct scalar scalar;

	doc_scalar_resolve(text->data, text->len, SCALAR_WRITTEN, true,
			   &scalar);
	return scalar.type == SCALAR_STRING &&
	       !doc_scalar_is_base60(text->data, text->len);
}

enum yaml_style doc_yaml_style(const struct yaml_text *text, bool simple_key)
{
	if (memchr(text->data, '\n', text->len))
		return text->literal_allowed && !simple_key ?
			       STYLE_LITERAL :
			       STYLE_DOUBLE_QUOTED;
	if (!is_string(text))
		return STYLE_DOUBLE_QUOTED;
	/* "<<" is the merge key to whoever reads it back. */
	if (simple_key && text->len == 2 && !memcmp(text->data, "<<", 2))
		return STYLE_DOUBLE_QUOTED;
	if (text->plain_allowed)
		return STYLE_PLAIN;
	return text->single_allowed ? STYLE_SINGLE_QUOTED : STYLE_DOUBLE_QUOTED;
}
