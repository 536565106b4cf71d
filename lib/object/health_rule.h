/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_HEALTH_RULE_H
#define OBJECT_HEALTH_RULE_H

/* What the rules of the kinds share; for health_*.c alone. */

#include "base/compiler.h"
#include "object/health.h"

/* The four answers. */
struct health health_current(void);
struct health health_suspended(const char *reason);
struct health health_in_progress(struct arena *arena, const char *fmt, ...)
	PRINTF(2, 3);
struct health health_failed(struct arena *arena, const char *fmt, ...)
	PRINTF(2, 3);
/* The fourth, where it may pass by itself. */
struct health health_passing(struct arena *arena, const char *fmt, ...)
	PRINTF(2, 3);

/* The condition of a type, or NULL. */
const json_t *health_condition(const json_t *object, const char *type);
/* Is there one, with this status ("True", "False", "Unknown")? */
bool health_condition_is(const json_t *object, const char *type,
			 const char *status);
/* "ReasonOfIt: its message", as far as it says so. */
const char *health_condition_text(struct arena *arena, const json_t *condition);

/* A member that is an integer; else `otherwise`. */
int64_t health_number(const json_t *mapping, const char *key,
		      int64_t otherwise);

/* The rules; each judges what has been seen in its present generation. */
struct health health_deployment(struct arena *arena, const json_t *object);
struct health health_replica_set(struct arena *arena, const json_t *object);
struct health health_stateful_set(struct arena *arena, const json_t *object);
struct health health_daemon_set(struct arena *arena, const json_t *object);
struct health health_job(struct arena *arena, const json_t *object);
struct health health_pod(struct arena *arena, const json_t *object);
struct health health_claim(struct arena *arena, const json_t *object);
struct health health_volume(struct arena *arena, const json_t *object);
struct health health_definition(struct arena *arena, const json_t *object);
struct health health_api_service(struct arena *arena, const json_t *object);
struct health health_autoscaler(struct arena *arena, const json_t *object);

/* The same by a rule of gitops.yaml. */
struct health health_by_rule(struct arena *arena, const json_t *object,
			     const struct health_rule *rule);

#endif
