/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RELEASE_RELEASE_H
#define RELEASE_RELEASE_H

/*
 * Release: which images are moved, to which tags, by which bytes.  But for
 * what registries say, a plan is a function of the tree: when another was
 * faster, it is made again on his tree, and no registry is asked twice.
 *
 *	struct release *release = release_new(run, &args);
 *	if (release_plan(release, tree, &apps, &plan, err) < 0)
 *		return -1;
 *	for (size_t i = 0; i < plan.n_edits; i++)
 *		... plan.edits[i].path, plan.edits[i].bytes ...
 *
 * What an app is rendered from is what is looked at (files.c):
 *
 *	a file            that file
 *	a kustomization   it, and what its texts name: files, and directories
 *	                  in the same way; but for what its generators read
 *	a directory       all its YAML and JSON files, and its directories in
 *	                  the same way
 *	a chart           its values.yaml, the files of values that the app
 *	                  names, and the app's values in gitops.yaml
 *
 * A place has its policy, if any, by the first of these: Flux's marker on it,
 * `images` of the app in gitops.yaml, Flux v1's annotations of the workload.
 */

#include <stdbool.h>
#include <stddef.h>

#include "apps/apps.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "base/run.h"
#include "document/splice.h"
#include "image/find.h"
#include "image/policy.h"
#include "image/reference.h"
#include "image/registry.h"
#include "tree/tree.h"

/* What the user asks for. */
struct release_args {
	/* NAME by its policy, NAME:TAG and NAME@DIGEST as they are. */
	const struct image_ref *images;
	size_t n_images;
	/* For a way back: only where this tag and digest is set now, locked or
	 * not; NULL: wherever the image is set. */
	const struct image_ref *from;
	const struct image_ref *exclude; /* these stay as they are */
	size_t n_exclude;
	const char **workloads; /* these alone: "KIND/NAME" or
				   "KIND/NAMESPACE/NAME"; NULL: all */
	bool all;               /* whatever has a policy that is automatic */
	bool look;              /* at whatever has a policy, and move nothing */
	bool pin_digests;       /* write the digest behind the tag */
	struct registry_options registry;
};

/* A file that was read, and what sets images there. */
struct release_file {
	const char *path; /* where it really is */
	struct {
		const struct app **v;
		size_t n;
		size_t room;
	} apps; /* that are made from it */
	struct splice_file file;
	struct image_uses uses;
	struct image_markers markers;
};

struct release_files {
	struct release_file **v; /* in the order of apps and paths */
	size_t n;
	size_t room;
};

/* A policy for a repository, and what it has chosen. */
struct release_choice {
	const char *origin; /* "gitops.yaml:9" */
	struct image_ref image;
	const struct policy *policy;
	bool automatic;     /* --all takes it */
	bool pin;           /* the digest belongs to it */
	bool follow;        /* also where the tag stays the same */
	bool asked;         /* its registry is to be asked */
	const char *chosen; /* tag, or NULL; then `why` */
	const char *why;
	/* All tags, as the registry sorts them, and what became of each. */
	struct policy_tag *tags;
	size_t n_tags;
	struct policy_choice outcome;
	struct err *err; /* why its registry could not be asked, or NULL */
};

/* A place where an image is set, or a part of one. */
struct release_place {
	const struct release_file *file;
	const struct image_use *use;       /* NULL: by a marker alone */
	const struct image_marker *marker; /* or NULL */
	const struct splice_place *at;
	const struct app *app;         /* whose values they are, in gitops.yaml;
					  else NULL: those of its file */
	const char *label;             /* "Deployment web/api", or NULL */
	const char *container;         /* or NULL */
	const char *fault;             /* why it cannot be read, or NULL */
	const char *locked;            /* by whom and why, or NULL */
	struct image_ref now;          /* empty where there is a fault */
	struct release_choice *choice; /* NULL: it has no policy */
	bool selected;
	const char *tag;    /* what it is to have; NULL: none is named */
	const char *digest; /* likewise */
	bool moved;
	const char *from; /* "1.0", "1.0@sha256:...", "-" */
	const char *to;   /* where it is moved */
};

struct release_places {
	struct release_place *v; /* in the order of the files */
	size_t n;
	size_t room;
};

struct release_edit {
	const char *path;
	struct bytes before, after;
};

struct release_plan {
	struct release_places places;
	struct release_choice **choices;
	size_t n_choices, room;
	struct release_edit *edits; /* none: there is nothing to do */
	size_t n_edits, room_edits;
};

struct release;

/* In the run's arena; `args` is borrowed. */
struct release *release_new(struct run *run, const struct release_args *args);

/*
 * NAME:TAG, NAME@DIGEST or both: rolled back and not to be proposed again or,
 * where `rejected` is false, wanted again.  What is said first of an image, the
 * newest, holds.  A tag that is followed by its digest is rejected by that.
 */
void release_reject(struct release *release, const char *image, bool rejected);
/* Forget all that was said, before it is said of another commit. */
void release_forget(struct release *release);

/*
 * 0 also where registries could not be asked, which release_errors() tells of.
 *
 * ERR_INPUT, with file and line: a file, a policy, or a place that cannot be
 * changed.  ERR_NOT_FOUND: no file sets an image that was asked for.
 * ERR_REFUSED: it is locked.  ERR_USAGE: it has no policy to choose by.
 */
MUST_USE int release_plan(struct release *release, const struct tree *tree,
			  const struct apps *apps, struct release_plan *out,
			  struct err *err);

/* The places alone: nothing is asked, chosen or moved. */
MUST_USE int release_find(struct run *run, const struct tree *tree,
			  const struct apps *apps, struct release_places *out,
			  struct err *err);

/* ERR_NOT_FOUND: an image that no place sets is most likely misspelt. */
int release_missing(struct arena *arena, const struct release_places *places,
		    const char *name, struct err *err);

/* Copy what went wrong with the registries of this plan into `err`. */
void release_errors(const struct release_plan *plan, struct err *err);

/* What of a plan is in the files of one app, which others may share. */
void release_part(struct arena *arena, const struct release_plan *plan,
		  const char *app, struct release_plan *out);

/* The moves, each once: for the trailers of the commit, "NAME OLD -> NEW". */
#define RELEASE_MOVES "Gitops-Image"
const char **release_moves(struct arena *arena, const struct release_plan *plan,
			   size_t *n);

/*
 * The message of the commit: by a template in which {moves}, {images}, {apps}
 * and {count} stand for what was moved, and other braces for themselves; NULL
 * for our own words.
 */
const char *release_message(struct arena *arena,
			    const struct release_plan *plan,
			    const char *template);

/* Requests sent to registries. */
struct registry_count *release_counts(struct release *release, size_t *n);

#endif
