/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_CONFIG_ENTRY_H
#define CLUSTER_KUBE_CONFIG_ENTRY_H

/*
 * Entries of a kubeconfig, read field by field; for config*.c alone.  A
 * field that is missing, null or empty is NULL; one of the wrong type is an
 * error that names it.
 */

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/run.h"
#include "base/str.h"
#include "cluster/kube/config.h"

struct config_entry {
	struct run *run;
	const char *file;     /* the kubeconfig it stands in */
	const char *from;     /* "FILE: user 'jo'", for messages */
	const char *tree_dir; /* no program is run from below it; or NULL */
	json_t *value;        /* a mapping; borrowed */
};

MUST_USE int kube_entry_string(const struct config_entry *entry,
			       const char *field, const char **out,
			       struct err *err);
MUST_USE int kube_entry_bool(const struct config_entry *entry,
			     const char *field, bool *out, struct err *err);
/* A list of strings, NULL-ended; NULL where it is not there. */
MUST_USE int kube_entry_list(const struct config_entry *entry,
			     const char *field, const char ***out,
			     struct err *err);
/* A path, made absolute. */
MUST_USE int kube_entry_path(const struct config_entry *entry,
			     const char *field, const char **out,
			     struct err *err);
/* The PEM in FIELD-data (base64) or in the file FIELD. */
MUST_USE int kube_entry_pem(const struct config_entry *entry, const char *field,
			    struct bytes *out, struct err *err);

/* "FROM: FIELD: ...".  Always -1. */
int kube_entry_fail(const struct config_entry *entry, struct err *err,
		    const char *fmt, ...) PRINTF(3, 4);

/* The members of a cluster, of a user. */
MUST_USE int kube_config_read_cluster(const struct config_entry *entry,
				      struct kube_config *config,
				      struct err *err);
MUST_USE int kube_config_read_user(const struct config_entry *entry,
				   struct kube_config *config, struct err *err);

#endif
