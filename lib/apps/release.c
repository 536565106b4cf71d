/* SPDX-License-Identifier: Apache-2.0 */
#include "apps/internal.h"

#include "document/document.h"

static const struct decode_field release_fields[] = {
	DECODE_TEXT(struct release_entry, auto_merge, "autoMerge"),
	DECODE_TEXT(struct release_entry, branch, "branch"),
	DECODE_TEXT(struct release_entry, draft, "draft"),
	DECODE_TEXTS(struct release_entry, labels, "labels"),
	DECODE_TEXT(struct release_entry, message, "message"),
	DECODE_TEXT(struct release_entry, push, "push"),
	DECODE_TEXTS(struct release_entry, reviewers, "reviewers"),
};
const struct decode_table apps_release_table =
	DECODE_TABLE(struct release_entry, release_fields);

static const char *const push_names[] = {
	[APPS_PUSH_BRANCH] = "branch",
	[APPS_PUSH_NONE] = "none",
	[APPS_PUSH_PULL_REQUEST] = "pull-request",
	NULL,
};

/* What only a pull request has is a mistake where there is to be none. */
static int check_pull_request(const struct release_entry *entry,
			      struct err *err)
{
	const struct {
		const char *name;
		bool there;
	} fields[] = {
		{ "autoMerge", entry->auto_merge },
		{ "draft", entry->draft },
		{ "labels", entry->labels.v },
		{ "reviewers", entry->reviewers.v },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (!fields[i].there)
			continue;
		node_fail(entry->at, err,
			  "release: %s is of pull requests alone",
			  fields[i].name);
		return err_hint(err, "add push: pull-request");
	}
	return 0;
}

int apps_read_release(struct arena *arena, const struct release_entry *entry,
		      struct apps_release *out, struct err *err)
{
	int push = APPS_PUSH_BRANCH;

	if (node_choose(entry->push, "push", push_names, &push, err) < 0)
		return -1;
	out->push = (enum apps_push)push;
	out->branch = entry->branch ? entry->branch->text : NULL;
	out->message = entry->message ? entry->message->text : NULL;
	if (out->push != APPS_PUSH_PULL_REQUEST)
		return check_pull_request(entry, err);
	if (entry->labels.n)
		out->labels = apps_texts(arena, &entry->labels);
	if (entry->reviewers.n)
		out->reviewers = apps_texts(arena, &entry->reviewers);
	return apps_read_bool(entry->draft, "draft", &out->draft, err) < 0 ?
		       -1 :
		       apps_read_bool(entry->auto_merge, "autoMerge",
				      &out->auto_merge, err);
}
