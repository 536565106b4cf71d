/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_YAML_STYLE_H
#define DOCUMENT_YAML_STYLE_H

/*
 * Which of YAML's styles yaml.v2 writes a string in.  Inside document/ only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum yaml_style {
	STYLE_PLAIN,
	STYLE_SINGLE_QUOTED,
	STYLE_DOUBLE_QUOTED,
	STYLE_LITERAL,
};

/* What a look at every character of a text says. */
struct yaml_text {
	const char *data;
	size_t len;
	size_t runes;
	bool multiline; /* has a break: \n, U+2028, U+2029 */
	bool plain_allowed;
	bool single_allowed;
	bool literal_allowed;
	uint32_t unprintable; /* the first that YAML cannot hold at all */
};

void doc_yaml_analyze(const char *data, size_t len, struct yaml_text *out);

/* `simple_key`: written as "key: ". */
enum yaml_style doc_yaml_style(const struct yaml_text *text, bool simple_key);

static inline bool doc_is_break(uint32_t rune)
{
	return rune == '\n' || rune == 0x2028 || rune == 0x2029;
}

/* Written as itself between double quotes?  yaml.v2 escapes what lies above
 * U+FFFF, too. */
static inline bool doc_is_printable(uint32_t rune)
{
	return (rune >= ' ' && rune <= '~') || rune == '\n' ||
	       (rune >= 0xa0 && rune <= 0xfffd && rune != 0xfeff);
}

#endif
