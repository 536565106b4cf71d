/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TREE_TRACE_H
#define TREE_TRACE_H

/*
 * Trace: a tree that notes what is asked of another.  Whoever reads nothing
 * but a tree makes the same of every tree that gives the same answers.
 *
 *	struct tree_trace *trace = tree_trace(arena, tree);
 *
 *	render(&trace->tree);
 *	for (size_t i = 0; i < trace->files->n; i++)
 *		use(trace->files->entries[i].key);
 */

#include "base/arena.h"
#include "base/map.h"
#include "tree/tree.h"

/* Sets of paths, as the backend gets them: clean, and links followed. */
struct tree_trace {
	struct tree tree; /* to be read in place of the other */
	const struct tree *of;
	struct map *files;   /* that were looked at or read, links too */
	struct map *missing; /* that were looked for, and are not there */
	struct map *lists;   /* directories that were listed, also only to name
				the nearest entry in a message */
};

struct tree_trace *tree_trace(struct arena *arena, const struct tree *of);

#endif
