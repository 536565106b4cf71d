/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_DOCUMENT_H
#define DOCUMENT_DOCUMENT_H

/*
 * Document: YAML and JSON to json_t, and back to the YAML that kustomize
 * prints.
 *
 * Who owns what: a json_t that crosses a room's border is borrowed from an
 * arena.  doc_keep() hands one reference to the arena and returns the value;
 * json_incref() and json_decref() are called in this room only.  A published
 * document is never changed: doc_copy() it into an arena of your own first.
 *
 *	struct docs docs = { 0 };
 *	if (doc_read_yaml(a, "deploy/web.yaml", bytes, NULL, &docs, err) < 0)
 *		return -1;
 *	for (size_t i = 0; i < docs.n; i++)
 *		use(docs.v[i].value, docs.v[i].line);
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "document/node.h"

/* One document of a stream. */
struct doc {
	json_t *value;      /* borrowed from the arena */
	const char *origin; /* "deploy/web.yaml:12", the root node's place */
	const char *name;   /* "deploy/web.yaml" */
	unsigned line;      /* of the root node, from 1 */
	/* Where the root's "items" is a sequence: the line of each member. */
	const unsigned *item_lines;
	size_t n_item_lines;
};

struct docs {
	struct doc *v;
	size_t n;
	size_t room;
};

/*
 * Caps on what is read.  An input that passes one is
 * ERR_INPUT that names the file, the line and the cap.
 */
struct doc_budget {
	size_t file_bytes; /* 8 MiB */
	size_t depth;      /* 128; jansson overflows the stack far above */
	size_t nodes;      /* 1,000,000 a file, aliases expanded */
	size_t documents;  /* 20,000 a file */
};
extern const struct doc_budget doc_budget_default;

/* A text to read, and where it stands. */
struct doc_source {
	const char *name; /* the file as the user knows it */
	unsigned line;    /* of its first byte, from 1 */
	struct bytes bytes;
	bool repeats; /* a key may stand twice, with the same scalar */
};
struct doc_source doc_source_file(const char *name, struct bytes bytes);
/* The text of a scalar, without the blanks around it. */
struct doc_source doc_source_text(const struct node *scalar);

/*
 * Read a stream of YAML documents as it is written, by the rules of kustomize
 * v5.8.2: anchors and merge keys are expanded, and empty documents vanish.
 * `budget` NULL means doc_budget_default.  The roots are appended to `out`.
 *
 * ERR_INPUT, always with "NAME:LINE:": syntax, UTF-16, duplicate keys (both
 * positions), keys that are no scalars, cyclic aliases, a budget.
 */
MUST_USE int doc_read_nodes(struct arena *arena,
			    const struct doc_source *source,
			    const struct doc_budget *budget, struct nodes *out,
			    struct err *err);

/*
 * What a node means, by the rules of kustomize v5.8.2 (plain scalars resolve
 * as in yaml.v3).  An integer from 2^63 to 2^64 - 1 becomes a real, as in the
 * API server; what else differs from kustomize is listed in
 * tests/peer/test_yaml_known.py.
 *
 * ERR_INPUT, with "NAME:LINE:" where the node was read from a file: keys that
 * are not strings, NaN and infinity, a text that its tag does not fit.
 */
MUST_USE int doc_from_node(struct arena *arena, const struct node *node,
			   json_t **out, struct err *err);

/* The same by the rules of YAML 1.1, in which "yes" and "on" are booleans, 010
 * is 8 and a date is a text: so kustomize reads JSON patches. */
MUST_USE int doc_from_node_v1_1(struct arena *arena, const struct node *node,
				json_t **out, struct err *err);

/*
 * The way back, as kustomize goes it from an object that was patched as JSON:
 * every number is a double, so that an integer beyond 2^53 loses digits.
 */
struct node *node_from_json(struct arena *arena, const json_t *value);
/* As JSON that is read as YAML: integers stay what they are, and every text is
 * quoted. */
struct node *node_from_json_text(struct arena *arena, const json_t *value);

/* What a plain text is taken for when it is read. */
enum node_tag doc_text_tag(const char *text, size_t n);

/* Both in one: the documents of a stream as values. */
MUST_USE int doc_read_yaml(struct arena *arena, const char *name,
			   struct bytes bytes, const struct doc_budget *budget,
			   struct docs *out, struct err *err);

/*
 * The same for manifests of Kubernetes, with one rule more: what stands under
 * metadata.annotations, of the root or of a member of its "items", is text as
 * it is spelled (1.50 is "1.50", ~ is "~"), and is absent where it is empty
 * or null.  Not for patches, where null means something.
 */
MUST_USE int doc_read_manifests(struct arena *arena, const char *name,
				struct bytes bytes,
				const struct doc_budget *budget,
				struct docs *out, struct err *err);
/* That rule, for one object that was read otherwise. */
void doc_spell_annotations(struct node *object);

/*
 * Read one JSON value.  Duplicate keys are errors.  For files of the user
 * and, with a name such as "GET /api", for answers of servers.
 */
MUST_USE int doc_read_json(struct arena *arena, const char *name,
			   struct bytes bytes, json_t **out, struct err *err);
/* The same for a text that stands in a file. */
MUST_USE int doc_read_json_source(struct arena *arena,
				  const struct doc_source *source, json_t **out,
				  struct err *err);

/*
 * Append `value` as one YAML document, byte for byte as kustomize v5.8.2
 * prints it (notes part 6): sorted keys, two spaces, its quoting and folding.
 * No "---" is added.  ERR_INPUT for what kustomize cannot print (control
 * characters).
 */
MUST_USE int doc_write_yaml(struct str *out, const json_t *value,
			    struct err *err);

/*
 * Append a node as yaml.v3 writes it: its keys in order, its styles kept, two
 * spaces, sequences not indented under their key.  Comments are lost.
 */
void doc_write_node(struct str *out, const struct node *node);

/* doc_write_yaml() for the console: what cannot be printed is escaped instead,
 * so it never fails.  For diffs. */
void doc_show_yaml(struct str *out, const json_t *value);

/* Append compact JSON with sorted keys (jansson's JSON_SORT_KEYS). */
void doc_write_json(struct str *out, const json_t *value);
/* The same in ASCII, for texts that hold it: YAML takes not every character. */
void doc_write_json_ascii(struct str *out, const json_t *value);
/* The same, indented by two spaces, with a newline at the end, and in ASCII:
 * people see it on terminals, which some characters mislead (T16). */
void doc_write_json_pretty(struct str *out, const json_t *value);

/*
 * Append JSON as Go's encoding/json writes it: sorted keys, "<", ">" and "&"
 * escaped.  `indent` is that of its MarshalIndent(), or NULL for one line.
 */
void doc_write_go_json(struct str *out, const json_t *value,
		       const char *indent);

/* Append a double as Go's strconv does: format 'g' (1e+06) and 'f' (1000000),
 * the fewest digits that read back the same. */
void doc_add_real_g(struct str *out, double real);
void doc_add_real_f(struct str *out, double real);
/* Format 'g' of what is left of it in 32 bits; or ".inf", "-.inf", ".nan". */
void doc_add_real_short(struct str *out, double real);

/* Hand one reference of `value` to the arena; returns `value`, borrowed.
 * NULL stays NULL. */
json_t *doc_keep(struct arena *arena, json_t *value);
/* A deep copy that the arena owns, free to be changed. */
json_t *doc_copy(struct arena *arena, const json_t *value);
/* New, empty, owned by the arena. */
json_t *doc_object(struct arena *arena);
json_t *doc_array(struct arena *arena);
/* A reference of its own for another arena to hold: the value outlives the
 * arena it came from. */
json_t *doc_share(struct arena *arena, json_t *value);

/*
 * The value under a path of keys, or NULL where a step is missing or no
 * mapping:  doc_get(object, "metadata", "name", NULL)
 */
json_t *doc_get(const json_t *value, ...) __attribute__((sentinel));
/* The same where the value is a string; else NULL. */
const char *doc_get_string(const json_t *value, ...) __attribute__((sentinel));

/*
 * Set (or, with value NULL, remove) what is under a path of keys, making the
 * mappings on the way.  `value` is borrowed: a reference of its own is taken.
 * For objects under construction only.
 */
void doc_set(json_t *object, json_t *value, ...) __attribute__((sentinel));
void doc_set_string(json_t *object, const char *text, ...)
	__attribute__((sentinel));

/* Equal as values: 1 and 1.0 are, as for the API server. */
bool doc_equal(const json_t *a, const json_t *b);

/*
 * RFC 6901: the value a pointer leads to, or NULL.  doc_pointer_add() appends
 * one reference token, escaped.
 */
json_t *doc_pointer(const json_t *value, const char *pointer);
void doc_pointer_add(struct str *pointer, const char *token);

/*
 * The same with two tokens more, for the items of a list: by what they have,
 * "/status/conditions/[type=Ready]/status", and "*" for all of them.
 *
 *	doc_pointer_check     is it one?  Not "", which is the whole value
 *	doc_pointer_next      the next token, unescaped; false at the end
 *	doc_pointer_chooses   does a token mean this item?
 *	doc_choose            the first value that it leads to, or NULL
 */
bool doc_pointer_check(const char *pointer);
bool doc_pointer_next(const char **pointer, struct str *token);
bool doc_pointer_chooses(const char *token, const json_t *item, size_t index);
json_t *doc_choose(const json_t *value, const char *pointer);

/* A scalar as text: a string as it is, else as JSON.  False for what is
 * none. */
bool doc_add_scalar(struct str *out, const json_t *value);

/* Let jansson allocate by xmalloc(); called once by main and tests. */
void doc_init(void);

/* "libyaml 0.2.5" and "jansson 2.14", as they run; a line each. */
char *doc_libraries(struct arena *arena);

#endif
