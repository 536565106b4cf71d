/* SPDX-License-Identifier: Apache-2.0 */

/* What became of apps, for programs. */

#include "base/clock.h"
#include "document/document.h"
#include "report/internal.h"

static json_t *event_json(const struct report *report,
			  const struct report_event *event)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *one = report_json_commit(report, event->commit);

	json_object_set_new(one, "kind",
			    json_string(event->back_to ? "rollback" :
							 "release"));
	json_object_set_new(one, "time",
			    json_string(clock_rfc3339(scratch, event->when)));
	json_object_set_new(one, "backTo",
			    report_json_text(report, event->back_to));
	json_object_set_new(one, "images",
			    report_json_list(report, event->images));
	return one;
}

void report_json_history(struct report *report, const struct report_past *apps,
			 size_t n)
{
	report->apps = doc_array(report->run->arena);
	for (size_t i = 0; i < n; i++) {
		json_t *one = report_json_app(report, apps[i].record);
		json_t *commits = json_array(), *syncs = json_array();

		for (size_t j = 0; j < apps[i].events.n; j++) {
			const struct report_event *event = &apps[i].events.v[j];

			if (event->sync)
				json_array_append_new(
					syncs,
					report_json_sync(report, event->sync));
			else
				json_array_append_new(commits,
						      event_json(report,
								 event));
		}
		json_object_set_new(one, "commits", commits);
		json_object_set_new(one, "syncs", syncs);
		json_array_append_new(report->apps, one);
	}
}
