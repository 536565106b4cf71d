/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_RUNE_H
#define DOCUMENT_RUNE_H

/*
 * Rune: one Unicode character of a text, and what Go's package unicode
 * (Unicode 15.0) says of it.  Inside document/ only.  Not <wctype.h>, which
 * answers by the user's locale.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUNE_INVALID UINT32_MAX

uint32_t doc_rune_decode(const char *p, size_t n, size_t *width);

/* The character at `p` of at most `n` bytes (n > 0) and how many bytes it
 * takes.  RUNE_INVALID, 1 byte, where it is no UTF-8. */
static inline uint32_t doc_rune(const char *p, size_t n, size_t *width)
{
	if ((unsigned char)*p >= 0x80)
		return doc_rune_decode(p, n, width);
	*width = 1;
	return (unsigned char)*p;
}

/* Unicode's categories L and Nd. */
bool doc_rune_is_letter(uint32_t rune);
bool doc_rune_is_digit(uint32_t rune);

#endif
