/* SPDX-License-Identifier: Apache-2.0 */

/* What became of pull requests, for people and for programs. */

#include "report/internal.h"

void report_add_pulls(struct report *report, struct str *out,
		      const struct report_pull *pulls, size_t n)
{
	static const struct verb_words words = { .color = COLOR_GREEN };

	for (size_t i = 0; i < n; i++) {
		report_add_columns(report, out, &words, pulls[i].action,
				   pulls[i].url ? pulls[i].url :
						  pulls[i].branch,
				   pulls[i].url ? pulls[i].branch : "");
		if (str_equal(pulls[i].action, "declined"))
			str_add(out,
				"  it says the same and was closed without"
				" a merge; if by mistake, open it again\n");
	}
}

json_t *report_json_pulls(const struct report *report,
			  const struct report_pull *pulls, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct report_pull *pull = &pulls[i];
		json_t *one = json_object();

		json_object_set_new(one, "action",
				    report_json_text(report, pull->action));
		json_object_set_new(one, "branch",
				    report_json_text(report, pull->branch));
		json_object_set_new(one, "commit",
				    report_json_text(report, pull->commit));
		json_object_set_new(one, "url",
				    report_json_text(report, pull->url));
		json_object_set_new(one, "number",
				    pull->number ? json_integer(pull->number) :
						   json_null());
		json_array_append_new(list, one);
	}
	return list;
}
