/* SPDX-License-Identifier: Apache-2.0 */
#include "document/yaml_fold.h"

#include <string.h>

#include "document/rune.h"
#include "document/yaml_style.h"

#define NEL     "\xc2\x85"
#define NEL_LEN 2

static void add_breaks(struct str *out, size_t n)
{
	while (n-- > 0)
		str_add_char(out, '\n');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Does yaml.v3 write the text folded at all?  If not it quotes it, and
 * nothing is lost.  U+2028 and U+2029 are left alone. */
static bool stays_folded(const char *data, size_t len)
{
	uint32_t rune, before = 0;
	size_t width;

	for (size_t i = 0; i < len; i += width) {
		rune = doc_rune(data + i, len - i, &width);
		if (rune == '\n' ? before == ' ' :
				   rune != '\t' && (!doc_is_printable(rune) ||
						    doc_is_break(rune)))
			return false;
		before = rune;
	}
	return len && before != ' ';
}

/*
 * What `n` line breaks behind a line are read back as, if it is the last one
 * or `blank` or else.  `extra`: yaml.v3 wrote one more for folding.
 */
static void add_folded(struct str *out, size_t n, bool extra, bool blank,
		       bool last)
{
	size_t written = n + extra;

	if (last)
		add_breaks(out, n < 2 ? n : written);
	else if (blank)
		add_breaks(out, written);
	else if (written == 1)
		str_add_char(out, ' ');
	else
		add_breaks(out, written - 1);
}

bool doc_refold(struct str *out, const char *data, size_t len)
{
	size_t start = out->len, i, line, breaks;
	bool folds, blank, next_blank;

	if (!stays_folded(data, len))
		return false;
	i = strspn(data, "\n");
	if (i == len)
		return false;
	add_breaks(out, i);
	/* It looks at the text's first character where it means the next
	 * line's. */
	folds = !is_blank(data[i]);
	while (i < len) {
		line = strcspn(data + i, "\n");
		str_add_bytes(out, data + i, line);
		blank = is_blank(data[i]);
		i += line;
		breaks = strspn(data + i, "\n");
		i += breaks;
		next_blank = is_blank(data[i]);
		if (breaks)
			add_folded(out, breaks, folds && !blank,
				   blank || next_blank, i == len);
	}
	return out->len - start != len ||
	       memcmp(out->data + start, data, len) != 0;
}

bool doc_fold_nel(struct str *out, const char *data, size_t len)
{
	size_t breaks, end;

	if (!memchr(data, (unsigned char)NEL[0], len) || !strstr(data, NEL))
		return false;
	for (size_t i = 0; i < len; i = end) {
		breaks = 0;
		for (end = i; end < len; end++) {
			if (len - end >= NEL_LEN &&
			    !memcmp(data + end, NEL, NEL_LEN)) {
				breaks++;
				end += NEL_LEN - 1;
			} else if (data[end] != ' ') {
				break;
			}
		}
		if (breaks == 1)
			str_add_char(out, ' ');
		else if (breaks)
			add_breaks(out, breaks - 1);
		else
			str_add_bytes(out, data + i, end - i);
		if (end < len)
			str_add_char(out, data[end++]);
	}
	return true;
}
