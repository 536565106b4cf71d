/* SPDX-License-Identifier: Apache-2.0 */

/* Pull requests, comments and statuses, as they are alike on all forges. */

#include <string.h>

#include "base/digest.h"
#include "base/str.h"
#include "base/vec.h"
#include "document/document.h"
#include "forge/inside.h"

#define KEY_MOST 100
#define OURS     "Gitops-"
#define CLOSED   "\n\nClosed by gitops: there is nothing left to do.\n"

const char *forge_done_text(enum forge_done done)
{
	static const char *const texts[] = {
		[FORGE_UNCHANGED] = "unchanged",
		[FORGE_CREATED] = "created",
		[FORGE_UPDATED] = "updated",
		[FORGE_REMOVED] = "removed",
	};

	return texts[done];
}

/* ---- pull requests ---- */

static void read_pull(struct forge *forge, const json_t *value,
		      struct forge_pull *out)
{
	*out = (struct forge_pull){ .raw = value };
	forge->driver->pull_of(value, out);
	if (!out->title)
		out->title = "";
	if (!out->body)
		out->body = "";
}

static int find(struct forge *forge, const char *head, const char *base,
		bool declined, struct forge_pull *out, struct err *err)
{
	const json_t *found = NULL;

	if (forge->driver->find(forge, head, base, declined, &found, err) < 0)
		return err_wrap(err, "look for the pull request of '%s'", head);
	*out = (struct forge_pull){ 0 };
	if (found)
		read_pull(forge, found, out);
	return 0;
}

int forge_pull_find(struct forge *forge, const char *head, const char *base,
		    struct forge_pull *out, struct err *err)
{
	return find(forge, head, base, false, out, err);
}

int forge_pull_get(struct forge *forge, int64_t number, struct forge_pull *out,
		   struct err *err)
{
	const char *path = arena_printf(forge->run->arena, "%s/%lld",
					forge->driver->pulls,
					(long long)number);
	json_t *answer;

	if (forge_call(forge, "GET", path, NULL, &answer, err) < 0)
		return err_wrap(err, "pull request %lld", (long long)number);
	read_pull(forge, answer, out);
	return 0;
}

/* A body ends with what follows it: line ends are not worth an update. */
static bool is_same_text(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == '\r')
			a++;
		while (*b == '\r')
			b++;
		if (!*a || *a != *b)
			break;
	}
	while (*a == '\n' || *a == ' ')
		a++;
	while (*b == '\n' || *b == ' ')
		b++;
	return !*a && !*b;
}

/* What its title was, before it was made a draft. */
static const char *bare_title(const struct forge *forge, const char *title)
{
	const char *draft = forge->driver->draft;

	return draft && str_starts(title, draft) ? title + strlen(draft) :
						   title;
}

static void let_merge(struct forge *forge, const struct forge_pull_args *args,
		      const struct forge_pull *pull)
{
	const struct forge_driver *driver = forge->driver;
	AUTO_ERR struct err err = { 0 };

	if (!args->auto_merge)
		return;
	if (!driver->auto_merge)
		run_warn(forge->run, "auto-merge: %s's API has none",
			 driver->name);
	else if (driver->auto_merge(forge, pull, args, &err) < 0)
		forge_give_up(forge, "auto-merge", &err);
}

static int update(struct forge *forge, const struct forge_pull_args *args,
		  struct forge_pull *pull, enum forge_done *done,
		  struct err *err)
{
	const char *title = bare_title(forge, pull->title);
	struct forge_pull_args wanted = *args;

	*done = FORGE_UNCHANGED;
	if (str_equal(title, args->title) &&
	    is_same_text(pull->body, args->body))
		return 0;
	/* A draft stays one until somebody says that it is ready. */
	if (title != pull->title)
		wanted.title = arena_printf(forge->run->arena, "%s%s",
					    forge->driver->draft, args->title);
	if (forge->driver->edit(forge, pull, &wanted, err) < 0)
		return err_wrap(err, "update pull request %lld",
				(long long)pull->number);
	/* A draft must not be merged. */
	if (forge->driver->rearms && title == pull->title)
		let_merge(forge, args, pull);
	*done = FORGE_UPDATED;
	return 0;
}

static int create(struct forge *forge, const struct forge_pull_args *args,
		  struct forge_pull *out, struct err *err)
{
	const struct forge_driver *driver = forge->driver;
	struct forge_pull_args wanted = *args;
	json_t *answer;

	if (args->draft && driver->draft)
		wanted.title = arena_printf(forge->run->arena, "%s%s",
					    driver->draft, args->title);
	if (forge_call(forge, "POST", driver->pulls,
		       driver->fields(forge, &wanted), &answer, err) < 0)
		return -1;
	read_pull(forge, answer, out);
	driver->adorn(forge, out, args);
	let_merge(forge, args, out);
	return 0;
}

int forge_pull_set(struct forge *forge, const struct forge_pull_args *args,
		   struct forge_pull *out, enum forge_done *done,
		   struct err *err)
{
	AUTO_ERR struct err why = { 0 }, again = { 0 };
	struct forge_pull_args wanted = *args;

	wanted.body = forge_cut(forge->run->arena, args->body,
				forge->driver->text_most);
	if (forge_pull_find(forge, args->head, args->base, out, err) < 0)
		return -1;
	if (!out->number) {
		*done = FORGE_CREATED;
		if (create(forge, &wanted, out, &why) == 0)
			return 0;
		/* Another may have made it meanwhile, or we did, and the
		 * answer was lost. */
		if (forge_pull_find(forge, args->head, args->base, out,
				    &again) < 0 ||
		    !out->number) {
			err_append(err, &why);
			return err_wrap(err, "open a pull request of '%s'",
					args->head);
		}
	}
	return update(forge, &wanted, out, done, err);
}

/*
 * The last paragraph, if it is trailers of ours, else all.  What is above it
 * names files and lines, which move while the answer stays the same.
 */
static const char *gist(const char *body)
{
	const char *line = body, *begin = NULL;
	bool blank = true;
	size_t n;

	for (; *line; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		if (!n || (n == 1 && *line == '\r')) {
			blank = true;
			continue;
		}
		if (!str_starts(line, OURS))
			begin = NULL;
		else if (blank)
			begin = line;
		blank = false;
	}
	return begin ? begin : body;
}

int forge_pull_declined(struct forge *forge, const struct forge_pull_args *args,
			struct forge_pull *out, struct err *err)
{
	if (find(forge, args->head, args->base, true, out, err) < 0)
		return -1;
	if (out->number &&
	    (!str_equal(bare_title(forge, out->title), args->title) ||
	     !is_same_text(gist(out->body), gist(args->body))))
		*out = (struct forge_pull){ 0 };
	return 0;
}

static int close_it(struct forge *forge, const struct forge_pull *pull,
		    struct err *err)
{
	const size_t most = forge->driver->text_most - strlen(CLOSED);
	struct arena *arena = forge->run->arena;
	const struct forge_pull_args last = {
		.title = pull->title,
		.body = arena_printf(arena, "%s%s",
				     forge_cut(arena, pull->body, most),
				     CLOSED),
	};
	struct forge_pull now;

	if (forge->driver->edit(forge, pull, &last, err) < 0 ||
	    forge_pull_get(forge, pull->number, &now, err) < 0)
		return -1;
	return forge->driver->close(forge, &now, err);
}

int forge_pull_close(struct forge *forge, const struct forge_pull *pull,
		     struct err *err)
{
	return close_it(forge, pull, err) < 0 ?
		       err_wrap(err, "close pull request %lld",
				(long long)pull->number) :
		       0;
}

/* ---- comments ---- */

/* Does it stay as it is?  Two dashes would end a comment of HTML. */
static bool is_kept(const char *c, char before)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.:/@";

	return *c == '-' ? before != '-' : strchr(allowed, *c) != NULL;
}

/*
 * Blanks become "_".  Where anything else is replaced, or the end is cut off,
 * the digest tells it from others: it may be there that two differ.
 */
static char *key_name(struct arena *arena, const char *key)
{
	char *name = arena_strdup(arena, key);
	char hex[DIGEST_SHA256_HEX];
	bool plain = strlen(key) <= KEY_MOST;

	for (char *c = name; *c; c++) {
		if (is_kept(c, c > name ? c[-1] : '-'))
			continue;
		plain = plain && *c == ' ';
		*c = '_';
	}
	if (plain)
		return name;
	digest_sha256_hex(key, strlen(key), hex);
	return arena_printf(arena, "%.*s_%.16s", KEY_MOST - 17, name, hex);
}

/*
 * A line that no page shows: a comment of HTML or, where that is unknown, the
 * address of a link that is nowhere.
 */
static const char *mark_of(const struct forge *forge, const char *key)
{
	return arena_printf(forge->run->arena,
			    forge->driver->plain ? "[gitops:%s]: #" :
						   "<!-- gitops:%s -->",
			    key_name(forge->run->arena, key));
}

/* On a line of its own: in a quotation it is not. */
static bool has_mark(const char *body, const char *mark)
{
	size_t n = strlen(mark);
	const char *at = body;

	while ((at = strstr(at, mark)) != NULL) {
		if ((at == body || at[-1] == '\n') &&
		    (!at[n] || at[n] == '\n' || at[n] == '\r'))
			return true;
		at += n;
	}
	return false;
}

/* The first of ours, and no other: two runs at once may have made two. */
static int choose_note(struct forge *forge, int64_t pull, const char *mark,
		       struct forge_note *out, bool *found, struct err *err)
{
	struct forge_notes notes = { 0 };

	*found = false;
	if (forge->driver->notes(forge, pull, &notes, err) < 0)
		return -1;
	for (size_t i = 0; i < notes.n; i++) {
		if (!notes.v[i].body || !has_mark(notes.v[i].body, mark))
			continue;
		if (*found &&
		    forge->driver->say(forge, pull, &notes.v[i], NULL, err) < 0)
			return -1;
		if (!*found)
			*out = notes.v[i];
		*found = true;
	}
	return 0;
}

static int comment(struct forge *forge, int64_t pull, const char *key,
		   const char *body, enum forge_done *done, struct err *err)
{
	struct arena *arena = forge->run->arena;
	const char *mark = mark_of(forge, key);
	size_t most = forge->driver->text_most - strlen(mark) - 2;
	struct forge_note was;
	bool found;

	if (body)
		body = arena_printf(arena, "%s\n\n%s",
				    forge_cut(arena, body, most), mark);
	*done = FORGE_UNCHANGED;
	if (choose_note(forge, pull, mark, &was, &found, err) < 0)
		return -1;
	if ((!found && !body) ||
	    (found && body && is_same_text(was.body, body)))
		return 0;
	if (forge->driver->say(forge, pull, found ? &was : NULL, body, err) < 0)
		return -1;
	*done = !body ? FORGE_REMOVED : found ? FORGE_UPDATED : FORGE_CREATED;
	return 0;
}

int forge_comment(struct forge *forge, int64_t pull, const char *key,
		  const char *body, enum forge_done *done, struct err *err)
{
	return comment(forge, pull, key, body, done, err) < 0 ?
		       err_wrap(err, "comment on pull request %lld",
				(long long)pull) :
		       0;
}

/* ---- statuses ---- */

int forge_status(struct forge *forge, const struct forge_status *status,
		 struct err *err)
{
	return forge->driver->status(forge, status, err) < 0 ?
		       err_wrap(err, "status '%s' of commit %.7s",
				status->context, status->commit) :
		       0;
}
