/* SPDX-License-Identifier: Apache-2.0 */

/* GitHub, and Gitea, whose API is made after it. */

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/document.h"
#include "forge/inside.h"

#define PAGE        50
#define PAGES_MOST  100
#define CLOSED_MOST 2
#define NOTES_PAGE  100 /* of GitHub; Gitea gives all at once */
#define STATUS_MOST 140 /* bytes of a description */

static bool is_gitea(const struct forge *forge)
{
	return forge->kind == FORGE_GITEA;
}

static const char *path_of(struct forge *forge, const char *what,
			   int64_t number, const char *rest)
{
	return arena_printf(forge->run->arena, "/%s/%lld%s", what,
			    (long long)number, rest);
}

/* ---- pull requests ---- */

static void pull_of(const json_t *value, struct forge_pull *out)
{
	out->number = forge_int(value, "number");
	out->url = doc_get_string(value, "html_url", NULL);
	out->commit = doc_get_string(value, "head", "sha", NULL);
	out->title = doc_get_string(value, "title", NULL);
	out->body = doc_get_string(value, "body", NULL);
}

/* Of this branch into that one, and not of one by that name in a fork. */
static bool is_it(const json_t *pull, const char *head, const char *base)
{
	const char *ref = doc_get_string(pull, "head", "ref", NULL);

	/* Of a branch that is gone Gitea keeps the name as a label. */
	if (!str_equal(ref, head))
		ref = doc_get_string(pull, "head", "label", NULL);
	return str_equal(ref, head) &&
	       str_equal(doc_get_string(pull, "base", "ref", NULL), base) &&
	       doc_equal(doc_get(pull, "head", "repo", "id", NULL),
			 doc_get(pull, "base", "repo", "id", NULL));
}

static const char *list_path(struct forge *forge, const char *head,
			     const char *base, const char *state, unsigned page)
{
	struct arena *arena = forge->run->arena;

	/* Gitea cannot be asked for a head. */
	if (is_gitea(forge))
		return arena_printf(arena,
				    "/pulls?state=%s&base_branch=%s"
				    "&limit=%d&page=%u",
				    state, http_escape(arena, base), PAGE,
				    page);
	return arena_printf(arena,
			    "/pulls?state=%s&base=%s&head=%s%%3A%s"
			    "&per_page=%d&page=%u",
			    state, http_escape(arena, base),
			    http_escape(arena, forge->owner),
			    http_escape(arena, head), PAGE, page);
}

/* The newest come first: what was declined long ago is forgotten. */
static int find(struct forge *forge, const char *head, const char *base,
		bool declined, const json_t **out, struct err *err)
{
	const unsigned most = declined ? CLOSED_MOST : PAGES_MOST;
	const char *state = declined ? "closed" : "open";
	const json_t *pull;
	json_t *pulls;
	size_t i;

	*out = NULL;
	for (unsigned page = 1; page <= most; page++) {
		if (forge_call(forge, "GET",
			       list_path(forge, head, base, state, page), NULL,
			       &pulls, err) < 0)
			return -1;
		json_array_foreach(pulls, i, pull)
			if (!*out && is_it(pull, head, base) &&
			    !doc_get_string(pull, "merged_at", NULL))
				*out = pull;
		/* A server may give smaller pages than it is asked for. */
		if (*out || !json_array_size(pulls))
			break;
	}
	return 0;
}

static json_t *fields(struct forge *forge, const struct forge_pull_args *args)
{
	json_t *out = forge_texts(forge, "title", args->title, "head",
				  args->head, "base", args->base, "body",
				  args->body, NULL);

	if (args->draft && !is_gitea(forge))
		doc_set(out, json_true(), "draft", NULL);
	return out;
}

static int edit(struct forge *forge, const struct forge_pull *pull,
		const struct forge_pull_args *args, struct err *err)
{
	return forge_call(forge, "PATCH",
			  forge_pull_path(forge, pull->number, ""),
			  forge_texts(forge, "title", args->title, "body",
				      args->body, NULL),
			  NULL, err);
}

static int close_pull(struct forge *forge, const struct forge_pull *pull,
		      struct err *err)
{
	return forge_call(forge, "PATCH",
			  forge_pull_path(forge, pull->number, ""),
			  forge_texts(forge, "state", "closed", NULL), NULL,
			  err);
}

/* ---- what a new one is given ---- */

/* "org/team" is a team, anything else a person. */
static json_t *reviewers(struct forge *forge, const char *const *names)
{
	json_t *out = doc_object(forge->run->arena);
	json_t *people = doc_array(forge->run->arena);
	json_t *teams = doc_array(forge->run->arena);

	for (; *names; names++) {
		const char *slash = strchr(*names, '/');

		json_array_append_new(slash ? teams : people,
				      json_string(slash ? slash + 1 : *names));
	}
	doc_set(out, people, "reviewers", NULL);
	doc_set(out, teams, "team_reviewers", NULL);
	return out;
}

/* The first way to merge that the repository allows. */
static const char *github_method(const json_t *repository)
{
	if (!json_is_false(json_object_get(repository, "allow_merge_commit")))
		return "MERGE";
	if (!json_is_false(json_object_get(repository, "allow_squash_merge")))
		return "SQUASH";
	return "REBASE";
}

static int merge_github(struct forge *forge, const struct forge_pull *pull,
			const json_t *repository, struct err *err)
{
	static const char query[] =
		"mutation($id: ID!, $method: PullRequestMergeMethod!) { "
		"enablePullRequestAutoMerge(input: {pullRequestId: $id, "
		"mergeMethod: $method}) { clientMutationId } }";
	struct arena *arena = forge->run->arena;
	bool own = !str_ends(forge->api, "/v3");
	const char *url = arena_printf(arena, "%s/%s",
				       own ? forge->api : forge->web,
				       own ? "graphql" : "api/graphql");
	json_t *body = forge_texts(forge, "query", query, NULL);
	json_t *answer, *errors;

	doc_set_string(body, doc_get_string(pull->raw, "node_id", NULL),
		       "variables", "id", NULL);
	doc_set_string(body, github_method(repository), "variables", "method",
		       NULL);
	if (forge_call(forge, "POST", url, body, &answer, err) < 0)
		return -1;
	errors = doc_get(answer, "errors", NULL);
	if (!json_array_size(errors))
		return 0;
	answer = json_array_get(errors, 0);
	return err_set(err, ERR_REFUSED, "%s",
		       json_string_value(json_object_get(answer, "message")));
}

/* A draft is never mergeable: Gitea refuses it in words of its own. */
static bool is_looked_at(const json_t *pull)
{
	return json_is_true(json_object_get(pull, "mergeable")) ||
	       json_is_true(json_object_get(pull, "draft"));
}

/* Of commits that it squashes Gitea would keep the title alone, and the one it
 * had when it was asked: it is asked anew, with what the body is now. */
static int merge_gitea(struct forge *forge, const struct forge_pull *pull,
		       const struct forge_pull_args *args,
		       const json_t *repository, struct err *err)
{
	const char *style = doc_get_string(repository, "default_merge_style",
					   NULL);
	const bool squash = str_equal(style, "squash");
	const char *path = forge_pull_path(forge, pull->number, "/merge");
	json_t *body = forge_texts(forge, "do", style ? style : "merge",
				   "merge_message_field",
				   squash ? args->body : NULL, NULL);
	AUTO_ERR struct err ignored = { 0 };
	json_t *now;

	if (forge_await(forge, pull, is_looked_at, &now, err) < 0)
		return -1;
	if (!is_looked_at(now))
		return err_set(err, ERR_REFUSED,
			       "it cannot be merged yet: does it conflict?");
	doc_set_string(body, doc_get_string(now, "head", "sha", NULL),
		       "head_commit_id", NULL);
	doc_set(body, json_true(), "merge_when_checks_succeed", NULL);
	if (forge_call(forge, "DELETE", path, NULL, NULL, &ignored) < 0)
		run_debug(forge->run, "%s", ignored.msg);
	return forge_call(forge, "POST", path, body, NULL, err);
}

static int auto_merge(struct forge *forge, const struct forge_pull *pull,
		      const struct forge_pull_args *args, struct err *err)
{
	json_t *repository;

	if (forge_call(forge, "GET", "", NULL, &repository, err) < 0)
		return -1;
	return is_gitea(forge) ?
		       merge_gitea(forge, pull, args, repository, err) :
		       merge_github(forge, pull, repository, err);
}

static void adorn(struct forge *forge, const struct forge_pull *pull,
		  const struct forge_pull_args *args)
{
	AUTO_ERR struct err err = { 0 };
	json_t *labels = doc_object(forge->run->arena);

	doc_set(labels, forge_list(forge, args->labels), "labels", NULL);
	if (args->labels &&
	    forge_call(forge, "POST",
		       path_of(forge, "issues", pull->number, "/labels"),
		       labels, NULL, &err) < 0)
		forge_give_up(forge, "labels", &err);
	if (args->reviewers &&
	    forge_call(forge, "POST",
		       forge_pull_path(forge, pull->number,
				       "/requested_reviewers"),
		       reviewers(forge, args->reviewers), NULL, &err) < 0)
		forge_give_up(forge, "reviewers", &err);
}

/* ---- comments and statuses ---- */

static int notes(struct forge *forge, int64_t pull, struct forge_notes *out,
		 struct err *err)
{
	struct arena *arena = forge->run->arena;
	json_t *page, *note;
	const char *query;
	size_t i;

	for (unsigned n = 1; n <= PAGES_MOST; n++) {
		query = is_gitea(forge) ?
				"/comments" :
				arena_printf(arena,
					     "/comments?per_page=%d&page=%u",
					     NOTES_PAGE, n);
		if (forge_call(forge, "GET",
			       path_of(forge, "issues", pull, query), NULL,
			       &page, err) < 0)
			return -1;
		json_array_foreach(page, i, note)
			*vec_push(arena, out) = (struct forge_note){
				.id = forge_int(note, "id"),
				.body = doc_get_string(note, "body", NULL),
			};
		if (is_gitea(forge) || json_array_size(page) < NOTES_PAGE)
			break;
	}
	return 0;
}

static int say(struct forge *forge, int64_t pull, const struct forge_note *was,
	       const char *body, struct err *err)
{
	json_t *fields = forge_texts(forge, "body", body, NULL);

	if (!was)
		return forge_call(forge, "POST",
				  path_of(forge, "issues", pull, "/comments"),
				  fields, NULL, err);
	return forge_call(forge, body ? "PATCH" : "DELETE",
			  path_of(forge, "issues/comments", was->id, ""),
			  body ? fields : NULL, NULL, err);
}

static int set_status(struct forge *forge, const struct forge_status *status,
		      struct err *err)
{
	static const char *const states[] = {
		[FORGE_PENDING] = "pending",
		[FORGE_SUCCESS] = "success",
		[FORGE_FAILURE] = "failure",
	};
	struct arena *arena = forge->run->arena;

	return forge_call(forge, "POST",
			  arena_printf(arena, "/statuses/%s", status->commit),
			  forge_texts(forge, "state", states[status->state],
				      "context", status->context, "description",
				      forge_cut(arena, status->description,
						STATUS_MOST),
				      "target_url", status->url, NULL),
			  NULL, err);
}

const struct forge_driver forge_github = {
	.name = "GitHub",
	.pulls = "/pulls",
	.text_most = 65536,
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

const struct forge_driver forge_gitea = {
	.name = "Gitea",
	.pulls = "/pulls",
	.draft = "WIP: ",
	.text_most = 65536,
	.pull_of = pull_of,
	.find = find,
	.fields = fields,
	.edit = edit,
	.adorn = adorn,
	.auto_merge = auto_merge,
	.rearms = true,
	.close = close_pull,
	.notes = notes,
	.say = say,
	.status = set_status,
};
