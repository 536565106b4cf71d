/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "git/commit.h"
#include "git/inside.h"

#define MESSAGE_CAP ((size_t)1 << 20)

/* ---- who, and when ---- */

struct role {
	const char *name, *email, *date; /* of the environment */
	const char *name_key, *email_key;
};

static const struct role author_role = {
	"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE",
	"author.name",     "author.email",
};
static const struct role committer_role = {
	"GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE",
	"committer.name",     "committer.email",
};

/* "Name <email>" */
static int split_person(struct arena *arena, const char *text,
			const char **name, const char **email, struct err *err)
{
	size_t n = strcspn(text, "<"), end;

	end = n + strcspn(text + n, ">");
	if (!text[n] || !text[end] || text[end + 1])
		return err_set(err, ERR_USAGE, "'%s' is not 'Name <email>'",
			       text);
	*email = arena_strndup(arena, text + n + 1, end - n - 1);
	while (n && text[n - 1] == ' ')
		n--;
	*name = arena_strndup(arena, text, n);
	return 0;
}

static void find_person(struct repo *repo, const struct role *role,
			const char **name, const char **email)
{
	struct run *run = repo->run;

	*name = run_env(run, role->name);
	*email = run_env(run, role->email);
	if (!*name)
		*name = repo_setting(repo, role->name_key);
	if (!*name)
		*name = repo_setting(repo, "user.name");
	if (!*email)
		*email = repo_setting(repo, role->email_key);
	if (!*email)
		*email = repo_setting(repo, "user.email");
}

/* "1700000000 +0100", with or without "@", or RFC 3339 */
static int parse_date(const char *variable, const char *text, git_time_t *when,
		      int *offset, struct err *err)
{
	AUTO_ERR struct err other = { 0 };
	const char *digits = text + (*text == '@');
	char *end;
	long long seconds = strtoll(digits, &end, 10);
	long zone = *end ? strtol(end, &end, 10) : 0;
	int64_t wall;

	if (end != digits && !*end) {
		*when = seconds;
		*offset = (int)(zone / 100 * 60 + zone % 100);
		return 0;
	}
	if (clock_parse_rfc3339(text, &wall, &other) < 0) {
		err_set(err, ERR_USAGE, "%s: '%s' is no time", variable, text);
		return err_hint(err, "write it as 2026-01-31T12:00:00Z or "
				     "@1769860800 +0000");
	}
	*when = wall;
	*offset = 0;
	return 0;
}

static int make_signature(const char *name, const char *email,
			  const char *variable, const char *date,
			  git_signature **out, struct err *err)
{
	git_time_t when;
	int offset, code;

	if (date && parse_date(variable, date, &when, &offset, err) < 0)
		return -1;
	code = date ? git_signature_new(out, name, email, when, offset) :
		      git_signature_now(out, name, email);
	return code < 0 ? repo_fail(err, ERR_USAGE, "commit as '%s <%s>'", name,
				    email) :
			  0;
}

static bool is_person(const char *text)
{
	if (!text || !*text)
		return false;
	for (; *text; text++)
		if ((unsigned char)*text < ' ')
			return false;
	return true;
}

static int find_signature(struct repo *repo, const struct role *role,
			  const char *given, git_signature **out,
			  struct err *err)
{
	const char *name, *email;

	if (!given)
		find_person(repo, role, &name, &email);
	else if (split_person(repo->run->arena, given, &name, &email, err) < 0)
		return -1;
	if (!is_person(name) || !is_person(email)) {
		err_set(err, ERR_USAGE, "who commits is not known: no %s",
			is_person(name) ? "email address" : "name");
		return err_hint(err,
				"set user.name and user.email in git's "
				"configuration, or %s and %s",
				role->name, role->email);
	}
	return make_signature(name, email, role->date,
			      run_env(repo->run, role->date), out, err);
}

/* ---- what ---- */

/* "Name: value" */
static bool is_trailer(const char *line, size_t n)
{
	size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz-"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return name && name + 1 < n && line[name] == ':' &&
	       line[name + 1] == ' ';
}

/* Is the last paragraph, but not the subject, made of trailers already? */
static bool ends_in_trailers(const struct str *message)
{
	const char *line = str_text(message), *last = NULL;
	size_t n;

	for (const char *p = line; (p = strstr(p, "\n\n")); p++)
		last = p + 2;
	if (!last)
		return false;
	for (line = last; *line; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		if (!is_trailer(line, n))
			return false;
	}
	return true;
}

static bool holds_line(const struct str *message, const char *line)
{
	const char *at = str_text(message);
	size_t n = strlen(line);

	for (; (at = strstr(at, line)); at++)
		if ((at == str_text(message) || at[-1] == '\n') &&
		    (at[n] == '\n' || !at[n]))
			return true;
	return false;
}

static void add_trailer(struct str *message, const char *name,
			const char *value)
{
	if (!ends_in_trailers(message))
		str_add_char(message, '\n');
	str_printf(message, "%s: ", name);
	for (; *value; value++)
		str_add_char(message,
			     (unsigned char)*value < ' ' ? ' ' : *value);
	str_add_char(message, '\n');
}

static int compose(const struct repo_commit_args *args,
		   const git_signature *committer, struct str *out,
		   struct err *err)
{
	AUTO_STR struct str line = STR_INIT(STR_BIG);
	git_buf tidy = { 0 };

	if (!str_is_utf8(args->message, strlen(args->message)))
		return err_set(err, ERR_USAGE,
			       "the commit's message is no UTF-8");
	if (git_message_prettify(&tidy, args->message, false, '#') < 0)
		return repo_fail(err, ERR_FAILED, "the commit's message");
	str_add_bytes(out, tidy.ptr, tidy.size);
	git_buf_dispose(&tidy);
	if (!out->len && !out->full)
		return err_set(err, ERR_USAGE, "the commit has no message");
	for (size_t i = 0; i < args->n_trailers; i++)
		add_trailer(out, args->trailers[i].name,
			    args->trailers[i].value);
	if (args->sign_off) {
		str_printf(&line, "Signed-off-by: %s <%s>", committer->name,
			   committer->email);
		if (!holds_line(out, str_text(&line)))
			add_trailer(out, "Signed-off-by",
				    str_text(&line) +
					    strlen("Signed-off-by: "));
	}
	if (out->full)
		return err_set(err, ERR_USAGE,
			       "the commit's message is larger than %zu bytes",
			       MESSAGE_CAP);
	return 0;
}

/* ---- the commit ---- */

static int write_object(struct repo *repo, const char *text,
			const struct repo_commit_args *args,
			const git_signature *committer, git_oid *out,
			struct err *err)
{
	bool sign = args->signing == REPO_SIGN_ALWAYS ||
		    (args->signing == REPO_SIGN_AS_CONFIGURED &&
		     repo_setting_is_true(repo, "commit.gpgsign"));
	const char *signature = NULL, *who;

	if (sign) {
		who = arena_printf(repo->run->arena, "%s <%s>", committer->name,
				   committer->email);
		if (repo_sign(repo, (struct bytes){ text, strlen(text) },
			      args->signing_key, who, &signature, err) < 0)
			return -1;
	}
	if (git_commit_create_with_signature(out, repo->git, text, signature,
					     "gpgsig") < 0)
		return repo_fail(err, ERR_FAILED, "write the commit");
	return 0;
}

struct parts {
	git_commit *parent, *onto;
	git_tree *was, *tree;
	git_signature *author, *committer;
	git_buf text;
};

static void free_parts(struct parts *parts)
{
	git_commit_free(parts->parent);
	git_commit_free(parts->onto);
	git_tree_free(parts->was);
	git_tree_free(parts->tree);
	git_signature_free(parts->author);
	git_signature_free(parts->committer);
	git_buf_dispose(&parts->text);
}

static int find_base(struct repo *repo, const char *base, struct parts *parts,
		     struct err *err)
{
	git_oid oid;

	if (git_oid_fromstr(&oid, base) < 0 ||
	    git_commit_lookup(&parts->parent, repo->git, &oid) < 0)
		return repo_fail(err, ERR_FAILED, "%s: commit %s", repo->shown,
				 base);
	if (git_commit_tree(&parts->was, parts->parent) < 0)
		return repo_fail(err, ERR_FAILED, "%s: tree of %s", repo->shown,
				 base);
	return 0;
}

/* One parent, or two where neither is behind the other. */
static int find_parents(struct repo *repo, const char *onto,
			struct parts *parts, const git_commit **out, size_t *n,
			struct err *err)
{
	const git_oid *base = git_commit_id(parts->parent), *tip;
	git_oid oid;

	out[0] = parts->parent;
	*n = 1;
	if (!onto)
		return 0;
	if (git_oid_fromstr(&oid, onto) < 0 ||
	    git_commit_lookup(&parts->onto, repo->git, &oid) < 0)
		return repo_fail(err, ERR_FAILED, "%s: commit %s", repo->shown,
				 onto);
	tip = git_commit_id(parts->onto);
	if (git_oid_equal(tip, base) ||
	    git_graph_descendant_of(repo->git, base, tip) == 1)
		return 0;
	out[0] = parts->onto;
	if (git_graph_descendant_of(repo->git, tip, base) != 1)
		out[(*n)++] = parts->parent;
	return 0;
}

static int write_commit(struct repo *repo, const struct repo_commit_args *args,
			struct parts *parts, git_oid *out, struct err *err)
{
	AUTO_STR struct str message = STR_INIT(MESSAGE_CAP);
	const git_commit *parents[2];
	size_t n;

	if (find_signature(repo, &author_role, args->author, &parts->author,
			   err) < 0 ||
	    find_signature(repo, &committer_role, args->committer,
			   &parts->committer, err) < 0 ||
	    compose(args, parts->committer, &message, err) < 0 ||
	    find_parents(repo, args->onto, parts, parents, &n, err) < 0)
		return -1;
	if (git_commit_create_buffer(&parts->text, repo->git, parts->author,
				     parts->committer, NULL, str_text(&message),
				     parts->tree, n, parents) < 0)
		return repo_fail(err, ERR_FAILED, "write the commit");
	return write_object(repo, parts->text.ptr, args, parts->committer, out,
			    err);
}

static int commit(struct repo *repo, const char *base,
		  const struct repo_commit_args *args, struct parts *parts,
		  const char **oid, struct err *err)
{
	char hex[GIT_OID_HEXSZ + 1];
	git_oid tree, made;

	if (find_base(repo, base, parts, err) < 0 ||
	    repo_new_tree(repo, parts->was, args->edits, args->n_edits, &tree,
			  err) < 0)
		return -1;
	if (git_oid_equal(&tree, git_tree_id(parts->was))) {
		*oid = NULL;
		return 0;
	}
	if (git_tree_lookup(&parts->tree, repo->git, &tree) < 0)
		return repo_fail(err, ERR_FAILED, "read the new tree");
	if (write_commit(repo, args, parts, &made, err) < 0)
		return -1;
	git_oid_tostr(hex, sizeof(hex), &made);
	*oid = arena_strdup(repo->run->arena, hex);
	return 0;
}

int repo_commit(struct repo *repo, const char *base,
		const struct repo_commit_args *args, const char **oid,
		struct err *err)
{
	struct parts parts = { 0 };
	int failed = commit(repo, base, args, &parts, oid, err);

	free_parts(&parts);
	return failed;
}
