/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/vec.h"
#include "cluster/kube/config_entry.h"
#include "cluster/kube/in_cluster.h"
#include "document/document.h"

#define FILE_CAP  ((size_t)8 << 20)
#define TOKEN_CAP ((size_t)64 << 10)

/* A named entry, and the file it comes from. */
struct named {
	const char *file;
	json_t *value;
};

/* All files together: of each name, the first. */
struct merged {
	struct run *run;
	const struct cluster_args *args;
	struct map *clusters;
	struct map *contexts;
	struct map *users;
	const char *current;
	const char *files; /* for messages */
};

struct paths {
	const char **v;
	size_t n, room;
};

/* The entries of one list, such as "clusters": [{name, cluster}]. */
static int merge_list(struct merged *all, const char *file, json_t *config,
		      const char *list, const char *member, struct map *into,
		      struct err *err)
{
	json_t *items = json_object_get(config, list), *item;
	size_t i;

	if (!items || json_is_null(items))
		return 0;
	if (!json_is_array(items))
		return err_set(err, ERR_INPUT, "%s: %s: expected a list", file,
			       list);
	json_array_foreach(items, i, item) {
		const char *name = doc_get_string(item, "name", NULL);
		json_t *value = json_object_get(item, member);
		struct named *named;

		if (!name || !json_is_object(value))
			return err_set(err, ERR_INPUT,
				       "%s: %s: item %zu: expected a name and "
				       "a %s",
				       file, list, i + 1, member);
		if (map_has(into, name))
			continue;
		named = arena_alloc(all->run->arena, sizeof(*named));
		*named = (struct named){ .file = file, .value = value };
		map_set(into, name, named);
	}
	return 0;
}

static int merge_file(struct merged *all, const char *file, struct bytes text,
		      struct err *err)
{
	struct docs docs = { 0 };
	const char *current;
	json_t *config;

	if (doc_read_yaml(all->run->arena, file, text, NULL, &docs, err) < 0)
		return -1;
	if (docs.n == 0)
		return 0;
	config = docs.v[0].value;
	if (docs.n > 1 || !json_is_object(config))
		return err_set(err, ERR_INPUT,
			       "%s: expected one mapping, as kubectl config "
			       "view prints it",
			       file);
	if (merge_list(all, file, config, "clusters", "cluster", all->clusters,
		       err) < 0 ||
	    merge_list(all, file, config, "contexts", "context", all->contexts,
		       err) < 0 ||
	    merge_list(all, file, config, "users", "user", all->users, err) < 0)
		return -1;
	current = doc_get_string(config, "current-context", NULL);
	if (current && *current && !all->current)
		all->current = current;
	return 0;
}

/* Whoever can read it can be us. */
static void warn_of_mode(struct run *run, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & (S_IROTH | S_IWOTH)))
		run_warn(run,
			 "%s: anybody on this machine can read it; chmod 600 "
			 "keeps its credentials yours",
			 path);
}

static int load_file(struct merged *all, const char *path, bool must_be,
		     bool *found, struct err *err)
{
	const char *tree_dir = all->args->tree_dir;
	AUTO_ERR struct err missing = { 0 };
	struct bytes text;

	if (tree_dir && file_is_below(path, tree_dir)) {
		err_set(err, ERR_REFUSED,
			"%s: a kubeconfig inside the repository is not used",
			path);
		return err_hint(err, "keep it where only you can change it");
	}
	if (file_read(all->run->arena, path, FILE_CAP, &text, &missing) < 0) {
		if (missing.status == ERR_NOT_FOUND && !must_be)
			return 0;
		*err = missing;
		missing = (struct err){ 0 };
		return err_wrap(err, "kubeconfig");
	}
	*found = true;
	return merge_file(all, path, text, err);
}

/* Where kubeconfigs may be, in order. */
static struct paths find_paths(const struct merged *all)
{
	const struct run *run = all->run;
	const char *list = run_env(run, "KUBECONFIG");
	const char *home = run_env(run, "HOME");
	struct paths paths = { 0 };

	if (all->args->kubeconfig) {
		*vec_push(run->arena, &paths) = all->args->kubeconfig;
		return paths;
	}
	while (list && *list) {
		size_t n = strcspn(list, ":");

		if (n)
			*vec_push(run->arena,
				  &paths) = arena_strndup(run->arena, list, n);
		list += n;
		list += strspn(list, ":");
	}
	if (!paths.n && home)
		*vec_push(run->arena, &paths) =
			arena_printf(run->arena, "%s/.kube/config", home);
	return paths;
}

static const char *join(struct arena *arena, const struct paths *paths)
{
	const char *text = paths->n ? paths->v[0] : "";

	for (size_t i = 1; i < paths->n; i++)
		text = arena_printf(arena, "%s:%s", text, paths->v[i]);
	return text;
}

/* `found` says whether there is any file at all. */
static int load_files(struct merged *all, bool *found, struct err *err)
{
	struct run *run = all->run;
	struct paths paths = find_paths(all);

	all->clusters = map_new(run->arena);
	all->contexts = map_new(run->arena);
	all->users = map_new(run->arena);
	all->files = join(run->arena, &paths);
	*found = false;
	for (size_t i = 0; i < paths.n; i++) {
		if (load_file(all, paths.v[i], all->args->kubeconfig != NULL,
			      found, err) < 0)
			return -1;
	}
	if (!*found && run_env(run, "KUBECONFIG"))
		return err_set(err, ERR_NOT_FOUND,
			       "kubeconfig: KUBECONFIG=%s: no such file",
			       all->files);
	return 0;
}

static const char **names(struct arena *arena, const struct map *map)
{
	const char **list = arena_array(arena, map->n + 1, sizeof(*list));

	for (size_t i = 0; i < map->n; i++)
		list[i] = map->entries[i].key;
	return list;
}

static int fail_context(const struct merged *all, const char *name,
			struct err *err)
{
	const char **known = names(all->run->arena, all->contexts);
	const char *nearest = str_nearest(name, known);
	AUTO_STR struct str list = STR_INIT(512);

	err_set(err, ERR_USAGE, "%s: no context '%s'", all->files, name);
	if (nearest)
		return err_hint(err, "did you mean '%s'?", nearest);
	if (!*known)
		return err_hint(err, "make one with kubectl config "
				     "set-context");
	for (size_t i = 0; known[i]; i++)
		str_printf(&list, "%s%s", i ? ", " : "", known[i]);
	return err_hint(err, "it has: %s%s", str_text(&list),
			list.full ? ", ..." : "");
}

static int choose_context(const struct merged *all, const char **name,
			  struct err *err)
{
	*name = all->args->context ? all->args->context : all->current;
	if (!*name) {
		err_set(err, ERR_USAGE, "%s: no current-context", all->files);
		return err_hint(err, "choose one with --context, or with "
				     "kubectl config use-context");
	}
	if (!map_has(all->contexts, *name))
		return fail_context(all, *name, err);
	return 0;
}

/* The cluster, or the user, that the context names. */
static int follow(const struct merged *all, const struct config_entry *context,
		  const char *kind, const struct map *map,
		  struct config_entry *out, struct err *err)
{
	struct arena *arena = all->run->arena;
	const struct named *named;
	const char *name;

	if (kube_entry_string(context, kind, &name, err) < 0)
		return -1;
	if (!name) {
		kube_entry_fail(context, err, "it names no %s", kind);
		return -1;
	}
	named = map_get(map, name);
	if (!named) {
		kube_entry_fail(context, err, "no %s '%s'", kind, name);
		name = str_nearest(name, names(arena, map));
		if (name)
			err_hint(err, "did you mean '%s'?", name);
		return -1;
	}
	*out = *context;
	out->file = named->file;
	out->value = named->value;
	out->from = arena_printf(arena, "%s: %s '%s'", named->file, kind, name);
	return 0;
}

static bool is_label(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n && n <= 63 && !text[n] && text[0] != '-' && text[n - 1] != '-';
}

static int read_context(const struct merged *all, struct kube_config *config,
			struct err *err)
{
	struct config_entry context = {
		.run = all->run,
		.tree_dir = all->args->tree_dir,
	};
	struct config_entry cluster, user;
	const struct named *named;

	if (choose_context(all, &config->context, err) < 0)
		return -1;
	named = map_get(all->contexts, config->context);
	context.file = named->file;
	context.value = named->value;
	context.from = arena_printf(all->run->arena, "%s: context '%s'",
				    named->file, config->context);
	if (kube_entry_string(&context, "namespace", &config->namespace, err) <
		    0 ||
	    follow(all, &context, "cluster", all->clusters, &cluster, err) <
		    0 ||
	    follow(all, &context, "user", all->users, &user, err) < 0)
		return -1;
	if (config->namespace && !is_label(config->namespace))
		return kube_entry_fail(&context, err,
				       "namespace: '%s' is no name for one",
				       config->namespace);
	config->user_from = user.from;
	if (kube_config_read_cluster(&cluster, config, err) < 0 ||
	    kube_config_read_user(&user, config, err) < 0)
		return -1;
	if (config->token || config->password || config->key_pem.len)
		warn_of_mode(all->run, user.file);
	return 0;
}

/* The command line goes before every file. */
static int override(const struct cluster_args *args, struct kube_config *config,
		    struct err *err)
{
	if (args->namespace && !is_label(args->namespace))
		return err_set(err, ERR_USAGE,
			       "--namespace: '%s' is no name for one",
			       args->namespace);
	if (args->namespace)
		config->namespace = args->namespace;
	if (!config->namespace)
		config->namespace = "default";
	if (args->as_groups && *args->as_groups && !args->as && !config->as)
		return err_set(err, ERR_USAGE,
			       "--as-group needs --as, the user to "
			       "impersonate");
	if (args->as) {
		config->as = args->as;
		config->as_uid = NULL;
		config->as_groups = NULL;
		config->n_as_extra = 0;
	}
	if (args->as_groups && *args->as_groups)
		config->as_groups = args->as_groups;
	return 0;
}

int kube_config_load(struct run *run, const struct cluster_args *args,
		     struct kube_config *out, struct err *err)
{
	struct merged all = { .run = run, .args = args };
	struct kube_config config = { 0 };
	bool found;

	if (load_files(&all, &found, err) < 0)
		return -1;
	if (found) {
		if (read_context(&all, &config, err) < 0)
			return -1;
	} else if (kube_in_cluster(run)) {
		if (kube_in_cluster_load(run, &config, err) < 0)
			return -1;
	} else {
		err_set(err, ERR_NOT_FOUND, "there is no kubeconfig: %s",
			*all.files ? all.files : "HOME is not set");
		return err_hint(err, "name one with --kubeconfig or "
				     "KUBECONFIG");
	}
	if (override(args, &config, err) < 0)
		return -1;
	if (config.insecure)
		run_warn(run,
			 "%s: the server's certificate is not verified "
			 "(insecure-skip-tls-verify)",
			 config.context);
	*out = config;
	return 0;
}

int kube_config_read_token(struct run *run, const char *path, const char **out,
			   struct err *err)
{
	struct bytes text;
	size_t len;

	if (file_read(run->arena, path, TOKEN_CAP, &text, err) < 0)
		return err_wrap(err, "token");
	len = text.len;
	while (len && strchr(" \t\r\n", text.data[len - 1]))
		len--;
	if (!len)
		return err_set(err, ERR_INPUT,
			       "%s: expected a token, but it "
			       "is empty",
			       path);
	if (memchr(text.data, '\n', len) || memchr(text.data, '\0', len))
		return err_set(err, ERR_INPUT,
			       "%s: expected a token in one line", path);
	*out = arena_strndup(run->arena, text.data, len);
	run_add_secret(run, *out, len);
	return 0;
}
