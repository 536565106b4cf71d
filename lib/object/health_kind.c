/* SPDX-License-Identifier: Apache-2.0 */

/* The health of single kinds. */

#include "object/health_rule.h"

/*
 * One that waits for its first consumer is not told from one that waits for
 * its volume: that stands in its StorageClass.  Who waits has to look there.
 */
struct health health_claim(struct arena *arena, const json_t *object)
{
	const char *phase = doc_get_string(object, "status", "phase", NULL);

	if (str_equal(phase, "Bound"))
		return health_current();
	if (str_equal(phase, "Lost"))
		return health_failed(arena, "its volume is lost");
	return health_in_progress(arena, "is not bound to a volume");
}

struct health health_volume(struct arena *arena, const json_t *object)
{
	const json_t *status = doc_get(object, "status", NULL);

	if (str_equal(doc_get_string(status, "phase", NULL), "Failed"))
		return health_failed(arena, "%s",
				     health_condition_text(arena, status));
	return health_current();
}

struct health health_definition(struct arena *arena, const json_t *object)
{
	const json_t *accepted = health_condition(object, "NamesAccepted");
	const json_t *established = health_condition(object, "Established");

	if (health_condition_is(object, "NamesAccepted", "False"))
		return health_failed(arena,
				     "the server does not accept its names: %s",
				     health_condition_text(arena, accepted));
	if (health_condition_is(object, "Established", "True"))
		return health_current();
	/* "Installing" is what comes before. */
	if (health_condition_is(object, "Established", "False") &&
	    !str_equal(doc_get_string(established, "reason", NULL),
		       "Installing"))
		return health_failed(arena, "is not established: %s",
				     health_condition_text(arena, established));
	return health_in_progress(arena, "is not established");
}

struct health health_api_service(struct arena *arena, const json_t *object)
{
	const json_t *available = health_condition(object, "Available");

	if (health_condition_is(object, "Available", "True"))
		return health_current();
	return health_in_progress(arena, "is not available%s%s",
				  available ? ": " : "",
				  health_condition_text(arena, available));
}

/*
 * Metrics of new pods take a while to come, so that a lack of them is waited
 * out; a selector or a target that cannot be is not.
 */
struct health health_autoscaler(struct arena *arena, const json_t *object)
{
	const json_t *active = health_condition(object, "ScalingActive");
	const json_t *able = health_condition(object, "AbleToScale");
	const char *reason = doc_get_string(active, "reason", NULL);
	const char *unable = doc_get_string(able, "reason", NULL);

	if (health_condition_is(object, "AbleToScale", "False") && unable &&
	    str_starts(unable, "Failed"))
		return health_passing(arena, "cannot scale: %s",
				      health_condition_text(arena, able));
	if (!health_condition_is(object, "ScalingActive", "False"))
		return health_current();
	if (reason && str_starts(reason, "Failed"))
		return health_in_progress(arena, "cannot tell the load: %s",
					  health_condition_text(arena, active));
	if (reason && str_starts(reason, "Invalid"))
		return health_failed(arena, "cannot scale: %s",
				     health_condition_text(arena, active));
	/* "ScalingDisabled": its target has no replicas. */
	return health_current();
}
