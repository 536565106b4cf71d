/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The room git by itself, for tests that push to real servers:
 *
 *	set LOCATION BRANCH FILE POINTER VALUE [push] [sign] [signoff] [head=B]
 *	restore LOCATION BRANCH PATH COMMIT
 *		"COMMIT BRANCH TRIES PUSHED", or "nothing"
 *	push LOCATION BRANCH COMMIT EXPECTED
 *		"pushed" or "outrun"
 *	verify LOCATION REV KEYRING SIGNERS REVOKED
 *		"STATE KEY OWNER", and a line with what is to be said of it
 *	log LOCATION REV UNTIL LIMIT [PATH]...
 *		an entry a line, then "cut" or "whole"
 *	relation LOCATION A B
 *		"behind" or "not", and the merge base
 *	places FILE
 *		"DOCUMENT POINTER KIND BEGIN END TEXT" a value, texts in hex
 *	splice FILE DOCUMENT POINTER VALUE
 *		the file with the value changed
 *
 * BRANCH "-" is the one that HEAD names; anything else that is "-" is not
 * given.  Errors are printed as main does it, with status 2, or 4 where a
 * rerun may help.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/run.h"
#include "document/document.h"
#include "document/splice.h"
#include "git/history.h"
#include "git/land.h"
#include "git/push.h"
#include "git/verify.h"

extern char **environ;

static const char *optional(const char *text)
{
	return str_equal(text, "-") ? NULL : text;
}

struct task {
	const char *file, *pointer, *value; /* set */
	const char *path, *from;            /* restore */
	const char *head;
	bool push, sign, sign_off;
	struct repo_edit edit;
	struct repo_trailer trailer;
};

/* FILE with VALUE at POINTER; no edit where it is there already. */
static int splice(struct task *task, struct repo *repo, struct run *run,
		  const struct revision *tip, bool *same, struct err *err)
{
	struct splice_edit edit = { .text = task->value };
	struct splice_file file;
	struct bytes bytes;
	struct tree *tree;

	if (repo_tree(repo, tip, &tree, err) < 0 ||
	    tree_read(tree, run->arena, task->file, &bytes, err) < 0 ||
	    splice_read(run->arena, task->file, bytes, &file, err) < 0 ||
	    splice_find(run->arena, &file, 0, task->pointer, &edit.place, err) <
		    0)
		return -1;
	*same = str_equal(edit.place->text, task->value);
	task->edit = (struct repo_edit){
		.kind = REPO_EDIT_FILE,
		.path = task->file,
	};
	return splice_apply(run->arena, &file, &edit, 1, &task->edit.bytes,
			    err);
}

struct maker {
	struct task *task;
	struct run *run;
};

static int make(void *data, struct repo *repo, const struct revision *tip,
		struct repo_commit_args *out, struct err *err)
{
	struct maker *maker = data;
	struct task *task = maker->task;
	bool same = false;

	if (task->file && splice(task, repo, maker->run, tip, &same, err) < 0)
		return -1;
	if (same)
		return 0;
	if (task->path)
		task->edit = (struct repo_edit){
			.kind = REPO_EDIT_RESTORE,
			.path = task->path,
			.from = task->from,
		};
	task->trailer = (struct repo_trailer){
		.name = "Gitops-Image",
		.value = task->value ? task->value : task->path,
	};
	*out = (struct repo_commit_args){
		.edits = &task->edit,
		.n_edits = 1,
		.message = "release: move an image",
		.trailers = &task->trailer,
		.n_trailers = 1,
		.sign_off = task->sign_off,
		.signing = task->sign ? REPO_SIGN_ALWAYS :
					REPO_SIGN_AS_CONFIGURED,
	};
	return 0;
}

static int land(struct run *run, const char *location, const char *branch,
		struct task *task, struct err *err)
{
	bool head = str_equal(branch, "-");
	struct repo_args args = {
		.location = location,
		.rev = head ? NULL : branch,
		.timeout_ms = 20000,
	};
	struct repo_land_args where = {
		.branch = head ? NULL : branch,
		.push = task->push,
		.head = task->head,
		.ours = "Gitops-Image",
	};
	struct maker maker = { task, run };
	struct repo_landed landed;
	struct repo *repo;

	if (repo_open(run, &args, &repo, err) < 0 ||
	    repo_land(repo, &where, make, &maker, &landed, err) < 0)
		return -1;
	if (landed.oid)
		printf("%s %s %u %s\n", landed.oid, landed.branch, landed.tries,
		       landed.pushed ? "pushed" : "here");
	else
		printf("nothing\n");
	return 0;
}

static int push(struct run *run, char **argv, struct err *err)
{
	struct repo_args args = { .location = argv[2],
				  .rev = optional(argv[4]) };
	struct repo_push_args what = {
		.branch = argv[3],
		.commit = optional(argv[4]),
		.expected = optional(argv[5]),
	};
	enum repo_pushed pushed;
	struct repo *repo;

	if (repo_open(run, &args, &repo, err) < 0 ||
	    repo_push(repo, &what, &pushed, err) < 0)
		return -1;
	printf("%s\n", pushed == REPO_PUSHED ? "pushed" : "outrun");
	return 0;
}

/* The commit; and where REV is an annotated tag, the tag. */
static int verify(struct run *run, char **argv, struct err *err)
{
	struct repo_args args = { .location = argv[2], .rev = argv[3] };
	struct repo_trust_args files = {
		.keyring = optional(argv[4]),
		.allowed_signers = optional(argv[5]),
		.revoked_keys = optional(argv[6]),
	};
	struct repo_verdict verdict;
	struct revision revision;
	struct repo_trust *trust;
	struct repo *repo;
	const char *tag;

	if (repo_trust_open(run, &files, &trust, err) < 0 ||
	    repo_open(run, &args, &repo, err) < 0 ||
	    repo_revision(repo, &revision, err) < 0 ||
	    repo_tag_of(repo, &revision, &tag, err) < 0 ||
	    repo_verify(repo, trust, tag ? tag : revision.oid, &verdict, err) <
		    0)
		return -1;
	printf("%s %s %s\n%s %s\n", repo_signed_name(verdict.state),
	       verdict.key ? verdict.key : "-",
	       verdict.owner ? verdict.owner : "-", tag ? "tag" : "commit",
	       verdict.words);
	return 0;
}

static void print_entry(const struct repo_log_entry *entry)
{
	const char *image = repo_trailer(entry, "gitops-image");

	printf("%s|%s|%s|%lld|%s|", entry->revision.oid, entry->revision.author,
	       entry->committer, (long long)entry->revision.when,
	       entry->revision.subject);
	for (size_t i = 0; i < entry->n_parents; i++)
		printf("%s%s", i ? " " : "", entry->parents[i]);
	printf("|%zu|%s\n", entry->n_trailers, image ? image : "");
}

static int show_log(struct run *run, char **argv, struct err *err)
{
	const char *since = getenv("LOG_SINCE");
	struct repo_args args = { .location = argv[2], .rev = argv[3] };
	struct repo_log_args how = {
		.until = optional(argv[4]),
		.limit = (size_t)strtoul(argv[5], NULL, 10),
		.since = since ? strtoll(since, NULL, 10) : 0,
		.paths = argv[6] ? (const char *const *)&argv[6] : NULL,
	};
	struct revision revision;
	struct repo_log log;
	struct repo *repo;

	if (repo_open(run, &args, &repo, err) < 0 ||
	    repo_revision(repo, &revision, err) < 0)
		return -1;
	how.tip = revision.oid;
	if (repo_log(repo, &how, &log, err) < 0)
		return -1;
	for (size_t i = 0; i < log.n; i++)
		print_entry(&log.v[i]);
	printf("%s\n", log.cut ? "cut" : "whole");
	return 0;
}

static int relation(struct run *run, char **argv, struct err *err)
{
	struct repo_args args = { .location = argv[2], .rev = argv[4] };
	struct repo *repo;
	const char *base;
	bool behind;

	if (repo_open(run, &args, &repo, err) < 0 ||
	    repo_is_behind(repo, argv[3], argv[4], &behind, err) < 0 ||
	    repo_merge_base(repo, argv[3], argv[4], &base, err) < 0)
		return -1;
	printf("%s %s\n", behind ? "behind" : "not", base ? base : "-");
	return 0;
}

/* ---- files ---- */

static int read_file(struct run *run, const char *path,
		     struct splice_file *file, struct err *err)
{
	struct bytes bytes;

	if (file_read(run->arena, path, (size_t)8 << 20, &bytes, err) < 0)
		return -1;
	return splice_read(run->arena, path, bytes, file, err);
}

static void print_hex(const char *text, size_t n)
{
	putchar('x');
	for (size_t i = 0; i < n; i++)
		printf("%02x", (unsigned char)text[i]);
}

static void print_places(struct arena *arena, size_t document,
			 const struct splice_place *place)
{
	for (; place; place = place->next) {
		const char *pointer = splice_pointer(arena, place);

		printf("%zu ", document);
		print_hex(pointer, strlen(pointer));
		printf(" %d.%d %zu %zu ", place->kind, place->style,
		       place->begin, place->end);
		print_hex(place->text ? place->text : "", place->len);
		putchar('\n');
		print_places(arena, document, place->first);
	}
}

static int places(struct run *run, char **argv, struct err *err)
{
	struct splice_file file;

	if (read_file(run, argv[2], &file, err) < 0)
		return -1;
	for (size_t i = 0; i < file.documents.n; i++)
		print_places(run->arena, i, file.documents.v[i]);
	return 0;
}

static int splice_one(struct run *run, char **argv, struct err *err)
{
	size_t document = (size_t)strtoul(argv[3], NULL, 10);
	struct splice_edit edit = { .text = argv[5] };
	struct splice_file file;
	struct bytes out;

	if (read_file(run, argv[2], &file, err) < 0 ||
	    splice_find(run->arena, &file, document, argv[4], &edit.place,
			err) < 0 ||
	    splice_apply(run->arena, &file, &edit, 1, &out, err) < 0)
		return -1;
	fwrite(out.data, 1, out.len, stdout);
	return 0;
}

static int dispatch(struct run *run, int argc, char **argv, struct err *err)
{
	struct task task = { 0 };

	if (argc >= 7 && str_equal(argv[1], "set")) {
		task.file = argv[4];
		task.pointer = argv[5];
		task.value = argv[6];
		for (int i = 7; i < argc; i++) {
			task.push |= str_equal(argv[i], "push");
			task.sign |= str_equal(argv[i], "sign");
			task.sign_off |= str_equal(argv[i], "signoff");
			if (str_starts(argv[i], "head="))
				task.head = argv[i] + strlen("head=");
		}
		return land(run, argv[2], argv[3], &task, err);
	}
	if (argc == 6 && str_equal(argv[1], "restore")) {
		task.path = argv[4];
		task.from = argv[5];
		return land(run, argv[2], argv[3], &task, err);
	}
	if (argc >= 6 && str_equal(argv[1], "push"))
		return push(run, argv, err);
	if (argc == 7 && str_equal(argv[1], "verify"))
		return verify(run, argv, err);
	if (argc >= 6 && str_equal(argv[1], "log"))
		return show_log(run, argv, err);
	if (argc == 5 && str_equal(argv[1], "relation"))
		return relation(run, argv, err);
	if (argc == 3 && str_equal(argv[1], "places"))
		return places(run, argv, err);
	if (argc == 6 && str_equal(argv[1], "splice"))
		return splice_one(run, argv, err);
	return err_set(err, ERR_USAGE, "see the top of repo_driver.c");
}

int main(int argc, char **argv)
{
	AUTO_ERR struct err err = { 0 };
	struct run run;
	int status = 0;

	doc_init();
	run_init(&run, (const char *const *)environ);
	if (dispatch(&run, argc, argv, &err) < 0)
		status = err.status == ERR_TEMPORARY ? 4 : 2;
	for (const struct err *one = &err; one && one->status; one = one->next)
		fprintf(stderr, "%s\n%s%s%s", one->msg,
			one->hint ? "hint: " : "", one->hint ? one->hint : "",
			one->hint ? "\n" : "");
	run_release(&run);
	return status;
}
