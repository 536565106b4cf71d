/* SPDX-License-Identifier: Apache-2.0 */

/* Variables: "$(NAME)" in a text is the value of a field of an object, in the
 * end, when all names are what they will be. */

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "document/decode.h"
#include "document/document.h"
#include "render/kustomize/path.h"
#include "render/kustomize/reference.h"

#define TEXT_CAP ((size_t)8 << 20) /* of a text with its variables */

/* The group and version that a var's object has. */
static struct resource_id target_id(struct build *build,
				    const struct var_object *object)
{
	const char *api_version = node_text(object->api_version);
	const char *slash = strchr(api_version, '/');
	struct resource_id id = {
		.group = node_text(object->group),
		.version = node_text(object->version),
		.kind = node_text(object->kind),
		.name = node_text(object->name),
		.namespace = node_text(object->namespace),
	};

	if (slash && !strchr(slash + 1, '/')) {
		id.group = arena_strndup(build->arena, api_version,
					 (size_t)(slash - api_version));
		id.version = slash + 1;
	} else if (!slash && *api_version) {
		id.version = api_version;
	}
	return id;
}

static bool is_meant(const struct resource_id *wanted,
		     const struct resource_id *id)
{
	if (*wanted->namespace)
		return resource_id_equal(wanted, id);
	return !strcmp(wanted->name, id->name) &&
	       !strcmp(wanted->group, id->group) &&
	       !strcmp(wanted->version, id->version) &&
	       !strcmp(wanted->kind, id->kind);
}

static bool is_or_was(struct build *build, struct resource *resource,
		      const struct resource_id *wanted)
{
	struct resource_id id = resource_id(build, resource);

	if (is_meant(wanted, &id))
		return true;
	for (size_t i = 0; i < resource->past.n; i++) {
		id = resource_past_id(build, resource, i);
		if (is_meant(wanted, &id))
			return true;
	}
	return false;
}

static int bind(struct build *build, struct accumulator *to,
		const struct var_entry *var, struct err *err)
{
	struct resource *found = NULL;
	struct resource_id wanted;

	if (!var->object)
		return node_fail(var->at, err, "var '%s' has no objref",
				 node_text(var->name));
	if (build_check(build, var->at, err) < 0)
		return -1;
	wanted = target_id(build, var->object);
	for (size_t i = 0; i < to->set.n; i++) {
		if (node_is_empty(to->set.v[i]->root) ||
		    !is_or_was(build, to->set.v[i], &wanted))
			continue;
		if (found)
			return node_fail(var->at, err,
					 "var '%s' could read from %s %s "
					 "(%s:%u) and from another (%s:%u)",
					 node_text(var->name), wanted.kind,
					 wanted.name, found->file, found->line,
					 to->set.v[i]->file,
					 to->set.v[i]->line);
		found = to->set.v[i];
	}
	if (found)
		*vec_push(build->arena,
			  &found->variables) = node_text(var->name);
	return 0;
}

static const struct var_entry *find_var(const struct accumulator *in,
					const char *name)
{
	for (size_t i = 0; i < in->vars.n; i++)
		if (!strcmp(node_text(in->vars.v[i]->name), name))
			return in->vars.v[i];
	return NULL;
}

static int add_var(struct build *build, struct accumulator *to,
		   const struct var_entry *var, struct err *err)
{
	const struct var_entry *there = find_var(to, node_text(var->name));

	if (there)
		return node_fail(var->at, err,
				 "var '%s' is declared twice, also at %s:%u",
				 node_text(var->name), there->at->file,
				 there->at->line);
	*vec_push(build->arena, &to->vars) = var;
	return 0;
}

int variable_declare(struct build *build, struct accumulator *to,
		     const struct var_entry *v, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (bind(build, to, &v[i], err) < 0)
			return -1;
	for (size_t i = 0; i < n; i++)
		if (add_var(build, to, &v[i], err) < 0)
			return -1;
	return 0;
}

int variable_merge(struct build *build, struct accumulator *to,
		   const struct accumulator *from, struct err *err)
{
	for (size_t i = 0; i < from->vars.n; i++)
		if (add_var(build, to, from->vars.v[i], err) < 0)
			return -1;
	return 0;
}

/* ---- values ---- */

/* What a variable is in the end. */
struct value {
	const char *text;   /* where it is a text of its own */
	const char *inside; /* where it stands in another */
	enum node_tag tag;
	bool usable; /* it is no collection */
};

struct resolve {
	struct build *build;
	struct map *values; /* name -> struct value */
};

static const char *spell_real(struct arena *arena, double real,
			      void (*add)(struct str *, double))
{
	AUTO_STR struct str text = STR_INIT(512);

	add(&text, real);
	return str_keep(&text, arena);
}

/* Numbers come as Go prints them once it has read them. */
static int make_value(struct arena *arena, const struct node *node,
		      struct value *out, struct err *err)
{
	char *end = NULL;
	double real;
	long long whole;

	*out = (struct value){
		.text = node_spelled(node),
		.inside = node_spelled(node),
		.tag = NODE_STR,
		.usable = node->kind == NODE_SCALAR,
	};
	if (node->kind != NODE_SCALAR)
		return 0;
	if (node->tag == NODE_INT) {
		whole = strtoll(node->text, &end, 10);
		out->text = arena_printf(arena, "%lld", whole);
		out->inside = out->text;
	} else if (node->tag == NODE_FLOAT) {
		real = strtod(node->text, &end);
		out->text = spell_real(arena, real, doc_add_real_f);
		out->inside = spell_real(arena, real, doc_add_real_g);
	}
	if (end && *end)
		return node_fail(node, err,
				 "expected a decimal number for a variable, "
				 "found '%s'",
				 node->text);
	if (node->tag == NODE_INT || node->tag == NODE_FLOAT ||
	    node->tag == NODE_BOOL)
		out->tag = (enum node_tag)node->tag;
	return 0;
}

static struct resource *find_bound(const struct accumulator *in,
				   const char *name)
{
	for (size_t i = 0; i < in->set.n; i++)
		for (size_t j = 0; j < in->set.v[i]->variables.n; j++)
			if (!strcmp(in->set.v[i]->variables.v[j], name))
				return in->set.v[i];
	return NULL;
}

static int read_var(struct build *build, const struct accumulator *in,
		    const struct var_entry *var, struct value *out,
		    struct err *err)
{
	const char *path = node_text(var->field ? var->field->field_path :
						  NULL);
	struct resource *resource = find_bound(in, node_text(var->name));
	struct path_parts parts;
	struct node *field;

	if (!resource)
		return node_fail(var->at, err,
				 "var '%s': there is no %s called '%s'",
				 node_text(var->name),
				 node_text(var->object->kind),
				 node_text(var->object->name));
	path_split(build->arena, *path ? path : "metadata.name", true, &parts);
	if (path_look_up(build->arena, resource->root, &parts, &field, err) < 0)
		return err_wrap(err, "%s:%u: var '%s'", var->at->file,
				var->at->line, node_text(var->name));
	if (!field)
		return node_fail(var->at, err,
				 "var '%s': %s %s has no field '%s'",
				 node_text(var->name),
				 node_text(var->object->kind),
				 resource_name(resource), path);
	return make_value(build->arena, field, out, err);
}

/* ---- replacing ---- */

/* The text with its variables replaced.  A text that is one variable and
 * nothing else takes the type of the value. */
static int expand(const struct resolve *resolve, struct node *node,
		  struct err *err)
{
	AUTO_STR struct str out = STR_INIT(TEXT_CAP);
	AUTO_STR struct str name = STR_INIT(TEXT_CAP);
	const struct value *value;
	const char *p = node->text, *close;

	for (; *p; p++) {
		if (p[0] != '$' || !p[1]) {
			str_add_char(&out, *p);
			continue;
		}
		p++;
		close = *p == '(' ? strchr(p, ')') : NULL;
		if (!close) {
			/* "$$" is a dollar; else nothing is meant. */
			if (*p != '$')
				str_add_char(&out, '$');
			str_add_char(&out, *p);
			continue;
		}
		str_clear(&name);
		str_add_bytes(&name, p + 1, (size_t)(close - p) - 1);
		value = map_get(resolve->values, str_text(&name));
		if (value && value->usable && p == node->text + 1 &&
		    !close[1]) {
			node_set_text(resolve->build->arena, node, value->text,
				      value->tag);
			node->style = NODE_PLAIN;
			return 0;
		}
		if (value && value->usable)
			str_add(&out, value->inside);
		else
			str_printf(&out, "$(%s)", str_text(&name));
		p = close;
	}
	if (out.full)
		return node_fail(node, err,
				 "with its variables this text is larger than "
				 "%zu MiB",
				 TEXT_CAP >> 20);
	node_set_text(resolve->build->arena, node, str_text(&out), NODE_STR);
	node->style = NODE_PLAIN;
	return 0;
}

static int expand_node(struct arena *arena, struct node *node, const void *data,
		       struct err *err)
{
	const struct resolve *resolve = data;

	(void)arena;
	if (node_is_null(node))
		return 0;
	switch ((enum node_kind)node->kind) {
	case NODE_SCALAR:
		return node_is_string(node) ? expand(resolve, node, err) : 0;
	case NODE_MAPPING:
		for (size_t i = 0; i < node->n; i++)
			if (node_is_string(node->entries[i].value) &&
			    expand(resolve, node->entries[i].value, err) < 0)
				return -1;
		return 0;
	case NODE_SEQUENCE:
		for (size_t i = 0; i < node->n; i++) {
			if (!node_is_string(node->items[i]))
				return node_fail(
					node->items[i], err,
					"expected a text, as variables "
					"are replaced in this list");
			if (expand(resolve, node->items[i], err) < 0)
				return -1;
		}
		return 0;
	}
	return 0;
}

int variable_resolve(struct build *build, struct accumulator *in,
		     struct err *err)
{
	struct resolve resolve = {
		.build = build,
		.values = map_new(build->arena),
	};
	const struct fieldspec_setter setter = {
		.set = expand_node,
		.data = &resolve,
	};

	for (size_t i = 0; i < in->vars.n; i++) {
		struct value *value = arena_alloc(build->arena, sizeof(*value));

		if (read_var(build, in, in->vars.v[i], value, err) < 0)
			return -1;
		map_set(resolve.values, node_text(in->vars.v[i]->name), value);
	}
	if (!in->vars.n)
		return 0;
	for (size_t i = 0; i < in->set.n; i++)
		if (build_check(build, NULL, err) < 0 ||
		    fieldspecs_apply(build->arena, &in->config.var_reference,
				     in->set.v[i]->root, &setter, err) < 0)
			return -1;
	resource_set_touch(&in->set);
	return 0;
}
