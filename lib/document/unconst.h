/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_UNCONST_H
#define DOCUMENT_UNCONST_H

/* jansson walks the members of an object only through a pointer that is not
 * const, and changes nothing by it.  Inside document/ only. */

#include <jansson.h>
#include <stdint.h>

static inline json_t *doc_unconst(const json_t *value)
{
	return (json_t *)(uintptr_t)value;
}

#endif
