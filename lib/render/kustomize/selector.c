/* SPDX-License-Identifier: Apache-2.0 */
#include "render/kustomize/selector.h"

#include <string.h>

#include "base/regex.h"
#include "document/decode.h"
#include "render/kustomize/label_selector.h"

struct matcher {
	const struct regex *group; /* NULL: any */
	const struct regex *version;
	const struct regex *kind;
	const struct regex *name;
	const struct regex *namespace;
	const struct label_selector *labels;
	const struct label_selector *annotations;
	bool has_labels; /* one of these two is not empty */
};

static int open_text(struct build *build, const struct node *text,
		     const struct regex **out, struct err *err)
{
	struct regex *regex;

	*out = NULL;
	if (!text || !text->n)
		return 0;
	if (regex_compile_whole(build->arena, text->text, &regex, err) < 0) {
		err_wrap(err, "%s:%u", text->file, text->line);
		return err_hint(err, "a selector is a regular expression over "
				     "the whole of a text");
	}
	*out = regex;
	return 0;
}

static int open_labels(struct build *build, const struct node *text,
		       const struct label_selector **out, struct err *err)
{
	struct label_selector *selector;

	if (label_selector_parse(build->arena, node_text(text), &selector,
				 err) < 0)
		return err_wrap(err, "%s:%u", text->file, text->line);
	*out = selector;
	return 0;
}

int matcher_open(struct build *build, const struct selector *selector,
		 struct matcher **out, struct err *err)
{
	struct matcher *m = arena_alloc(build->arena, sizeof(*m));

	if (open_text(build, selector->group, &m->group, err) < 0 ||
	    open_text(build, selector->version, &m->version, err) < 0 ||
	    open_text(build, selector->kind, &m->kind, err) < 0 ||
	    open_text(build, selector->name, &m->name, err) < 0 ||
	    open_text(build, selector->namespace, &m->namespace, err) < 0 ||
	    open_labels(build, selector->label_selector, &m->labels, err) < 0 ||
	    open_labels(build, selector->annotation_selector, &m->annotations,
			err) < 0)
		return -1;
	m->has_labels = *node_text(selector->label_selector) ||
			*node_text(selector->annotation_selector);
	*out = m;
	return 0;
}

static bool accepts(const struct regex *regex, const char *text)
{
	return !regex || regex_matches(regex, text, strlen(text));
}

static bool accepts_kind(const struct matcher *matcher,
			 const struct resource_id *id)
{
	return accepts(matcher->group, id->group) &&
	       accepts(matcher->version, id->version) &&
	       accepts(matcher->kind, id->kind);
}

bool matcher_accepts_id(const struct matcher *matcher,
			const struct resource_id *id)
{
	return accepts_kind(matcher, id) && accepts(matcher->name, id->name) &&
	       accepts(matcher->namespace, id->namespace);
}

bool matcher_has_id(const struct matcher *matcher)
{
	return matcher->group || matcher->version || matcher->kind ||
	       matcher->name || matcher->namespace;
}

bool matcher_has_labels(const struct matcher *matcher)
{
	return matcher->has_labels;
}

bool matcher_accepts_labels(const struct matcher *matcher,
			    const struct resource *resource)
{
	return label_selector_matches(matcher->annotations,
				      node_get2(resource->root, "metadata",
						"annotations")) &&
	       label_selector_matches(matcher->labels,
				      node_get2(resource->root, "metadata",
						"labels"));
}

bool matcher_accepts(struct build *build, const struct matcher *matcher,
		     struct resource *resource)
{
	const struct resource_id now = resource_id(build, resource);
	const struct resource_id first = resource_first_id(build, resource);

	if (!accepts(matcher->namespace,
		     resource_effective_namespace(&first)) &&
	    !accepts(matcher->namespace, resource_effective_namespace(&now)))
		return false;
	if (!accepts(matcher->name, first.name) &&
	    !accepts(matcher->name, now.name))
		return false;
	return accepts_kind(matcher, &now) &&
	       matcher_accepts_labels(matcher, resource);
}
