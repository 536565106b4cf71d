/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_YAML_FOLD_H
#define DOCUMENT_YAML_FOLD_H

/*
 * What kustomize's detours do to a text: it writes every document as YAML and
 * reads it again, then as JSON and reads that as YAML 1.1.  Both lose
 * something.  Inside document/ only.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/*
 * A text that was folded ('>') in the source: yaml.v3 folds it again, and
 * where a more indented line follows it puts a line break too many.  Appends
 * what is read back, or returns false where that is the text itself.
 */
bool doc_refold(struct str *out, const char *data, size_t len);

/*
 * U+0085 is not escaped in JSON, and yaml.v2 takes it for the end of a line
 * between quotes: one becomes a space, n become n - 1 line breaks, and the
 * spaces around them go.  Returns false where there is none.
 */
bool doc_fold_nel(struct str *out, const char *data, size_t len);

#endif
