/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_CLUSTER_H
#define CLUSTER_CLUSTER_H

/*
 * Cluster: where objects live.  One interface, several kinds behind it: an
 * API server (kube/), a directory of files (directory/).
 *
 * The life of a run:
 *
 *	cluster_open      connect, find out who we are
 *	cluster_identify  what the wanted kinds are there; fill in namespaces
 *	cluster_read      what lives now
 *	cluster_try       what an apply would make of it; changes nothing
 *	cluster_apply     apply
 *	cluster_settle    after a stage: wait until what comes next can work
 *	cluster_delete    delete, and wait until it is gone
 *	cluster_wait      wait until it is healthy
 *	cluster_note      leave a note for whoever looks
 *
 * Each works on many objects at once, in parallel, and fills in the items it
 * is given.  A fault of one object is that item's err, and the call succeeds;
 * -1 is for what ends the run: no connection, no permission at all, a signal.
 *
 * Live documents stay JSON text until somebody looks: of 5,000 objects most
 * are unchanged, and text is a tenth of the size of a json_t.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "base/str.h"
#include "http/http.h"
#include "object/health.h"
#include "object/ignore.h"
#include "object/object.h"

#define CLUSTER_MANAGER "gitops" /* field manager of our applies */

/* What is known of one object.  All in the run's arena. */
struct cluster_item {
	/* One that is wanted; or without a doc: one that is looked for,
	 * at whatever version the cluster has it. */
	const struct object *want;

	/* How it is to be treated, said after cluster_read(): */
	bool anew;  /* if it lives it is deleted and made anew, changed or not;
		      said before, so that what lives is kept */
	bool leave; /* it is not applied in this run, nor tried */
	bool unfolded;    /* what other managers have applied stays theirs */
	bool may_replace; /* where it cannot be changed it may be deleted and
			     made anew; else there is a hint: */
	const char *replace_hint; /* how to allow it, or NULL */

	struct bytes live;      /* JSON; len 0 where there is none */
	struct ignored ignored; /* of it; doc NULL: of nothing that is to be
				   sent.  For the two functions below */
	bool proved;            /* it lives, and an apply would change nothing
				  (proof.h): there is nothing to ask, and live
				  is kept only where it is not healthy */
	const char *uid;        /* of what is proved; else live has it */
	struct bytes merged;    /* JSON an apply made, or would make, of it */
	bool fold;              /* live has fields of managers that are folded
				  into ours before the first apply */
	const char *unchecked;  /* why cluster_try could not ask the server
				  ("its Namespace comes in this sync"), or
				  NULL */
	const char *immutable;  /* fields that cannot be changed as wanted,
				  "spec.selector": it lives, and has to be
				  deleted and made anew; or NULL */
	const char *given_up;   /* with no_force: contested fields left to
				  others, for people; or NULL */
	const char **warnings;  /* of the server, NULL-ended, or NULL */
	bool tried;             /* cluster_try has asked for it, and will not
				  again */
	bool written;           /* the request of cluster_apply or
				  cluster_delete was answered 2xx */
	struct health health;   /* by cluster_wait; reason NULL: not judged */
	const char **events; /* newest warnings of it and its pods where it is
				  not healthy, NULL-ended; or NULL */
	struct err err;
};

/* What whoever looks at an object is to see with it: a Kubernetes Event. */
struct cluster_note {
	const struct object *about;
	const char *uid; /* of that object */
	bool warning;
	const char *reason;  /* "Synced" */
	const char *message; /* UTF-8, 1024 bytes at most */
	struct err err;
};

struct cluster_args {
	const char *cluster;          /* "kube" or "dir:PATH"; NULL: "kube" */
	const char *kubeconfig;       /* NULL: KUBECONFIG, ~/.kube/config, then
				     the in-cluster service account */
	const char *context;          /* NULL: current-context */
	const char *namespace;        /* for objects that name none; NULL: the
				     context's, else "default" */
	const char *as;               /* impersonate; or NULL */
	const char *const *as_groups; /* NULL-ended, or NULL */
	bool no_force;        /* leave contested fields to their owner */
	bool full;            /* prove nothing: try every object */
	int64_t timeout_ms;   /* for one request; 0: 30 s */
	const char *tree_dir; /* the worktree's path, or NULL: kubeconfigs
				     below it are refused (CVE-2022-24817) */
};

/* What a kind of cluster does; documented at cluster_*() below. */
struct cluster_backend {
	int (*identify)(void *data, struct objects *want, struct err *err);
	int (*read)(void *data, struct cluster_item **items, size_t n,
		    struct err *err);
	int (*try)(void *data, struct cluster_item **items, size_t n,
		   struct err *err);
	int (*apply)(void *data, struct cluster_item **items, size_t n,
		     struct err *err);
	int (*settle)(void *data, struct cluster_item **items, size_t n,
		      struct err *err);
	int (*delete)(void *data, struct cluster_item **items, size_t n,
		      struct err *err);
	int (*wait)(void *data, struct cluster_item **items, size_t n,
		    int64_t wait_ms, struct err *err); /* or NULL */
	int (*note)(void *data, struct cluster_note *notes, size_t n,
		    struct err *err);                          /* or NULL */
	const struct http_counts *(*counts)(const void *data); /* or NULL */
};

struct cluster {
	const char *kind;   /* "kube", "directory" */
	const char *name;   /* the context, or the path: for people */
	const char *server; /* a digest of where it is and whom it trusts, which
			       no two share; NULL: the name tells */
	bool marks;         /* objects carry the mark of their app (mark.h) */
	const struct cluster_backend *backend;
	void *data;
};

/* Connect.  Closed with the run's arena; a directory is locked until then. */
MUST_USE int cluster_open(struct run *run, const struct cluster_args *args,
			  struct cluster **out, struct err *err);

/*
 * Find out what the wanted kinds are in this cluster.  Namespaced objects that
 * name no namespace get the default one; cluster-scoped ones lose theirs.  A
 * kind that is neither known nor defined by a CustomResourceDefinition among
 * `want` is an error with its origin and the nearest kind there is; all of
 * them are reported together.
 */
MUST_USE int cluster_identify(struct cluster *cluster, struct objects *want,
			      struct err *err);

/*
 * The same without a cluster, for the kinds of Kubernetes itself and those that
 * are defined among `want`; others stay as they are.
 */
void cluster_place(struct arena *arena, struct objects *want,
		   const char *namespace);

/* Fill in `live` of each item, or `proved` in its place. */
MUST_USE int cluster_read(struct cluster *cluster, struct cluster_item **items,
			  size_t n, struct err *err);

/* What is to be applied: with what is ignored of it where it is changed, and as
 * it is wanted where it is made, or made anew. */
const json_t *cluster_item_doc(const struct cluster_item *item);

/* Fields of what lives that differ from the wish and are left alone, as those
 * of struct ignored; or NULL. */
const char **cluster_item_ignored(const struct cluster_item *item);

/* Is there such an object in the cluster, as cluster_read() has found it? */
bool cluster_item_lives(const struct cluster_item *item);

/*
 * Fill in `merged`: what an apply would make of it, defaults and admission
 * included.  `items` are all of the run's, so that it is known what comes
 * with them; what is proved, left, or was tried before is not asked for.  What
 * may be replaced, and has to be, is tried as if it were not there; where it
 * may not, that is the item's err.  Changes nothing.
 */
MUST_USE int cluster_try(struct cluster *cluster, struct cluster_item **items,
			 size_t n, struct err *err);

/* Apply the items, all in parallel.  Fills in `merged`, and `immutable` of what
 * is refused for that. */
MUST_USE int cluster_apply(struct cluster *cluster, struct cluster_item **items,
			   size_t n, struct err *err);

/*
 * After the items of a stage were applied: wait until what comes next can
 * work.  CustomResourceDefinitions are Established and served, Namespaces not
 * terminating.  A definition that can never be is that item's err.
 */
MUST_USE int cluster_settle(struct cluster *cluster,
			    struct cluster_item **items, size_t n,
			    struct err *err);

/*
 * Delete the items, which have been read, all in parallel, and wait until they
 * are gone, as long as the run's time lasts.  What is there by then is another
 * object than the one that was read (by its UID), or is not gone because of
 * its finalizers: that is the item's err.
 */
MUST_USE int cluster_delete(struct cluster *cluster,
			    struct cluster_item **items, size_t n,
			    struct err *err);

/*
 * Wait until the items, which live, are healthy (object/health.h), or one of
 * them has failed, or the time is up.  Fills in `health` and `events`; 0 in
 * each of these cases.  Without any time they are judged once, as they were
 * read or written; asked for is what explains those that are not healthy.
 */
MUST_USE int cluster_wait(struct cluster *cluster, struct cluster_item **items,
			  size_t n, int64_t wait_ms, struct err *err);

/* Leave notes, all in parallel; a cluster that has none for it leaves it. */
MUST_USE int cluster_note(struct cluster *cluster, struct cluster_note *notes,
			  size_t n, struct err *err);

/* Requests sent so far; all 0 for a cluster that sends none. */
const struct http_counts *cluster_counts(const struct cluster *cluster);

#endif
