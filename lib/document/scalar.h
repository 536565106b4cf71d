/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_SCALAR_H
#define DOCUMENT_SCALAR_H

/*
 * Scalar: what a YAML text without quotes means, and how a number is spelled.
 * Inside document/ only.
 *
 * kustomize reads with yaml.v3 and writes with yaml.v2, and the two do not
 * agree on what is a string: "yes" is one when read, but would not be one
 * again if it was written without quotes.  Hence two dialects of one table.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum scalar_type {
	SCALAR_STRING,
	SCALAR_NULL,
	SCALAR_TRUE,
	SCALAR_FALSE,
	SCALAR_INTEGER, /* fits json_int_t */
	SCALAR_REAL,    /* may be NaN or infinite */
	SCALAR_TIME,
};

enum scalar_dialect {
	SCALAR_READ,    /* yaml.v3 */
	SCALAR_WRITTEN, /* yaml.v2: for what has to be quoted */
};

#define SCALAR_TIME_SIZE 40

struct scalar {
	enum scalar_type type;
	json_int_t integer;
	double real;
	bool was_integer;            /* of SCALAR_REAL: from 2^63 to 2^64 - 1 */
	char time[SCALAR_TIME_SIZE]; /* RFC 3339 with a fraction */
};

/*
 * What the plain text means.  `text` ends with NUL behind its `n` bytes.
 * `times` says whether dates are looked for: they are not behind a tag.
 */
void doc_scalar_resolve(const char *text, size_t n, enum scalar_dialect dialect,
			bool times, struct scalar *out);

/* Is it a number in base 60, as YAML 1.1 has them ("12:30")? */
bool doc_scalar_is_base60(const char *text, size_t n);

/* A timestamp as yaml.v3 and yaml.v2 know it; then `out` is RFC 3339. */
bool doc_scalar_time(const char *text, char out[SCALAR_TIME_SIZE]);

/*
 * The integer that a whole real prints as, if it fits: kustomize passes
 * numbers through JSON, so 1.0 and 1e3 come out as 1 and 1000.
 */
bool doc_real_as_integer(double real, json_int_t *out);

/* Append a finite real as kustomize prints it: its shortest digits that read
 * back the same. */
void doc_add_real(struct str *out, double real);

/* The same as Go's encoding/json has it (1000000, 1e-7). */
void doc_add_json_real(struct str *out, double real);

#endif
