/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_YAML_READ_H
#define DOCUMENT_YAML_READ_H

/*
 * The state of one doc_read_yaml().  Inside document/ only: yaml_stream.c
 * cuts the stream and drives libyaml, yaml_read.c builds values.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "document/document.h"

struct lines {
	unsigned *v;
	size_t n;
	size_t room;
};

struct yaml_reader {
	struct arena *arena;
	const char *name;
	const struct doc_budget *budget;
	bool manifests;     /* annotations are texts */
	struct bytes chunk; /* one document of the stream */
	unsigned line;      /* of the chunk's first byte, from 1 */
	yaml_parser_t parser;
	yaml_event_t event;      /* the current one; ours until the next */
	json_t *held;            /* the roots, and what only a merge needs */
	struct map *anchors;     /* of the document; NULL before the first */
	struct lines key_lines;  /* of all mappings that are open */
	struct lines item_lines; /* of the document's "items" */
	struct str key;          /* of the mapping entry being read */
	size_t nodes;            /* of the file, aliases expanded */
	size_t depth;            /* collections open */
	size_t flow;             /* of them, those in [] or {} */
};

/* The next event, in place of the current one. */
MUST_USE int doc_yaml_next(struct yaml_reader *reader, struct err *err);

/* The line of the current event in the user's file. */
unsigned doc_yaml_line(const struct yaml_reader *reader);

/* ERR_INPUT "NAME:LINE: ..." at the current event.  Always -1. */
int doc_yaml_fail(const struct yaml_reader *reader, struct err *err,
		  const char *fmt, ...) PRINTF(3, 4);

/* The current scalar's tag, or NULL; "!" alone says nothing. */
const char *doc_yaml_tag(const struct yaml_reader *reader);

/* What the current scalar means, one reference; `as_text`: the text as it is
 * spelled. */
MUST_USE int doc_yaml_scalar(const struct yaml_reader *reader, bool as_text,
			     json_t **out, struct err *err);

/* Build the value the current event begins, a document's root, and hang it
 * to reader->held. */
MUST_USE int doc_yaml_root(struct yaml_reader *reader, struct err *err);

#endif
