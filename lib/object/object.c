/* SPDX-License-Identifier: Apache-2.0 */
#include "object/object.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"

#define LABEL_MOST 63 /* RFC 1123 */

static bool is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Nothing but lower case, digits and the characters in `more`, and at both
 * ends none of these? */
static bool is_dns(const char *text, const char *more)
{
	size_t n = strlen(text);

	if (!n || !is_lower_or_digit(text[0]) ||
	    !is_lower_or_digit(text[n - 1]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_lower_or_digit(text[i]) && !strchr(more, text[i]))
			return false;
	return true;
}

static bool is_kind(const char *text)
{
	for (size_t i = 0; text[i]; i++)
		if (!is_upper(text[i]) && !is_lower_or_digit(text[i]) &&
		    text[i] != '-')
			return false;
	return *text && *text != '-';
}

/* What may stand for one object in a URL, by the server's own rule. */
static bool is_path_segment(const char *text)
{
	if (!*text || str_equal(text, ".") || str_equal(text, ".."))
		return false;
	for (size_t i = 0; text[i]; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7f || c == '/' || c == '%')
			return false;
	}
	return true;
}

/* The string under a path of up to two keys; "" where there is none. */
static int get_text(const struct doc *doc, const char *outer, const char *inner,
		    const char **out, struct err *err)
{
	const json_t *value = inner ? doc_get(doc->value, outer, inner, NULL) :
				      doc_get(doc->value, outer, NULL);

	*out = "";
	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value)) {
		err_set(err, ERR_INPUT, "%s: %s%s%s is no string", doc->origin,
			outer, inner ? "." : "", inner ? inner : "");
		return err_hint(err, "quote it");
	}
	*out = json_string_value(value);
	if (strlen(*out) != json_string_length(value))
		return err_set(err, ERR_INPUT, "%s: %s%s%s has a NUL in it",
			       doc->origin, outer, inner ? "." : "",
			       inner ? inner : "");
	return 0;
}

static int read_texts(const struct doc *doc, struct object *object,
		      struct err *err)
{
	if (!json_is_object(doc->value)) {
		err_set(err, ERR_INPUT, "%s: not an object but %s", doc->origin,
			json_is_array(doc->value) ? "a list" : "a scalar");
		return err_hint(err, "an object is a mapping with apiVersion, "
				     "kind and metadata");
	}
	if (get_text(doc, "apiVersion", NULL, &object->api_version, err) < 0 ||
	    get_text(doc, "kind", NULL, &object->kind, err) < 0)
		return -1;
	if (!*object->api_version)
		return err_set(err, ERR_INPUT, "%s: apiVersion is missing",
			       doc->origin);
	if (!*object->kind)
		return err_set(err, ERR_INPUT, "%s: kind is missing",
			       doc->origin);
	if (get_text(doc, "metadata", "name", &object->name, err) < 0 ||
	    get_text(doc, "metadata", "namespace", &object->namespace, err) < 0)
		return -1;
	return 0;
}

static int split_api_version(struct arena *arena, const struct doc *doc,
			     struct object *object, struct err *err)
{
	const char *slash = strchr(object->api_version, '/');

	if (slash) {
		object->group =
			arena_strndup(arena, object->api_version,
				      (size_t)(slash - object->api_version));
		object->version = slash + 1;
	} else {
		object->group = "";
		object->version = object->api_version;
	}
	if ((slash && !is_dns(object->group, "-.")) ||
	    !is_dns(object->version, "-"))
		return err_set(err, ERR_INPUT,
			       "%s: apiVersion '%s' is neither VERSION nor "
			       "GROUP/VERSION",
			       doc->origin, object->api_version);
	if (!is_kind(object->kind))
		return err_set(err, ERR_INPUT, "%s: '%s' is no kind",
			       doc->origin, object->kind);
	return 0;
}

static int check_names(const struct doc *doc, const struct object *object,
		       struct err *err)
{
	if (!*object->name) {
		if (!doc_get(doc->value, "metadata", "generateName", NULL))
			return err_set(err, ERR_INPUT,
				       "%s: %s: metadata.name is missing",
				       doc->origin, object->kind);
		err_set(err, ERR_INPUT,
			"%s: %s: generateName would make one more object on "
			"every sync",
			doc->origin, object->kind);
		return err_hint(err, "give it a metadata.name");
	}
	if (!is_path_segment(object->name))
		return err_set(err, ERR_INPUT,
			       "%s: %s: no server takes the name '%s'",
			       doc->origin, object->kind, object->name);
	if (*object->namespace && (!is_dns(object->namespace, "-") ||
				   strlen(object->namespace) > LABEL_MOST))
		return err_set(err, ERR_INPUT,
			       "%s: %s %s: no server takes the namespace '%s'",
			       doc->origin, object->kind, object->name,
			       object->namespace);
	return 0;
}

int object_from_doc(struct arena *arena, const struct doc *doc,
		    struct object *out, struct err *err)
{
	struct object object = { .doc = doc->value, .origin = doc->origin };

	if (read_texts(doc, &object, err) < 0 ||
	    split_api_version(arena, doc, &object, err) < 0 ||
	    check_names(doc, &object, err) < 0)
		return -1;
	if (doc_get(doc->value, "metadata", "managedFields", NULL)) {
		err_set(err, ERR_INPUT,
			"%s: %s %s: metadata.managedFields is the server's own",
			doc->origin, object.kind, object.name);
		return err_hint(err, "remove it from the file");
	}
	*out = object;
	return 0;
}

/* The member `i` of a List, which begins at a line of its own where the
 * reader has kept it. */
static struct doc list_item(struct arena *arena, const struct doc *list,
			    json_t *item, size_t i)
{
	struct doc one = {
		.value = item,
		.origin = list->origin,
		.name = list->name,
		.line = list->line,
	};

	if (i < list->n_item_lines) {
		one.line = list->item_lines[i];
		one.origin = arena_printf(arena, "%s:%u", list->name, one.line);
	}
	return one;
}

/* Those of a List, or NULL. */
static const json_t *items_of(const struct doc *doc)
{
	const char *kind = doc_get_string(doc->value, "kind", NULL);
	const json_t *items = doc_get(doc->value, "items", NULL);

	return kind && str_ends(kind, "List") && json_is_array(items) ? items :
									NULL;
}

void objects_split_doc(struct arena *arena, const struct doc *doc,
		       struct docs *out)
{
	const json_t *items = items_of(doc);
	json_t *item;
	size_t i;

	if (!items)
		*vec_push(arena, out) = *doc;
	json_array_foreach(items, i, item) {
		const struct doc one = list_item(arena, doc, item, i);

		objects_split_doc(arena, &one, out);
	}
}

int objects_add_doc(struct arena *arena, const struct doc *doc,
		    struct objects *out, struct err *err)
{
	struct docs docs = { 0 };
	struct object object;

	if (items_of(doc)) {
		objects_split_doc(arena, doc, &docs);
		for (size_t i = 0; i < docs.n; i++)
			if (objects_add_doc(arena, &docs.v[i], out, err) < 0)
				return -1;
		return 0;
	}
	if (object_from_doc(arena, doc, &object, err) < 0)
		return -1;
	*vec_push(arena, out) = object;
	return 0;
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

struct object object_as_is(struct arena *arena, const struct doc *doc)
{
	const char *api_version =
		text_or_empty(doc_get_string(doc->value, "apiVersion", NULL));
	const char *slash = strchr(api_version, '/');

	return (struct object){
		.api_version = api_version,
		.group = slash ? arena_strndup(arena, api_version,
					       (size_t)(slash - api_version)) :
				 "",
		.version = slash ? slash + 1 : api_version,
		.kind = text_or_empty(doc_get_string(doc->value, "kind", NULL)),
		.namespace = text_or_empty(doc_get_string(doc->value,
							  "metadata",
							  "namespace", NULL)),
		.name = text_or_empty(
			doc_get_string(doc->value, "metadata", "name", NULL)),
		.doc = doc->value,
		.origin = doc->origin,
	};
}

bool object_is(const struct object *object, const char *group, const char *kind)
{
	return str_equal(object->group, group) && str_equal(object->kind, kind);
}

bool object_same(const struct object *a, const struct object *b)
{
	return object_is(a, b->group, b->kind) &&
	       str_equal(a->namespace, b->namespace) &&
	       str_equal(a->name, b->name);
}

char *object_key(struct arena *arena, const struct object *object)
{
	return arena_printf(arena, "%s/%s/%s/%s", object->group, object->kind,
			    object->namespace, object->name);
}

char *object_shown(struct arena *arena, const struct object *object)
{
	return arena_printf(arena, "%s %s%s%s", object->kind, object->namespace,
			    *object->namespace ? "/" : "", object->name);
}

/* Kinds with a stage of their own.  Sorted by group, then kind. */
static const struct {
	const char *group;
	const char *kind;
	enum object_stage stage;
} stages[] = {
	/* clang-format off */
	{ "",			"ConfigMap",		 STAGE_CONFIG },
	{ "",			"LimitRange",		 STAGE_POLICY },
	{ "",			"Namespace",		 STAGE_NAMESPACE },
	{ "",			"PersistentVolume",	 STAGE_CONFIG },
	{ "",			"PersistentVolumeClaim", STAGE_CONFIG },
	{ "",			"Pod",			 STAGE_WORKLOAD },
	{ "",			"ReplicationController", STAGE_WORKLOAD },
	{ "",			"ResourceQuota",	 STAGE_POLICY },
	{ "",			"Secret",		 STAGE_CONFIG },
	{ "",			"Service",		 STAGE_SERVICE },
	{ "",			"ServiceAccount",	 STAGE_POLICY },
	{ "apiextensions.k8s.io", "CustomResourceDefinition", STAGE_CRD },
	{ "apiregistration.k8s.io", "APIService",	 STAGE_APISERVICE },
	{ "apps",		"DaemonSet",		 STAGE_WORKLOAD },
	{ "apps",		"Deployment",		 STAGE_WORKLOAD },
	{ "apps",		"ReplicaSet",		 STAGE_WORKLOAD },
	{ "apps",		"StatefulSet",		 STAGE_WORKLOAD },
	{ "batch",		"CronJob",		 STAGE_WORKLOAD },
	{ "batch",		"Job",			 STAGE_WORKLOAD },
	/* clang-format on */
};

enum object_stage object_stage(const struct object *object)
{
	for (size_t i = 0; i < ARRAY_LEN(stages); i++)
		if (object_is(object, stages[i].group, stages[i].kind))
			return stages[i].stage;
	if (str_equal(object->group, "rbac.authorization.k8s.io"))
		return STAGE_POLICY;
	/* Webhooks and admission policies can refuse all that comes after. */
	if (str_equal(object->group, "admissionregistration.k8s.io"))
		return STAGE_WEBHOOK;
	if (str_ends(object->kind, "Class"))
		return STAGE_CLASS;
	return STAGE_REST;
}

int object_order(const void *a, const void *b)
{
	const struct object *left = a, *right = b;
	int difference = (int)object_stage(left) - (int)object_stage(right);

	if (!difference)
		difference = strcmp(left->group, right->group);
	if (!difference)
		difference = strcmp(left->kind, right->kind);
	if (!difference)
		difference = strcmp(left->namespace, right->namespace);
	if (!difference)
		difference = strcmp(left->name, right->name);
	return difference;
}

static void refuse_twice(const struct object *a, const struct object *b,
			 struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err one = { 0 };

	err_set(&one, ERR_INPUT, "%s: %s is there twice; also at %s", b->origin,
		object_shown(scratch, b), a->origin);
	err_hint(&one, "remove one of them");
	err_append(err, &one);
}

struct object *objects_find(const struct objects *sorted,
			    const struct object *object)
{
	return sorted->n ? bsearch(object, sorted->v, sorted->n,
				   sizeof(*sorted->v), object_order) :
			   NULL;
}

int objects_sort(struct objects *objects, struct err *err)
{
	bool twice = false;

	if (objects->n)
		qsort(objects->v, objects->n, sizeof(*objects->v),
		      object_order);
	for (size_t i = 1; i < objects->n; i++) {
		if (!object_same(&objects->v[i - 1], &objects->v[i]))
			continue;
		refuse_twice(&objects->v[i - 1], &objects->v[i], err);
		twice = true;
	}
	return twice ? -1 : 0;
}

static int by_text(const void *key, const void *member)
{
	return strcmp(key, *(const char *const *)member);
}

bool object_is_own_group(const char *group)
{
	/* Sorted. */
	static const char *const own[] = {
		"",
		"admissionregistration.k8s.io",
		"apiextensions.k8s.io",
		"apiregistration.k8s.io",
		"apps",
		"authentication.k8s.io",
		"authorization.k8s.io",
		"autoscaling",
		"batch",
		"certificates.k8s.io",
		"coordination.k8s.io",
		"discovery.k8s.io",
		"events.k8s.io",
		"extensions",
		"flowcontrol.apiserver.k8s.io",
		"internal.apiserver.k8s.io",
		"networking.k8s.io",
		"node.k8s.io",
		"policy",
		"rbac.authorization.k8s.io",
		"resource.k8s.io",
		"scheduling.k8s.io",
		"storage.k8s.io",
		"storagemigration.k8s.io",
	};

	return bsearch(group, own, ARRAY_LEN(own), sizeof(*own), by_text);
}

/* Neither object nor map is changed by it; jansson does not say so. */
static json_t *shallow_copy(struct arena *arena, const json_t *map)
{
	return doc_keep(arena, json_copy((json_t *)(uintptr_t)map));
}

json_t *object_rename(struct arena *arena, const json_t *doc,
		      const char *namespace, const char *name)
{
	json_t *out = shallow_copy(arena, doc);
	json_t *metadata = shallow_copy(arena, doc_get(doc, "metadata", NULL));

	doc_set_string(metadata, name, "name", NULL);
	if (*namespace)
		doc_set_string(metadata, namespace, "namespace", NULL);
	else
		doc_set(metadata, NULL, "namespace", NULL);
	doc_set(out, metadata, "metadata", NULL);
	return out;
}

void object_set_namespace(struct arena *arena, struct object *object,
			  const char *namespace)
{
	if (str_equal(object->namespace, namespace))
		return;
	object->namespace = namespace;
	object->doc = object_rename(arena, object->doc, namespace,
				    object->name);
}
