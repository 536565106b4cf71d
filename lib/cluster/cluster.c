/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/cluster.h"

#include <string.h>

#include "cluster/directory/directory.h"
#include "cluster/kube/kube.h"

#define DIRECTORY_PREFIX "dir:"

int cluster_open(struct run *run, const struct cluster_args *args,
		 struct cluster **out, struct err *err)
{
	const char *which = args->cluster ? args->cluster : "kube";

	if (str_equal(which, "kube"))
		return kube_open(run, args, out, err);
	if (str_starts(which, DIRECTORY_PREFIX))
		return directory_open(run, which + strlen(DIRECTORY_PREFIX),
				      args, out, err);
	err_set(err, ERR_USAGE, "--cluster %s: no such kind of cluster", which);
	return err_hint(err, "say kube, or dir:PATH for a directory of files");
}

int cluster_identify(struct cluster *cluster, struct objects *want,
		     struct err *err)
{
	return cluster->backend->identify(cluster->data, want, err);
}

int cluster_read(struct cluster *cluster, struct cluster_item **items, size_t n,
		 struct err *err)
{
	return cluster->backend->read(cluster->data, items, n, err);
}

/* What is made anew is as git wants it. */
static bool is_changed(const struct cluster_item *item)
{
	return !item->anew && !item->immutable && !item->leave;
}

const json_t *cluster_item_doc(const struct cluster_item *item)
{
	return item->ignored.doc && is_changed(item) ? item->ignored.doc :
						       item->want->doc;
}

const char **cluster_item_ignored(const struct cluster_item *item)
{
	return is_changed(item) ? item->ignored.paths : NULL;
}

bool cluster_item_lives(const struct cluster_item *item)
{
	return item->proved || item->live.len;
}

int cluster_try(struct cluster *cluster, struct cluster_item **items, size_t n,
		struct err *err)
{
	return cluster->backend->try(cluster->data, items, n, err);
}

int cluster_apply(struct cluster *cluster, struct cluster_item **items,
		  size_t n, struct err *err)
{
	return cluster->backend->apply(cluster->data, items, n, err);
}

int cluster_settle(struct cluster *cluster, struct cluster_item **items,
		   size_t n, struct err *err)
{
	return cluster->backend->settle(cluster->data, items, n, err);
}

int cluster_delete(struct cluster *cluster, struct cluster_item **items,
		   size_t n, struct err *err)
{
	return cluster->backend->delete (cluster->data, items, n, err);
}

int cluster_wait(struct cluster *cluster, struct cluster_item **items, size_t n,
		 int64_t wait_ms, struct err *err)
{
	if (!cluster->backend->wait)
		return 0;
	return cluster->backend->wait(cluster->data, items, n, wait_ms, err);
}

int cluster_note(struct cluster *cluster, struct cluster_note *notes, size_t n,
		 struct err *err)
{
	if (!cluster->backend->note)
		return 0;
	return cluster->backend->note(cluster->data, notes, n, err);
}

const struct http_counts *cluster_counts(const struct cluster *cluster)
{
	static const struct http_counts none;

	if (!cluster->backend->counts)
		return &none;
	return cluster->backend->counts(cluster->data);
}
