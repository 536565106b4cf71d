/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_DIRECTORY_DIRECTORY_H
#define CLUSTER_DIRECTORY_DIRECTORY_H

/*
 * A cluster that is a directory, one file an object:
 *
 *	PATH/demo/deployment.apps_web.yaml
 *	PATH/_cluster/namespace_demo.yaml
 *
 * No namespace is called "_cluster", no kind or group has a "_".  A file name
 * that would be too long for a file system ends in "~" and a digest instead.
 * Files are private to their owner, because some are Secrets.
 *
 * There are no defaults and nobody else's fields: what is there is what is
 * wanted, or was changed by hand.  The directory is made, and a run has it for
 * itself by a lock on PATH/.gitops.lock, before the first write; a directory
 * that is there is locked from the beginning.
 */

#include "base/compiler.h"
#include "base/err.h"
#include "base/run.h"
#include "cluster/cluster.h"

MUST_USE int directory_open(struct run *run, const char *path,
			    const struct cluster_args *args,
			    struct cluster **out, struct err *err);

/* For tests: the file of an object below the directory. */
char *directory_file(struct arena *arena, const struct object *object);

/* What is known without asking anybody; false for kinds of others. */
bool directory_scope(const struct object *object, bool *namespaced);

#endif
