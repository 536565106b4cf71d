/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCUMENT_YAML_READ_H
#define DOCUMENT_YAML_READ_H

/*
 * The state of one reading of a stream.  Inside document/ only: yaml_stream.c
 * cuts the stream and drives libyaml, yaml_read.c builds nodes and
 * splice_read.c notes places.
 */

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "document/document.h"

#define RECENT_TEXTS 512 /* a power of two */

struct yaml_reader {
	struct arena *arena;
	const char *name;
	const struct doc_budget *budget;
	bool repeats;       /* struct doc_source has it */
	struct bytes chunk; /* one document of the stream */
	unsigned line;      /* of the chunk's first byte, from 1 */
	yaml_parser_t parser;
	yaml_event_t event;  /* the current one; ours until the next */
	struct map *anchors; /* of the document; NULL before the first */
	/* What the open collections hold so far, the innermost last: they go
	 * to the arena when they are complete and their size is known. */
	struct node_entry *entries;
	size_t n_entries, entries_room;
	struct node **items;
	size_t n_items, items_room;
	size_t nodes; /* of the file, aliases expanded */
	size_t depth; /* collections open */
	/* Short texts that came lately, by hash: most come again. */
	const char *recent[RECENT_TEXTS];
	/*
	 * Takes the document whose root's first event is current, to the last
	 * event of the root; `*empty` where it is null and vanishes.
	 */
	int (*take)(struct yaml_reader *reader, bool *empty, struct err *err);
	void *taken;      /* where it goes */
	size_t documents; /* that did not vanish */
};

/* Read all documents of a stream. */
MUST_USE int doc_yaml_stream(struct yaml_reader *reader, struct bytes bytes,
			     struct err *err);

/* -1 where `more` levels more would be too deep. */
MUST_USE int doc_yaml_check_depth(const struct yaml_reader *reader, size_t more,
				  struct err *err);

/* Of a scalar. */
enum node_style doc_yaml_event_style(const yaml_event_t *event);

/* The next event, in place of the current one. */
MUST_USE int doc_yaml_next(struct yaml_reader *reader, struct err *err);

/* The line of the current event in the user's file. */
unsigned doc_yaml_line(const struct yaml_reader *reader);

/* ERR_INPUT "NAME:LINE: ..." at the current event.  Always -1. */
int doc_yaml_fail(const struct yaml_reader *reader, struct err *err,
		  const char *fmt, ...) PRINTF(3, 4);
/* For the compiler's eyes, as in err.h. */
#define doc_yaml_fail(...) ((void)doc_yaml_fail(__VA_ARGS__), err_failed())

/* The node that the current event begins, a document's root. */
MUST_USE int doc_yaml_root(struct yaml_reader *reader, struct node **out,
			   struct err *err);

#endif
