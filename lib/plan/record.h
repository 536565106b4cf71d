/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_RECORD_H
#define PLAN_RECORD_H

/*
 * Record: what the cluster remembers of an app.  Its members, and its last
 * syncs.  Pure: it reads and composes ConfigMaps, apply/record.h keeps them.
 *
 * It is an ApplySet (KEP-3659, with the names that kubectl v1.36 uses): the
 * ConfigMap gitops-APP is its parent.  Before a sync writes anything else the
 * record names all that was and all that will be; at its end, what is.  So
 * nothing that was ever written is forgotten, wherever a run is killed.
 *
 * The members of a large app go on in gitops-APP.1, gitops-APP.2 and so on,
 * each with the same number of them, far below the 1 MiB that etcd takes.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "object/object.h"

#define RECORD_SYNCS   20   /* are kept */
#define RECORD_IMAGES  20   /* moves of one sync are kept */
#define RECORD_MEMBERS 1500 /* in one ConfigMap; a line is 600 bytes at most */

struct record_member {
	struct object object; /* its identity alone */
	const char *uid;      /* "" where it is not known yet */
};

struct record_members {
	struct record_member *v; /* by object_order() */
	size_t n;
	size_t room;
};

/* One sync, as the record tells it.  Texts are "" where not known. */
struct record_sync {
	int64_t number; /* 1 is the app's first */
	int64_t when;   /* its start, seconds since 1970 */
	int64_t seconds;
	const char *commit;
	const char *ref;
	const char *author;
	const char *subject;
	const char *who;       /* "user@host", who ran it */
	const char *job;       /* URL of the CI job */
	const char *result;    /* "done", "failed", "unhealthy", "cancelled" */
	const char *signature; /* of what was verified: "good" */
	const char *signer;    /* "Ann <ann@example.com> (key ...)" */
	const char *note;      /* what else is to be known of it */
	size_t created;
	size_t changed;
	size_t deleted;
	size_t failed;
	/* That were moved, as plan_moves() has them, RECORD_IMAGES at most;
	 * NULL-ended, or NULL. */
	const char **images;
};

struct record_syncs {
	struct record_sync *v; /* newest first */
	size_t n;
	size_t room;
};

/* Somebody has said that the app is not to be synced. */
struct record_hold {
	int64_t when;       /* seconds since 1970 */
	const char *who;    /* "user@host" */
	const char *why;    /* may be "" */
	const char *commit; /* it was taken back to, with no commit in git; ""
			       where it is only suspended */
};

/* What a ConfigMap holds. */
struct record_part {
	const json_t *data;  /* NULL where it is not there */
	const char *version; /* its resourceVersion, or "" */
	const char *uid;     /* or "" */
};

struct record {
	const char *app;
	const char *namespace; /* where its ConfigMaps are */
	const char *set;       /* the id of the ApplySet */

	/* What was read: */
	bool exists;
	const char *repository; /* that it was synced from, or "" */
	struct record_members members;
	struct record_syncs syncs;
	const struct record_hold *hold; /* or NULL */
	struct record_part *v;          /* its ConfigMaps, the parent first */
	size_t n;
	size_t room;
};

/* The record of an app, not read yet. */
void record_init(struct arena *arena, const char *app, const char *namespace,
		 struct record *record);

/* The name of one of its ConfigMaps; 0 is the parent. */
char *record_name(struct arena *arena, const struct record *record,
		  size_t part);

/* That ConfigMap as an object to be read. */
struct object record_object(struct arena *arena, const struct record *record,
			    size_t part);

/*
 * Take over what the parent, or another part, holds; `live` is its JSON, or
 * empty where it is not there.  After the parent `n` says how many there are.
 * ERR_INPUT for a parent of another tool, another format, or one that was
 * changed by hand so that it cannot be trusted.
 */
MUST_USE int record_read(struct arena *arena, struct record *record,
			 size_t part, struct bytes live, struct err *err);

/* The member of the record that is this object, or NULL. */
const struct record_member *record_find(const struct record *record,
					const struct object *object);

/* What is to be written of it. */
struct record_state {
	const char *repository;
	const struct record_members *members; /* by object_order() */
	const struct record_syncs *syncs;
	const struct record_hold *hold; /* or NULL */
};

/*
 * The ConfigMaps that hold a state, in their order; those that hold it already
 * have no doc.  There are never fewer than before: what is too many becomes
 * empty.
 */
void record_compose(struct arena *arena, const struct record *record,
		    const struct record_state *state, struct objects *out);

/* That ConfigMap was written: `merged` is what it is now. */
MUST_USE int record_wrote(struct arena *arena, struct record *record,
			  size_t part, struct bytes merged, struct err *err);

/* By object_order(); for qsort(). */
int record_member_order(const void *a, const void *b);

#endif
