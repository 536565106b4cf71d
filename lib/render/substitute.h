/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RENDER_SUBSTITUTE_H
#define RENDER_SUBSTITUTE_H

/*
 * Substitute: variables in objects that are rendered, as Flux does it
 * (postBuild.substitute of kustomize-controller v1.9, which is fluxcd/pkg/
 * envsubst v1.9.0).  Pure.
 *
 *	${name}                 its value
 *	${#name}                how many bytes that has
 *	${name:=text}           the text where it is not set, or empty; text may
 *	${name:-text}           hold variables; so may what stands below
 *	${name=text}
 *	${name:N} ${name:N:M}   from byte N on, at most M; negative M: up to the
 *	                        last -M
 *	${name^} ${name^^}      the first letter, or all, of ASCII in capitals
 *	${name,} ${name,,}      or small
 *	${name/a/b} ${name//a/b} ${name/#a/b} ${name/%a/b}
 *	                        the first a, each, that at the start or the end
 *	                        replaced by b
 *	${name#p} ${name##p} ${name%p} ${name%%p}
 *	                        without the shortest, or longest, start or end
 *	                        that fits the pattern p: * ? [a-z] [^a] \x
 *	$$                      $
 *
 * Otherwise than Flux, what is no expression that means something is an error:
 * a position that is no number, a pattern that is none, ${name:?text} and
 * ${name:+text}, which Flux takes for ${name:-text}.  A pattern that is
 * stripped from the end is read from left to right.
 */

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "document/document.h"

/* On an object, as an annotation or a label: it is left as it is. */
#define SUBSTITUTE_KEY      "kustomize.toolkit.fluxcd.io/substitute"
#define SUBSTITUTE_DISABLED "disabled"

/* Caps on one object; passing one is ERR_INPUT that names it. */
#define SUBSTITUTE_BYTES    ((size_t)8 << 20)  /* of the result */
#define SUBSTITUTE_ARGUMENT ((size_t)64 << 10) /* between name and "}" */
#define SUBSTITUTE_WORK     ((size_t)64 << 20) /* bytes made on the way */
#define SUBSTITUTE_DEPTH    32                 /* of expressions in others */

/*
 * Append a text with its variables in place to `out`.  `vars` has texts by
 * their names.  A variable that is not set and has no default is added to
 * `missing`, without a value, and is nothing in the text.  ERR_INPUT, without
 * a place and without what stands in the text, for a broken expression.
 */
MUST_USE int substitute_text(struct bytes text, const struct map *vars,
			     struct map *missing, struct str *out,
			     struct err *err);

/*
 * The same for an object: in its YAML, as kustomize prints it, which is then
 * read anew by the rules of YAML 1.1, so that a text that has become a number
 * or a boolean is one, and a value may be a list or a mapping.  Annotations
 * stay texts.
 *
 * ERR_INPUT, beginning with the object's origin: all its variables that are
 * not set, an error each; a broken expression; a result that is no YAML.
 */
MUST_USE int substitute_doc(struct arena *arena, const struct doc *doc,
			    const struct map *vars, struct doc *out,
			    struct err *err);

/* ---- between substitute_text.c and strip.c ---- */

enum substitute_strip {
	STRIP_SHORTEST_START,
	STRIP_LONGEST_START,
	STRIP_SHORTEST_END,
	STRIP_LONGEST_END,
};

/* What is left of a value.  In time of the length of one times that of the
 * other.  ERR_INPUT where the pattern is none. */
MUST_USE int substitute_strip(struct bytes value, const char *pattern,
			      enum substitute_strip how, struct bytes *out,
			      struct err *err);

#endif
