/* SPDX-License-Identifier: Apache-2.0 */

/* GitLab, whose pull requests are merge requests. */

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/document.h"
#include "forge/inside.h"

#define NOTES_PAGE  100
#define PAGES_MOST  100
#define STATUS_MOST 255

/* ---- merge requests ---- */

static void pull_of(const json_t *value, struct forge_pull *out)
{
	out->number = forge_int(value, "iid");
	out->url = doc_get_string(value, "web_url", NULL);
	out->commit = doc_get_string(value, "sha", NULL);
	out->title = doc_get_string(value, "title", NULL);
	out->body = doc_get_string(value, "description", NULL);
}

static int find(struct forge *forge, const char *head, const char *base,
		bool declined, const json_t **out, struct err *err)
{
	struct arena *arena = forge->run->arena;
	const json_t *one;
	json_t *found;
	size_t i;

	*out = NULL;
	if (forge_call(forge, "GET",
		       arena_printf(arena,
				    "/merge_requests?state=%s"
				    "&source_branch=%s&target_branch=%s"
				    "&per_page=100",
				    declined ? "closed" : "opened",
				    http_escape(arena, head),
				    http_escape(arena, base)),
		       NULL, &found, err) < 0)
		return -1;
	/* Not of a branch by that name in a fork. */
	json_array_foreach(found, i, one)
		if (!*out && forge_int(one, "source_project_id") ==
				     forge_int(one, "target_project_id"))
			*out = one;
	return 0;
}

static json_t *fields(struct forge *forge, const struct forge_pull_args *args)
{
	AUTO_STR struct str labels = STR_INIT(STR_BIG);
	json_t *out = forge_texts(forge, "title", args->title, "source_branch",
				  args->head, "target_branch", args->base,
				  "description", args->body, NULL);

	for (const char *const *one = args->labels; one && *one; one++) {
		str_add(&labels, labels.len ? "," : "");
		str_add(&labels, *one);
	}
	if (labels.len)
		doc_set_string(out, str_text(&labels), "labels", NULL);
	doc_set(out, json_true(), "remove_source_branch", NULL);
	return out;
}

static int edit(struct forge *forge, const struct forge_pull *pull,
		const struct forge_pull_args *args, struct err *err)
{
	return forge_call(forge, "PUT",
			  forge_pull_path(forge, pull->number, ""),
			  forge_texts(forge, "title", args->title,
				      "description", args->body, NULL),
			  NULL, err);
}

static int close_pull(struct forge *forge, const struct forge_pull *pull,
		      struct err *err)
{
	return forge_call(forge, "PUT",
			  forge_pull_path(forge, pull->number, ""),
			  forge_texts(forge, "state_event", "close", NULL),
			  NULL, err);
}

/* ---- what a new one is given ---- */

/* Reviewers are named by numbers, which only GitLab knows. */
static int set_reviewers(struct forge *forge, const struct forge_pull *pull,
			 const char *const *names, struct err *err)
{
	struct arena *arena = forge->run->arena;
	json_t *body = doc_object(arena), *ids = doc_array(arena), *users;

	for (; *names; names++) {
		const char *path = arena_printf(arena, "//users?username=%s",
						http_escape(arena, *names));

		if (forge_call(forge, "GET", path, NULL, &users, err) < 0)
			return -1;
		if (!json_array_size(users))
			return err_set(err, ERR_NOT_FOUND,
				       "GitLab has no user '%s'", *names);
		json_array_append_new(
			ids, json_integer(forge_int(json_array_get(users, 0),
						    "id")));
	}
	doc_set(body, ids, "reviewer_ids", NULL);
	return forge_call(forge, "PUT",
			  forge_pull_path(forge, pull->number, ""), body, NULL,
			  err);
}

/* One that has ended is of an older commit, unless it is of this one. */
static bool has_pipeline(const json_t *pull)
{
	static const char *const ended[] = { "success", "failed", "canceled",
					     "skipped" };
	const json_t *pipeline = json_object_get(pull, "head_pipeline");
	const char *status = doc_get_string(pipeline, "status", NULL);

	if (!json_is_object(pipeline))
		return false;
	if (str_equal(doc_get_string(pipeline, "sha", NULL),
		      doc_get_string(pull, "sha", NULL)))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(ended); i++)
		if (str_equal(status, ended[i]))
			return false;
	return true;
}

/*
 * Asked too early, GitLab would merge it at once, or refuse to: its pipeline is
 * made in the background.
 */
static int auto_merge(struct forge *forge, const struct forge_pull *pull,
		      const struct forge_pull_args *args, struct err *err)
{
	json_t *body, *now;

	if (forge_await(forge, pull, has_pipeline, &now, err) < 0)
		return -1;
	if (!has_pipeline(now))
		return err_set(err, ERR_REFUSED,
			       "it has no pipeline to wait for");
	body = forge_texts(forge, "sha", doc_get_string(now, "sha", NULL),
			   "squash_commit_message",
			   arena_printf(forge->run->arena, "%s\n\n%s",
					args->title, args->body),
			   NULL);
	doc_set(body, json_true(), "auto_merge", NULL);
	/* Before GitLab 17.11. */
	doc_set(body, json_true(), "merge_when_pipeline_succeeds", NULL);
	return forge_call(forge, "PUT",
			  forge_pull_path(forge, pull->number, "/merge"), body,
			  NULL, err);
}

static void adorn(struct forge *forge, const struct forge_pull *pull,
		  const struct forge_pull_args *args)
{
	AUTO_ERR struct err err = { 0 };

	if (args->reviewers &&
	    set_reviewers(forge, pull, args->reviewers, &err) < 0)
		forge_give_up(forge, "reviewers", &err);
}

/* ---- comments and statuses ---- */

static int notes(struct forge *forge, int64_t pull, struct forge_notes *out,
		 struct err *err)
{
	struct arena *arena = forge->run->arena;
	json_t *page, *note;
	size_t i;

	for (unsigned n = 1; n <= PAGES_MOST; n++) {
		const char *query =
			arena_printf(arena,
				     "/notes?sort=asc&per_page=%d&page=%u",
				     NOTES_PAGE, n);

		if (forge_call(forge, "GET",
			       forge_pull_path(forge, pull, query), NULL, &page,
			       err) < 0)
			return -1;
		json_array_foreach(page, i, note)
			*vec_push(arena, out) = (struct forge_note){
				.id = forge_int(note, "id"),
				.body = doc_get_string(note, "body", NULL),
			};
		if (json_array_size(page) < NOTES_PAGE)
			break;
	}
	return 0;
}

static int say(struct forge *forge, int64_t pull, const struct forge_note *was,
	       const char *body, struct err *err)
{
	const char *path = was ? arena_printf(forge->run->arena, "/notes/%lld",
					      (long long)was->id) :
				 "/notes";

	return forge_call(forge,
			  !was ? "POST" :
			  body ? "PUT" :
				 "DELETE",
			  forge_pull_path(forge, pull, path),
			  body ? forge_texts(forge, "body", body, NULL) : NULL,
			  NULL, err);
}

static int set_status(struct forge *forge, const struct forge_status *status,
		      struct err *err)
{
	static const char *const states[] = {
		[FORGE_PENDING] = "pending",
		[FORGE_SUCCESS] = "success",
		[FORGE_FAILURE] = "failed",
	};
	struct arena *arena = forge->run->arena;

	if (forge_call(forge, "POST",
		       arena_printf(arena, "/statuses/%s", status->commit),
		       forge_texts(forge, "state", states[status->state],
				   "name", status->context, "description",
				   forge_cut(arena, status->description,
					     STATUS_MOST),
				   "target_url", status->url, NULL),
		       NULL, err) == 0)
		return 0;
	/* So it refuses to be told what it knows. */
	if (!strstr(err->msg, "Cannot transition status"))
		return -1;
	err_clear(err);
	return 0;
}

const struct forge_driver forge_gitlab = {
	.name = "GitLab",
	.pulls = "/merge_requests",
	.draft = "Draft: ",
	.text_most = 1000000,
	.pull_of = pull_of,
	.find = find,
	.fields = fields,
	.edit = edit,
	.adorn = adorn,
	.auto_merge = auto_merge,
	.rearms = true, /* as a push ends it */
	.close = close_pull,
	.notes = notes,
	.say = say,
	.status = set_status,
};
