/* SPDX-License-Identifier: Apache-2.0 */

/* Bitbucket Server, which is called Data Center by now. */

#include <string.h>

#include "base/digest.h"
#include "base/str.h"
#include "base/vec.h"
#include "document/document.h"
#include "forge/inside.h"

#define PAGE        100
#define PAGES_MOST  100
#define KEY_MOST    40 /* of a build at Bitbucket Cloud */
#define STATUS_MOST 255
#define HEADS       "refs/heads/"

/* What is changed must be named in the version that was seen. */
static const char *versioned(struct forge *forge, const char *path,
			     int64_t version)
{
	return arena_printf(forge->run->arena, "%s?version=%lld", path,
			    (long long)version);
}

static void set_int(struct forge *forge, json_t *object, const char *key,
		    int64_t number)
{
	doc_set(object, doc_keep(forge->run->arena, json_integer(number)), key,
		NULL);
}

/* ---- pull requests ---- */

static void pull_of(const json_t *value, struct forge_pull *out)
{
	const json_t *self =
		json_array_get(doc_get(value, "links", "self", NULL), 0);

	out->number = forge_int(value, "id");
	out->url = doc_get_string(self, "href", NULL);
	out->commit = doc_get_string(value, "fromRef", "latestCommit", NULL);
	out->title = doc_get_string(value, "title", NULL);
	out->body = doc_get_string(value, "description", NULL);
}

static const char *ref_of(struct forge *forge, const char *branch)
{
	return arena_printf(forge->run->arena, HEADS "%s", branch);
}

static int find(struct forge *forge, const char *head, const char *base,
		bool declined, const json_t **out, struct err *err)
{
	struct arena *arena = forge->run->arena;
	const char *to = ref_of(forge, base);
	const json_t *one;
	json_t *found;
	size_t i;

	*out = NULL;
	if (forge_call(forge, "GET",
		       arena_printf(arena,
				    "/pull-requests?state=%s&direction="
				    "OUTGOING&order=NEWEST&limit=%d&at=%s",
				    declined ? "DECLINED" : "OPEN", PAGE,
				    http_escape(arena, ref_of(forge, head))),
		       NULL, &found, err) < 0)
		return -1;
	json_array_foreach(json_object_get(found, "values"), i, one)
		if (!*out &&
		    str_equal(doc_get_string(one, "toRef", "id", NULL), to) &&
		    doc_equal(doc_get(one, "toRef", "repository", "id", NULL),
			      doc_get(one, "fromRef", "repository", "id",
				      NULL)))
			*out = one;
	return 0;
}

static json_t *reviewers(struct forge *forge, const char *const *names)
{
	json_t *list = doc_array(forge->run->arena);

	for (; names && *names; names++) {
		json_t *one = doc_object(forge->run->arena);

		doc_set_string(one, *names, "user", "name", NULL);
		json_array_append(list, one);
	}
	return list;
}

static void set_ref(struct forge *forge, json_t *out, const char *which,
		    const char *branch)
{
	doc_set_string(out, ref_of(forge, branch), which, "id", NULL);
	doc_set_string(out, forge->name, which, "repository", "slug", NULL);
	doc_set_string(out, forge->owner, which, "repository", "project", "key",
		       NULL);
}

static json_t *fields(struct forge *forge, const struct forge_pull_args *args)
{
	json_t *out = forge_texts(forge, "title", args->title, "description",
				  args->body, NULL);

	set_ref(forge, out, "fromRef", args->head);
	set_ref(forge, out, "toRef", args->base);
	if (args->reviewers)
		doc_set(out, reviewers(forge, args->reviewers), "reviewers",
			NULL);
	if (args->draft)
		doc_set(out, json_true(), "draft", NULL);
	return out;
}

/* Who is left out of an update is taken off. */
static int edit(struct forge *forge, const struct forge_pull *pull,
		const struct forge_pull_args *args, struct err *err)
{
	const json_t *old = json_object_get(pull->raw, "reviewers"), *one;
	json_t *body = forge_texts(forge, "title", args->title, "description",
				   args->body, NULL);
	const char **names = arena_array(forge->run->arena,
					 json_array_size(old) + 1,
					 sizeof(*names));
	size_t i, n = 0;

	json_array_foreach(old, i, one) {
		const char *name = doc_get_string(one, "user", "name", NULL);

		if (name)
			names[n++] = name;
	}
	doc_set(body, reviewers(forge, names), "reviewers", NULL);
	set_int(forge, body, "version", forge_int(pull->raw, "version"));
	return forge_call(forge, "PUT",
			  forge_pull_path(forge, pull->number, ""), body, NULL,
			  err);
}

static int close_pull(struct forge *forge, const struct forge_pull *pull,
		      struct err *err)
{
	int64_t version = forge_int(pull->raw, "version");
	json_t *body = doc_object(forge->run->arena);

	set_int(forge, body, "version", version);
	return forge_call(forge, "POST",
			  versioned(forge,
				    forge_pull_path(forge, pull->number,
						    "/decline"),
				    version),
			  body, NULL, err);
}

static int auto_merge(struct forge *forge, const struct forge_pull *pull,
		      const struct forge_pull_args *args UNUSED,
		      struct err *err)
{
	int64_t version = forge_int(pull->raw, "version");
	json_t *body = doc_object(forge->run->arena);

	set_int(forge, body, "version", version);
	doc_set(body, json_true(), "autoMerge", NULL);
	return forge_call(
		forge, "POST",
		versioned(forge, forge_pull_path(forge, pull->number, "/merge"),
			  version),
		body, NULL, err);
}

static void adorn(struct forge *forge, const struct forge_pull *pull UNUSED,
		  const struct forge_pull_args *args)
{
	if (args->labels)
		run_warn(forge->run, "labels: Bitbucket has none");
}

/* ---- comments ---- */

static bool has_note(const struct forge_notes *notes, int64_t id)
{
	for (size_t i = 0; i < notes->n; i++)
		if (notes->v[i].id == id)
			return true;
	return false;
}

/* Comments are told of as what was done: once each, or once more. */
static void add_note(struct forge *forge, const json_t *activity,
		     struct forge_notes *out)
{
	const json_t *note = json_object_get(activity, "comment");

	if (!str_equal(doc_get_string(activity, "action", NULL), "COMMENTED") ||
	    !note || has_note(out, forge_int(note, "id")))
		return;
	*vec_push(forge->run->arena, out) = (struct forge_note){
		.id = forge_int(note, "id"),
		.version = forge_int(note, "version"),
		.body = doc_get_string(note, "text", NULL),
	};
}

static int notes(struct forge *forge, int64_t pull, struct forge_notes *out,
		 struct err *err)
{
	int64_t start = 0;
	json_t *page, *one;
	size_t i;

	for (unsigned n = 0; n < PAGES_MOST; n++) {
		const char *query =
			arena_printf(forge->run->arena,
				     "/activities?limit=%d&start=%lld", PAGE,
				     (long long)start);

		if (forge_call(forge, "GET",
			       forge_pull_path(forge, pull, query), NULL, &page,
			       err) < 0)
			return -1;
		json_array_foreach(json_object_get(page, "values"), i, one)
			add_note(forge, one, out);
		start = forge_int(page, "nextPageStart");
		if (!json_is_false(json_object_get(page, "isLastPage")) ||
		    !start)
			break;
	}
	return 0;
}

static int say(struct forge *forge, int64_t pull, const struct forge_note *was,
	       const char *body, struct err *err)
{
	json_t *fields = forge_texts(forge, "text", body, NULL);
	const char *path;

	if (!was)
		return forge_call(forge, "POST",
				  forge_pull_path(forge, pull, "/comments"),
				  fields, NULL, err);
	path = forge_pull_path(forge, pull,
			       arena_printf(forge->run->arena, "/comments/%lld",
					    (long long)was->id));
	if (!body)
		return forge_call(forge, "DELETE",
				  versioned(forge, path, was->version), NULL,
				  NULL, err);
	set_int(forge, fields, "version", was->version);
	return forge_call(forge, "PUT", path, fields, NULL, err);
}

/* ---- statuses, which Bitbucket calls builds ---- */

static const char *key_of(struct arena *arena, const char *context)
{
	char hex[DIGEST_SHA256_HEX];

	if (strlen(context) <= KEY_MOST)
		return context;
	digest_sha256_hex(context, strlen(context), hex);
	return arena_printf(arena, "%.*s", KEY_MOST, hex);
}

json_t *forge_build(struct forge *forge, const struct forge_status *status,
		    size_t most)
{
	static const char *const states[] = {
		[FORGE_PENDING] = "INPROGRESS",
		[FORGE_SUCCESS] = "SUCCESSFUL",
		[FORGE_FAILURE] = "FAILED",
	};
	struct arena *arena = forge->run->arena;

	return forge_texts(forge, "state", states[status->state], "key",
			   key_of(arena, status->context), "name",
			   forge_cut(arena, status->context, most),
			   "description",
			   forge_cut(arena, status->description, most), "url",
			   status->url ? status->url : forge->page, NULL);
}

static int set_status(struct forge *forge, const struct forge_status *status,
		      struct err *err)
{
	return forge_call(forge, "POST",
			  arena_printf(forge->run->arena,
				       "%s/rest/build-status/1.0/commits/%s",
				       forge->web, status->commit),
			  forge_build(forge, status, STATUS_MOST), NULL, err);
}

const struct forge_driver forge_bitbucket_server = {
	.name = "Bitbucket Server",
	.pulls = "/pull-requests",
	.plain = true,
	.text_most = 32768,
	.pull_of = pull_of,
	.find = find,
	.fields = fields,
	.edit = edit,
	.adorn = adorn,
	.auto_merge = auto_merge,
	.close = close_pull,
	.notes = notes,
	.say = say,
	.status = set_status,
};
