/* SPDX-License-Identifier: Apache-2.0 */

/* Bitbucket Cloud. */

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/document.h"
#include "forge/inside.h"

#define NOTES_PAGE  100
#define PAGES_MOST  100
#define STATUS_MOST 255

/* ---- pull requests ---- */

static void pull_of(const json_t *value, struct forge_pull *out)
{
	out->number = forge_int(value, "id");
	out->url = doc_get_string(value, "links", "html", "href", NULL);
	out->commit = doc_get_string(value, "source", "commit", "hash", NULL);
	out->title = doc_get_string(value, "title", NULL);
	out->body = doc_get_string(value, "description", NULL);
}

static bool is_it(const json_t *pull, const char *head, const char *base)
{
	return str_equal(doc_get_string(pull, "source", "branch", "name", NULL),
			 head) &&
	       str_equal(doc_get_string(pull, "destination", "branch", "name",
					NULL),
			 base) &&
	       str_equal(doc_get_string(pull, "source", "repository",
					"full_name", NULL),
			 doc_get_string(pull, "destination", "repository",
					"full_name", NULL));
}

static int find(struct forge *forge, const char *head, const char *base,
		bool declined, const json_t **out, struct err *err)
{
	struct arena *arena = forge->run->arena;
	const char *query = arena_printf(arena,
					 "state=\"%s\" AND "
					 "source.branch.name=\"%s\"",
					 declined ? "DECLINED" : "OPEN", head);
	const json_t *one;
	json_t *found;
	size_t i;

	*out = NULL;
	/* Reviewers are told of only where they are asked for. */
	if (forge_call(forge, "GET",
		       arena_printf(arena,
				    "/pullrequests?pagelen=50&sort=-created_on"
				    "&fields=%%2Bvalues.reviewers&q=%s",
				    http_escape(arena, query)),
		       NULL, &found, err) < 0)
		return -1;
	json_array_foreach(json_object_get(found, "values"), i, one)
		if (!*out && is_it(one, head, base))
			*out = one;
	return 0;
}

/* "{uuid}", or what Atlassian calls an account ID. */
static json_t *reviewers(struct forge *forge, const char *const *names)
{
	json_t *list = doc_array(forge->run->arena);

	for (; names && *names; names++)
		json_array_append(list,
				  forge_texts(forge,
					      **names == '{' ? "uuid" :
							       "account_id",
					      *names, NULL));
	return list;
}

static json_t *fields(struct forge *forge, const struct forge_pull_args *args)
{
	json_t *out = forge_texts(forge, "title", args->title, "description",
				  args->body, NULL);

	doc_set_string(out, args->head, "source", "branch", "name", NULL);
	doc_set_string(out, args->base, "destination", "branch", "name", NULL);
	doc_set(out, json_true(), "close_source_branch", NULL);
	if (args->reviewers)
		doc_set(out, reviewers(forge, args->reviewers), "reviewers",
			NULL);
	if (args->draft)
		doc_set(out, json_true(), "draft", NULL);
	return out;
}

/* Who is left out of an update may be taken off. */
static int edit(struct forge *forge, const struct forge_pull *pull,
		const struct forge_pull_args *args, struct err *err)
{
	json_t *body = forge_texts(forge, "title", args->title, "description",
				   args->body, NULL);
	json_t *list = doc_array(forge->run->arena), *one;
	size_t i;

	json_array_foreach(json_object_get(pull->raw, "reviewers"), i, one)
		json_array_append(list,
				  forge_texts(forge, "uuid",
					      doc_get_string(one, "uuid", NULL),
					      NULL));
	if (json_array_size(list))
		doc_set(body, list, "reviewers", NULL);
	return forge_call(forge, "PUT",
			  forge_pull_path(forge, pull->number, ""), body, NULL,
			  err);
}

static int close_pull(struct forge *forge, const struct forge_pull *pull,
		      struct err *err)
{
	return forge_call(forge, "POST",
			  forge_pull_path(forge, pull->number, "/decline"),
			  NULL, NULL, err);
}

static void adorn(struct forge *forge, const struct forge_pull *pull UNUSED,
		  const struct forge_pull_args *args)
{
	if (args->labels)
		run_warn(forge->run, "labels: Bitbucket has none");
}

/* ---- comments and statuses ---- */

static int notes(struct forge *forge, int64_t pull, struct forge_notes *out,
		 struct err *err)
{
	struct arena *arena = forge->run->arena;
	json_t *page, *note;
	size_t i;

	for (unsigned n = 1; n <= PAGES_MOST; n++) {
		const char *query = arena_printf(arena,
						 "/comments?pagelen=%d&page=%u",
						 NOTES_PAGE, n);

		if (forge_call(forge, "GET",
			       forge_pull_path(forge, pull, query), NULL, &page,
			       err) < 0)
			return -1;
		json_array_foreach(json_object_get(page, "values"), i, note)
			if (!json_is_true(json_object_get(note, "deleted")))
				*vec_push(arena, out) = (struct forge_note){
					.id = forge_int(note, "id"),
					.body = doc_get_string(note, "content",
							       "raw", NULL),
				};
		if (!json_object_get(page, "next"))
			break;
	}
	return 0;
}

static int say(struct forge *forge, int64_t pull, const struct forge_note *was,
	       const char *body, struct err *err)
{
	const char *path = was ? arena_printf(forge->run->arena,
					      "/comments/%lld",
					      (long long)was->id) :
				 "/comments";
	json_t *fields = doc_object(forge->run->arena);

	if (body)
		doc_set_string(fields, body, "content", "raw", NULL);
	return forge_call(forge,
			  !was ? "POST" :
			  body ? "PUT" :
				 "DELETE",
			  forge_pull_path(forge, pull, path),
			  body ? fields : NULL, NULL, err);
}

static int set_status(struct forge *forge, const struct forge_status *status,
		      struct err *err)
{
	struct arena *arena = forge->run->arena;

	return forge_call(forge, "POST",
			  arena_printf(arena, "/commit/%s/statuses/build",
				       status->commit),
			  forge_build(forge, status, STATUS_MOST), NULL, err);
}

const struct forge_driver forge_bitbucket = {
	.name = "Bitbucket",
	.pulls = "/pullrequests",
	.plain = true,
	.text_most = 32768,
	.pull_of = pull_of,
	.find = find,
	.fields = fields,
	.edit = edit,
	.adorn = adorn,
	.close = close_pull,
	.notes = notes,
	.say = say,
	.status = set_status,
};
