/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

#define HOPS_CAP   40   /* links on the way to one entry, as Linux has it */
#define PATH_CAP   4096 /* bounds the depth of whoever walks the tree, too */
#define TARGET_CAP 4096
#define LFS_CAP    1024 /* a pointer is shorter, says its specification */

static const char lfs_version[] =
	"version https://git-lfs.github.com/spec/v1\n";

/* ---- paths ---- */

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

/* The next component of `*rest`, which moves past it; "" at the end. */
static struct bytes next_component(const char **rest)
{
	struct bytes one;

	*rest += strspn(*rest, "/");
	one.data = *rest;
	one.len = strcspn(*rest, "/");
	*rest += one.len;
	return one;
}

static bool component_is(struct bytes component, const char *text)
{
	return component.len == strlen(text) &&
	       memcmp(component.data, text, component.len) == 0;
}

/* Cut the last component off. */
static void go_up(struct str *path)
{
	while (path->len && path->data[path->len - 1] != '/')
		str_cut(path, path->len - 1);
	if (path->len)
		str_cut(path, path->len - 1);
}

static void go_down(struct str *path, struct bytes component)
{
	if (path->len)
		str_add_char(path, '/');
	str_add_bytes(path, component.data, component.len);
}

int tree_join(struct arena *arena, const char *base, const char *path,
	      const char **out, struct err *err)
{
	AUTO_STR struct str joined = STR_INIT(PATH_CAP);
	const char *rest = path;
	struct bytes one;

	if (has_control(path))
		return err_set(err, ERR_INPUT,
			       "path '%s' holds a control character", path);
	if (path[0] == '/') {
		err_set(err, ERR_INPUT, "path '%s' is absolute", path);
		return err_hint(err, "write it relative to the file that "
				     "names it");
	}
	str_add(&joined, base);
	/* At every step: what leaves the root and comes back has left it. */
	while ((one = next_component(&rest)).len) {
		if (component_is(one, "."))
			continue;
		if (!component_is(one, ".."))
			go_down(&joined, one);
		else if (joined.len)
			go_up(&joined);
		else
			return err_set(err, ERR_INPUT,
				       "path '%s' leads outside the "
				       "repository",
				       path);
	}
	if (joined.full)
		return err_set(err, ERR_INPUT, "path longer than %d bytes",
			       PATH_CAP);
	*out = str_keep(&joined, arena);
	return 0;
}

/* ---- following links ---- */

/* One walk from the root to an entry. */
struct walk {
	const struct tree *tree;
	struct arena *arena;
	const char *asked;   /* the path as the caller has it */
	struct str at;       /* how far we are: a directory, free of links */
	const char *rest;    /* what is still to go */
	const char *link;    /* the link that `rest` comes from, or NULL */
	const char *target;  /* and where it leads */
	const char *link_to; /* the end of the target in `rest` */
	enum tree_kind kind; /* of `at` */
	unsigned hops;
};

/* The name in the directory `dir` that is nearest to `name`, or NULL. */
static const char *nearest_entry(const struct tree *tree, struct arena *arena,
				 const char *dir, const char *name)
{
	AUTO_ERR struct err ignored = { 0 };
	struct tree_entries entries = { 0 };
	const char **names;

	if (tree->backend->list(tree->data, arena, dir, &entries, &ignored) < 0)
		return NULL;
	names = arena_array(arena, entries.n + 1, sizeof(*names));
	for (size_t i = 0; i < entries.n; i++)
		names[i] = entries.v[i].name;
	return str_nearest(name, names);
}

static int not_found(struct walk *walk, struct bytes missing, struct err *err)
{
	const char *dir = str_text(&walk->at);
	const char *name = arena_strndup(walk->arena, missing.data,
					 missing.len);
	const char *near;

	if (walk->link)
		return err_set(err, ERR_NOT_FOUND,
			       "%s: link to '%s', which is not in %s",
			       walk->link, walk->target, walk->tree->name);
	err_set(err, ERR_NOT_FOUND, "%s: not in %s", walk->asked,
		walk->tree->name);
	near = nearest_entry(walk->tree, walk->arena, dir, name);
	if (near)
		return err_hint(err, "the nearest name there is '%s%s%s'", dir,
				*dir ? "/" : "", near);
	return -1;
}

static int refuse_link(const struct walk *walk, const char *why,
		       struct err *err)
{
	err_set(err, ERR_INPUT, "%s: link to '%s' %s", walk->link, walk->target,
		why);
	return err_hint(err, "replace the link by the file it leads to");
}

/* `path` is a link: put its target in front of what is still to go. */
static int follow(struct walk *walk, const char *path, struct err *err)
{
	struct bytes target;

	if (walk->tree->backend->read(walk->tree->data, walk->arena, path,
				      TARGET_CAP, &target, err) < 0)
		return -1;
	walk->link = arena_strdup(walk->arena, path);
	walk->target = target.data;
	if (strlen(target.data) != target.len || has_control(target.data))
		return refuse_link(walk, "holds a control character", err);
	if (target.data[0] == '/')
		return refuse_link(walk, "is absolute", err);
	if (!target.len)
		return refuse_link(walk, "leads nowhere", err);
	if (++walk->hops > HOPS_CAP)
		return refuse_link(walk,
				   "is one of too many: do they lead "
				   "in a circle?",
				   err);
	walk->rest = arena_printf(walk->arena, "%s/%s", target.data,
				  walk->rest);
	walk->link_to = walk->rest + target.len;
	return 0;
}

/* One step up.  Above the root is nothing, not even on the way back to it. */
static int step_up(struct walk *walk, struct err *err)
{
	if (walk->at.len) {
		go_up(&walk->at);
		return 0;
	}
	if (walk->link)
		return refuse_link(walk, "leads outside the repository", err);
	return err_set(err, ERR_INPUT, "path '%s' leads outside the repository",
		       walk->asked);
}

static int step(struct walk *walk, struct bytes one, struct err *err)
{
	const struct tree *tree = walk->tree;
	size_t was = walk->at.len;
	enum tree_kind kind;
	AUTO_ERR struct err missing = { 0 };

	/* Past the target, what is wrong is not the link's fault. */
	if (walk->link && one.data > walk->link_to)
		walk->link = NULL;
	if (component_is(one, "."))
		return 0;
	if (component_is(one, ".."))
		return step_up(walk, err);
	go_down(&walk->at, one);
	if (walk->at.full)
		return err_set(err, ERR_INPUT, "%s: path longer than %d bytes",
			       str_text(&walk->at), PATH_CAP);
	if (tree->backend->stat(tree->data, str_text(&walk->at), &kind,
				&missing) < 0) {
		str_cut(&walk->at, was);
		if (missing.status == ERR_NOT_FOUND)
			return not_found(walk, one, err);
		err_append(err, &missing);
		return -1;
	}
	if (kind == TREE_LINK) {
		const char *path = str_keep(&walk->at, walk->arena);

		str_cut(&walk->at, was);
		return follow(walk, path, err);
	}
	walk->kind = kind;
	return 0;
}

static int refuse_submodule(const char *path, struct err *err)
{
	err_set(err, ERR_INPUT, "%s: a submodule, which is not read", path);
	return err_hint(err, "name the submodule's own repository, or copy "
			     "what is needed from it");
}

static int walk_to_the_end(struct walk *walk, struct err *err)
{
	struct bytes one;

	while ((one = next_component(&walk->rest)).len) {
		const char *here = str_text(&walk->at);

		if (walk->kind == TREE_GITLINK)
			return refuse_submodule(here, err);
		if (walk->kind != TREE_DIR)
			return err_set(err, ERR_NOT_FOUND,
				       "%s: '%s' is not a directory",
				       walk->asked, here);
		if (step(walk, one, err) < 0)
			return -1;
	}
	return 0;
}

/* Walk to `asked`; `real` is then where it is. */
static int resolve(const struct tree *tree, struct arena *arena,
		   const char *asked, enum tree_kind *kind, const char **real,
		   struct err *err)
{
	struct walk walk = {
		.tree = tree,
		.arena = arena,
		.asked = asked,
		.at = STR_INIT(PATH_CAP),
		.rest = asked,
		.kind = TREE_DIR,
	};
	int failed = walk_to_the_end(&walk, err);

	*kind = walk.kind;
	*real = str_keep(&walk.at, arena);
	str_release(&walk.at);
	return failed;
}

int tree_resolve(const struct tree *tree, struct arena *arena, const char *path,
		 enum tree_kind *kind, const char **real, struct err *err)
{
	enum tree_kind found;
	const char *where;

	if (resolve(tree, arena, path, &found, &where, err) < 0)
		return -1;
	*kind = found;
	if (real)
		*real = where;
	return 0;
}

/* ---- reading ---- */

static bool is_lfs_pointer(struct bytes text)
{
	return text.len < LFS_CAP && str_starts(text.data, lfs_version);
}

int tree_read(const struct tree *tree, struct arena *arena, const char *path,
	      struct bytes *out, struct err *err)
{
	enum tree_kind kind;
	const char *real;
	struct bytes text;

	if (resolve(tree, arena, path, &kind, &real, err) < 0)
		return -1;
	switch (kind) {
	case TREE_FILE:
		break;
	case TREE_DIR:
		return err_set(err, ERR_INPUT,
			       "%s: a directory where a file is expected",
			       path);
	case TREE_GITLINK:
		return refuse_submodule(path, err);
	case TREE_LINK:
	case TREE_OTHER:
		return err_set(err, ERR_INPUT, "%s: not a regular file", path);
	}
	if (tree->backend->read(tree->data, arena, real, TREE_FILE_CAP, &text,
				err) < 0)
		return -1;
	if (is_lfs_pointer(text)) {
		err_set(err, ERR_INPUT,
			"%s: a Git LFS pointer, not the file itself", path);
		return err_hint(err,
				"keep manifests in git itself: git lfs "
				"migrate export --include='%s'",
				path);
	}
	*out = text;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct tree_entry *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/*
 * Whoever writes a tree object by hand can put anything into it: names that
 * would mean another place, and one name twice.
 */
static int check_names(const char *path, const struct tree_entries *entries,
		       struct err *err)
{
	for (size_t i = 0; i < entries->n; i++) {
		const char *name = entries->v[i].name;

		if (!*name || strchr(name, '/') || str_equal(name, ".") ||
		    str_equal(name, ".."))
			return err_set(err, ERR_INPUT,
				       "%s: has an entry named '%s'",
				       *path ? path : "/", name);
		if (i && str_equal(entries->v[i - 1].name, name))
			return err_set(err, ERR_INPUT,
				       "%s: has two entries named '%s'",
				       *path ? path : "/", name);
	}
	return 0;
}

int tree_list(const struct tree *tree, struct arena *arena, const char *path,
	      struct tree_entries *out, struct err *err)
{
	struct tree_entries entries = { 0 };
	enum tree_kind kind;
	const char *real;

	if (resolve(tree, arena, path, &kind, &real, err) < 0)
		return -1;
	if (kind == TREE_GITLINK)
		return refuse_submodule(path, err);
	if (kind != TREE_DIR)
		return err_set(err, ERR_INPUT,
			       "%s: a file where a directory is expected",
			       path);
	if (tree->backend->list(tree->data, arena, real, &entries, err) < 0)
		return -1;
	if (entries.n)
		qsort(entries.v, entries.n, sizeof(*entries.v), by_name);
	if (check_names(path, &entries, err) < 0)
		return -1;
	*out = entries;
	return 0;
}

bool tree_is_below(const char *path, const char *top)
{
	const size_t n = strlen(top);

	return !n || (strncmp(path, top, n) == 0 &&
		      (path[n] == '/' || path[n] == '\0'));
}
