/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/vec.h"
#include "document/decode.h"
#include "render/kustomize/kustomization.h"

/* The lists of struct config that are plain lists of fieldspecs. */
static const struct {
	const char *name; /* in a configuration file */
	size_t offset;
} lists[] = {
	{ "commonAnnotations", offsetof(struct config, common_annotations) },
	{ "commonLabels", offsetof(struct config, common_labels) },
	{ "images", offsetof(struct config, images) },
	{ "labels", offsetof(struct config, labels) },
	{ "namePrefix", offsetof(struct config, name_prefix) },
	{ "nameSuffix", offsetof(struct config, name_suffix) },
	{ "namespace", offsetof(struct config, namespace) },
	{ "replicas", offsetof(struct config, replicas) },
	{ "templateLabels", offsetof(struct config, template_labels) },
	{ "varReference", offsetof(struct config, var_reference) },
	{ "volumeClaimTemplateLabels",
	  offsetof(struct config, volume_claim_template_labels) },
};

static struct fieldspecs *list_of(struct config *config, size_t i)
{
	return (struct fieldspecs *)(void *)((unsigned char *)config +
					     lists[i].offset);
}

static const struct fieldspecs *const_list_of(const struct config *config,
					      size_t i)
{
	return (const struct fieldspecs *)(const void *)((const unsigned char *)
								 config +
							 lists[i].offset);
}

/* ---- kustomize's order of kinds ---- */

static const char *const kinds_first[] = {
	"Namespace",
	"ResourceQuota",
	"StorageClass",
	"CustomResourceDefinition",
	"ServiceAccount",
	"PodSecurityPolicy",
	"Role",
	"ClusterRole",
	"RoleBinding",
	"ClusterRoleBinding",
	"ConfigMap",
	"Secret",
	"Endpoints",
	"Service",
	"LimitRange",
	"PriorityClass",
	"PersistentVolume",
	"PersistentVolumeClaim",
	"Deployment",
	"StatefulSet",
	"CronJob",
	"PodDisruptionBudget",
};

static const char *const kinds_last[] = {
	"MutatingWebhookConfiguration",
	"ValidatingWebhookConfiguration",
};

int config_kind_rank(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds_first); i++)
		if (!strcmp(kinds_first[i], kind))
			return (int)i - (int)ARRAY_LEN(kinds_first);
	for (size_t i = 0; i < ARRAY_LEN(kinds_last); i++)
		if (!strcmp(kinds_last[i], kind))
			return (int)i + 1;
	return 0;
}

static const char *text_or(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

/* By rank of the kind, then by group, version and kind as texts, in which a
 * missing one sorts behind letters. */
static int compare_kinds(const char *group_a, const char *version_a,
			 const char *kind_a, const char *group_b,
			 const char *version_b, const char *kind_b)
{
	char a[512], b[512];
	int difference = config_kind_rank(text_or(kind_a, "")) -
			 config_kind_rank(text_or(kind_b, ""));

	if (difference)
		return difference;
	snprintf(a, sizeof(a), "%s_%s_%s", text_or(group_a, "~G"),
		 text_or(version_a, "~V"), text_or(kind_a, "~K"));
	snprintf(b, sizeof(b), "%s_%s_%s", text_or(group_b, "~G"),
		 text_or(version_b, "~V"), text_or(kind_b, "~K"));
	return strcmp(a, b);
}

/* ---- merging ---- */

static bool accepts(const char *wanted, const char *is)
{
	return !wanted || (is && !strcmp(wanted, is));
}

static int conflict(const struct fieldspec *spec, struct err *err)
{
	err_set(err, ERR_INPUT,
		"field '%s' may be created by one configuration and not by "
		"another",
		spec->path);
	return err_hint(err, "set 'create' alike in both");
}

/* Is it there?  1, or 0, or -1 where it contradicts what is there. */
static int find_spec(const struct fieldspec *v, size_t n,
		     const struct fieldspec *spec, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].path, spec->path) != 0 ||
		    !accepts(spec->group, v[i].group) ||
		    !accepts(spec->version, v[i].version) ||
		    !accepts(spec->kind, v[i].kind))
			continue;
		return v[i].create == spec->create ? 1 : conflict(spec, err);
	}
	return 0;
}

/* Put the last of `n` where it belongs; the others are sorted. */
static void sink_spec(struct fieldspec *v, size_t n)
{
	const struct fieldspec last = v[n - 1];
	size_t i = n - 1;

	for (; i > 0 &&
	       compare_kinds(v[i - 1].group, v[i - 1].version, v[i - 1].kind,
			     last.group, last.version, last.kind) > 0;
	     i--)
		v[i] = v[i - 1];
	v[i] = last;
}

int config_merge_fieldspecs(struct arena *arena, const struct fieldspecs *base,
			    const struct fieldspecs *more,
			    struct fieldspecs *out, struct err *err)
{
	struct fieldspec *v;
	size_t n = base->n;
	int found;

	if (!more->n || more->v == base->v) {
		*out = *base;
		return 0;
	}
	v = arena_array(arena, base->n + more->n, sizeof(*v));
	if (base->n)
		memcpy(v, base->v, base->n * sizeof(*v));
	for (size_t i = 0; i < more->n; i++) {
		found = find_spec(v, n, &more->v[i], err);
		if (found < 0)
			return -1;
		if (!found)
			v[n++] = more->v[i];
	}
	out->v = v;
	out->n = n;
	return 0;
}

static void sort_specs(struct arena *arena, struct fieldspecs *specs)
{
	struct fieldspec *v;

	if (!specs->n)
		return;
	v = arena_memdup(arena, specs->v, specs->n * sizeof(*v));
	for (size_t n = 2; n <= specs->n; n++)
		sink_spec(v, n);
	specs->v = v;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static int add_reference(struct arena *arena, struct reference *v, size_t *n,
			 const struct reference *reference, struct err *err)
{
	for (size_t i = 0; i < *n; i++)
		if (same(v[i].group, reference->group) &&
		    same(v[i].version, reference->version) &&
		    same(v[i].kind, reference->kind))
			return config_merge_fieldspecs(arena, &v[i].referrers,
						       &reference->referrers,
						       &v[i].referrers, err);
	v[(*n)++] = *reference;
	return 0;
}

static void sink_reference(struct reference *v, size_t n)
{
	const struct reference last = v[n - 1];
	size_t i = n - 1;

	for (; i > 0 &&
	       compare_kinds(v[i - 1].group, v[i - 1].version, v[i - 1].kind,
			     last.group, last.version, last.kind) > 0;
	     i--)
		v[i] = v[i - 1];
	v[i] = last;
}

static int merge_references(struct arena *arena, const struct references *base,
			    const struct references *more,
			    struct references *out, struct err *err)
{
	struct reference *v;
	size_t n = base->n;

	if (!more->n || more->v == base->v) {
		*out = *base;
		return 0;
	}
	v = arena_array(arena, base->n + more->n, sizeof(*v));
	if (base->n)
		memcpy(v, base->v, base->n * sizeof(*v));
	for (size_t i = 0; i < more->n; i++)
		if (add_reference(arena, v, &n, &more->v[i], err) < 0)
			return -1;
	for (size_t i = 2; i <= n; i++)
		sink_reference(v, i);
	out->v = v;
	out->n = n;
	return 0;
}

int config_merge(struct arena *arena, const struct config *base,
		 const struct config *more, struct config *out, struct err *err)
{
	struct config merged;
	struct fieldspecs *list;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const struct fieldspecs *old = const_list_of(base, i);

		list = list_of(&merged, i);
		if (config_merge_fieldspecs(arena, old, const_list_of(more, i),
					    list, err) < 0)
			return -1;
		if (list->v != old->v)
			sort_specs(arena, list);
	}
	if (merge_references(arena, &base->references, &more->references,
			     &merged.references, err) < 0)
		return -1;
	*out = merged;
	return 0;
}

/* ---- a file of `configurations` ---- */

struct reference_entry {
	const struct node *at;
	const struct node *group;
	const struct node *version;
	const struct node *kind;
	struct field_entries fields;
};

/* clang-format off */
static const struct decode_field reference_fields[] = {
	DECODE_STRUCTS(struct reference_entry, fields, "fieldSpecs",
		       &field_table),
	DECODE_TEXT(struct reference_entry, group, "group"),
	DECODE_TEXT(struct reference_entry, kind, "kind"),
	DECODE_TEXT(struct reference_entry, version, "version"),
};
static const struct decode_table reference_table =
	DECODE_TABLE(struct reference_entry, reference_fields);
/* clang-format on */

static const char *text_or_null(const struct node *node)
{
	return node && node->n ? node->text : NULL;
}

void config_take_fields(struct arena *arena, const struct field_entries *from,
			struct fieldspecs *out)
{
	struct fieldspec *v = arena_array(arena, from->n, sizeof(*v));

	for (size_t i = 0; i < from->n; i++)
		v[i] = (struct fieldspec){
			.group = text_or_null(from->v[i].group),
			.version = text_or_null(from->v[i].version),
			.kind = text_or_null(from->v[i].kind),
			.path = node_text(from->v[i].path),
			.create = from->v[i].create,
		};
	out->v = v;
	out->n = from->n;
}

static int read_fields(struct arena *arena, struct node *list,
		       struct fieldspecs *out, struct err *err)
{
	struct field_entries fields = { 0 };

	if (list->kind != NODE_SEQUENCE)
		return node_fail(list, err, "expected a list of fields");
	for (size_t i = 0; i < list->n; i++) {
		struct field_entry *field = vec_push(arena, &fields);

		*field = (struct field_entry){ 0 };
		if (doc_decode(arena, list->items[i], &field_table,
			       DECODE_ANY_CASE | DECODE_SPELL, field, err) < 0)
			return -1;
	}
	config_take_fields(arena, &fields, out);
	return 0;
}

static int read_references(struct arena *arena, const struct node *list,
			   struct references *out, struct err *err)
{
	struct reference *v = arena_array(arena, list->n, sizeof(*v));

	if (list->kind != NODE_SEQUENCE)
		return node_fail(list, err, "expected a list of references");
	for (size_t i = 0; i < list->n; i++) {
		struct reference_entry entry = { 0 };

		if (doc_decode(arena, list->items[i], &reference_table,
			       DECODE_ANY_CASE | DECODE_SPELL, &entry, err) < 0)
			return -1;
		v[i].group = text_or_null(entry.group);
		v[i].version = text_or_null(entry.version);
		v[i].kind = text_or_null(entry.kind);
		config_take_fields(arena, &entry.fields, &v[i].referrers);
	}
	out->v = v;
	out->n = list->n;
	return 0;
}

static int fail_list(const struct node *root, const struct node_entry *entry,
		     struct err *err)
{
	const char *names[ARRAY_LEN(lists) + 2] = { "nameReference" };
	const char *near;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		names[i + 1] = lists[i].name;
	err_set(err, ERR_INPUT, "%s:%u: unknown field '%.80s'", root->file,
		entry->line, entry->key);
	near = str_nearest(entry->key, names);
	return near ? err_hint(err, "did you mean '%s'?", near) : -1;
}

static int read_list(struct arena *arena, const struct node *root,
		     const struct node_entry *entry, struct config *out,
		     struct err *err)
{
	if (node_is_null(entry->value))
		return 0;
	if (!strcasecmp(entry->key, "nameReference"))
		return read_references(arena, entry->value, &out->references,
				       err);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (!strcasecmp(entry->key, lists[i].name))
			return read_fields(arena, entry->value, list_of(out, i),
					   err);
	return fail_list(root, entry, err);
}

int config_read(struct arena *arena, const struct node *root,
		struct config *out, struct err *err)
{
	static const struct config nothing;
	struct config read = { 0 };

	if (root->kind != NODE_MAPPING)
		return node_fail(root, err,
				 "expected a mapping of lists of fields");
	for (size_t i = 0; i < root->n; i++)
		if (read_list(arena, root, &root->entries[i], &read, err) < 0)
			return -1;
	/* Merging sorts. */
	return config_merge(arena, &nothing, &read, out, err);
}
