/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_KUBE_CONFLICT_H
#define CLUSTER_KUBE_CONFLICT_H

/* Conflict: fields that another manager has set to something else. */

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/*
 * Take out of `doc`, which is ours to change, each field that the answer 409
 * says is contested by a manager that is not folded into ours.  Returns them
 * for people, ".spec.replicas (autoscaler)", in the arena; NULL for an answer
 * that names no conflict at all, "" where all are with folded managers.
 */
char *kube_give_up(struct arena *arena, struct bytes answer, json_t *doc);

/*
 * Remove the field that a conflict names in the server's words:
 * .spec.containers[name="web"].image.  False where there is none.
 */
bool kube_drop_field(json_t *doc, const char *path);

#endif
