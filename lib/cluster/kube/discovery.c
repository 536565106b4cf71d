/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/kube/discovery.h"

#include <string.h>

#include "base/vec.h"
#include "document/document.h"

#define ACCEPT                                                                 \
	"application/json;g=apidiscovery.k8s.io;v=v2;"                         \
	"as=APIGroupDiscoveryList,"                                            \
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;"                    \
	"as=APIGroupDiscoveryList,"                                            \
	"application/json"

void kube_kinds_init(struct arena *arena, struct kube_kinds *kinds)
{
	*kinds = (struct kube_kinds){
		.arena = arena,
		.index = map_new(arena),
		.stale = map_new(arena),
	};
}

static char *kind_key(struct arena *arena, const char *group,
		      const char *version, const char *kind)
{
	return arena_printf(arena, "%s/%s/%s", group, version, kind);
}

const struct kube_kind *kube_kinds_find(const struct kube_kinds *kinds,
					const char *group, const char *version,
					const char *kind)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	return map_get(kinds->index, kind_key(scratch, group, version, kind));
}

static bool has_verb(const json_t *resource, const char *verb)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(resource, "verbs"), i, one) {
		if (str_equal(json_string_value(one), verb))
			return true;
	}
	return false;
}

/* The first resource of a kind is the kind's. */
static void add_kind(struct kube_kinds *kinds, const char *group,
		     const char *version, const char *kind, const char *plural,
		     const json_t *resource, bool namespaced)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *key = kind_key(scratch, group, version, kind);
	struct arena *arena = kinds->arena;
	struct kube_kind *one;

	if (map_has(kinds->index, key))
		return;
	one = arena_alloc(arena, sizeof(*one));
	*one = (struct kube_kind){
		.group = arena_strdup(arena, group),
		.version = arena_strdup(arena, version),
		.kind = arena_strdup(arena, kind),
		.plural = arena_strdup(arena, plural),
		.namespaced = namespaced,
		.can_list = has_verb(resource, "list"),
		.can_patch = has_verb(resource, "patch"),
	};
	map_set(kinds->index, key, one);
	*vec_push(arena, kinds) = one;
}

static void read_version(const char *group, const json_t *version,
			 struct kube_kinds *kinds)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	const char *name = doc_get_string(version, "version", NULL);
	const char *freshness = doc_get_string(version, "freshness", NULL);
	const json_t *resource;
	size_t i;

	if (!name)
		return;
	if (str_equal(freshness, "Stale"))
		map_set(kinds->stale,
			arena_printf(scratch, "%s/%s", group, name), kinds);
	json_array_foreach(json_object_get(version, "resources"), i, resource) {
		const char *plural = doc_get_string(resource, "resource", NULL);
		const char *kind = doc_get_string(resource, "responseKind",
						  "kind", NULL);
		const char *scope = doc_get_string(resource, "scope", NULL);

		if (plural && kind)
			add_kind(kinds, group, name, kind, plural, resource,
				 str_equal(scope, "Namespaced"));
	}
}

static void read_groups(const json_t *list, struct kube_kinds *kinds)
{
	const json_t *group, *version;
	size_t i, j;

	json_array_foreach(json_object_get(list, "items"), i, group) {
		const char *name = doc_get_string(group, "metadata", "name",
						  NULL);

		json_array_foreach(json_object_get(group, "versions"), j,
				   version) {
			read_version(name ? name : "", version, kinds);
		}
	}
}

/* What a server without aggregated discovery says of a group version. */
static void read_resources(const char *group, const char *version,
			   const json_t *list, struct kube_kinds *kinds)
{
	const json_t *resource;
	size_t i;

	json_array_foreach(json_object_get(list, "resources"), i, resource) {
		const char *plural = doc_get_string(resource, "name", NULL);
		const char *kind = doc_get_string(resource, "kind", NULL);

		/* "deployments/scale" is no kind of its own. */
		if (plural && kind && !strchr(plural, '/'))
			add_kind(kinds, group, version, kind, plural, resource,
				 json_is_true(json_object_get(resource,
							      "namespaced")));
	}
}

static int parse(struct arena *arena, const char *name, struct bytes body,
		 json_t **out, struct err *err)
{
	if (doc_read_json(arena, name, body, out, err) < 0)
		return err_hint(err, "check that the server of the kubeconfig "
				     "is a Kubernetes API server");
	return 0;
}

int kube_discovery_read(const char *name, struct bytes body,
			struct kube_kinds *kinds, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *list;

	if (parse(scratch, name, body, &list, err) < 0)
		return -1;
	read_groups(list, kinds);
	return 0;
}

/* One group version to be asked for. */
struct old_version {
	const char *group;
	const char *version;
};

struct old_versions {
	struct old_version *v;
	size_t n;
	size_t room;
};

static void add_version(struct arena *arena, const char *group,
			const char *version, struct old_versions *out)
{
	if (!version)
		return;
	*vec_push(arena, out) = (struct old_version){
		.group = group,
		.version = version,
	};
}

/* What a server without aggregated discovery says of GET /api and /apis: an
 * APIVersions and an APIGroupList. */
static void old_versions(struct arena *arena, const json_t *list,
			 const struct map *groups, struct old_versions *out)
{
	const json_t *group, *version;
	size_t i, j;

	json_array_foreach(json_object_get(list, "versions"), i, version) {
		add_version(arena, "", json_string_value(version), out);
	}
	json_array_foreach(json_object_get(list, "groups"), i, group) {
		const char *name = doc_get_string(group, "name", NULL);

		if (!name || !map_has(groups, name))
			continue;
		json_array_foreach(json_object_get(group, "versions"), j,
				   version) {
			add_version(arena, name,
				    doc_get_string(version, "version", NULL),
				    out);
		}
	}
}

static int ask_old(struct kube_client *client, struct arena *scratch,
		   const struct old_versions *versions,
		   struct kube_kinds *kinds, struct err *err)
{
	struct kube_call *calls = arena_array(scratch, versions->n,
					      sizeof(*calls));
	int status;

	for (size_t i = 0; i < versions->n; i++) {
		const char *group = http_escape(scratch, versions->v[i].group);

		calls[i].method = "GET";
		calls[i].path = arena_printf(
			scratch, "%s%s/%s", *group ? "/apis/" : "/api", group,
			http_escape(scratch, versions->v[i].version));
		calls[i].arena = scratch;
	}
	status = kube_client_all(client, calls, versions->n, err);
	for (size_t i = 0; i < versions->n; i++)
		err_clear(&calls[i].response.err);
	if (status < 0)
		return -1;
	for (size_t i = 0; i < versions->n; i++) {
		const struct old_version *one = &versions->v[i];
		json_t *list;

		/* The server of one group may be down; another's kinds can be
		 * all that is wanted. */
		if (calls[i].response.status != 200) {
			map_set(kinds->stale,
				arena_printf(scratch, "%s/%s", one->group,
					     one->version),
				kinds);
			continue;
		}
		if (parse(scratch, calls[i].path, calls[i].response.body, &list,
			  err) < 0)
			return -1;
		read_resources(one->group, one->version, list, kinds);
	}
	return 0;
}

/* What one of them answered.  The older form names only versions, whose kinds
 * are still to be asked for. */
static int read_root(struct kube_client *client, struct arena *scratch,
		     struct kube_call *call, const struct map *groups,
		     struct old_versions *versions, struct kube_kinds *out,
		     struct err *err)
{
	json_t *list;

	if (call->response.status != 200)
		return kube_client_fail(client, call, err);
	if (parse(scratch, call->path, call->response.body, &list, err) < 0)
		return -1;
	if (str_equal(doc_get_string(list, "kind", NULL),
		      "APIGroupDiscoveryList"))
		read_groups(list, out);
	else
		old_versions(scratch, list, groups, versions);
	return 0;
}

int kube_discover(struct kube_client *client, struct arena *arena,
		  const struct map *groups, struct kube_kinds *out,
		  struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct old_versions versions = { 0 };
	struct kube_call calls[] = {
		{ .method = "GET", .path = "/api" },
		{ .method = "GET", .path = "/apis" },
	};
	int status;

	kube_kinds_init(arena, out);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		calls[i].accept = ACCEPT;
		calls[i].arena = scratch;
	}
	status = kube_client_all(client, calls, ARRAY_LEN(calls), err);
	for (size_t i = 0; status == 0 && i < ARRAY_LEN(calls); i++)
		status = read_root(client, scratch, &calls[i], groups,
				   &versions, out, err);
	/* Both may have failed, and one is enough to say. */
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		err_clear(&calls[i].response.err);
	if (status < 0)
		return -1;
	out->all = !versions.n;
	return ask_old(client, scratch, &versions, out, err);
}
