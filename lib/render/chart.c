/* SPDX-License-Identifier: Apache-2.0 */
#include "render/chart.h"

#include <string.h>

#include "base/vec.h"
#include "render/kustomize/kustomize.h"

#define SOURCE "# Source: " /* what helm puts before each document */

bool render_is_chart_file(const char *name)
{
	return !strcmp(name, "Chart.yaml");
}

/* ---- before ---- */

static int check_directory(const struct render_args *args, const char *path,
			   struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct tree_entries entries = { 0 };
	enum tree_kind kind;
	bool chart = false;

	if (tree_resolve(args->tree, scratch, path, &kind, NULL, err) < 0)
		return -1;
	if (kind == TREE_DIR &&
	    tree_list(args->tree, scratch, path, &entries, err) < 0)
		return -1;
	for (size_t i = 0; i < entries.n; i++) {
		const char *name = entries.v[i].name;

		chart = chart || render_is_chart_file(name);
		if (!kustomize_is_file(name))
			continue;
		err_set(err, ERR_INPUT,
			"%s: helm: '%s' is a kustomization, by its %s",
			args->chart->origin, *path ? path : ".", name);
		return err_hint(err, "take helm out, and name the chart in "
				     "its helmCharts");
	}
	if (chart)
		return 0;
	err_set(err, ERR_INPUT,
		"%s: helm: '%s' is no chart: it has no "
		"Chart.yaml",
		args->chart->origin, *path ? path : ".");
	return err_hint(err, "take helm out, or name the directory of the "
			     "chart in path");
}

static int read_values(struct arena *arena, const struct render_args *args,
		       struct helm_chart *out, struct err *err)
{
	const char *const *file = args->chart->values_files;
	const char *values = args->chart->values;

	for (; *file && out->n_values < HELM_VALUES - 1; file++)
		if (tree_read(args->tree, arena, *file,
			      &out->values[out->n_values++], err) < 0)
			return err_wrap(err, "%s: valuesFiles",
					args->chart->origin);
	if (values)
		out->values[out->n_values++] = (struct bytes){ values,
							       strlen(values) };
	return 0;
}

static int fail_helm(const struct render_args *args, const char *path,
		     struct err *err)
{
	err_wrap(err, "%s: %s", args->chart->origin, *path ? path : ".");
	if (strstr(err->msg, "missing in charts/"))
		err_hint(err, "put its dependencies there with 'helm "
			      "dependency build', and commit them: nothing is "
			      "fetched");
	return -1;
}

/* ---- behind ---- */

/* "web/templates/a.yaml", which begins with the chart's name, in the tree. */
static const char *template_of(struct arena *arena, const char *path,
			       struct bytes source)
{
	const char *slash = memchr(source.data, '/', source.len);
	size_t n = slash ? (size_t)(slash + 1 - source.data) : 0;

	return arena_printf(arena, "%s%s%.*s", path, *path ? "/" : "",
			    (int)(source.len - n), source.data + n);
}

/* The line at `p`, without its end; `*next` is behind that. */
static struct bytes line_at(const char *p, const char *end, const char **next)
{
	const char *stop = memchr(p, '\n', (size_t)(end - p));

	*next = stop ? stop + 1 : end;
	stop = stop ? stop : end;
	if (stop > p && stop[-1] == '\r')
		stop--;
	return (struct bytes){ p, (size_t)(stop - p) };
}

static bool is_text(struct bytes line, const char *text)
{
	return line.len == strlen(text) && !memcmp(line.data, text, line.len);
}

/* Is there "---" and the name of a template at `p`? */
static bool begins(const char *p, const char *end, struct bytes *source,
		   const char **body)
{
	struct bytes line = line_at(p, end, body);

	if (!is_text(line, "---"))
		return false;
	line = line_at(*body, end, body);
	if (line.len < strlen(SOURCE) ||
	    memcmp(line.data, SOURCE, strlen(SOURCE)) != 0)
		return false;
	*source = (struct bytes){ line.data + strlen(SOURCE),
				  line.len - strlen(SOURCE) };
	return true;
}

/* The documents between two such lines. */
static int add_template(struct arena *arena, const char *name,
			struct bytes text, struct docs *out, struct err *err)
{
	const char *shown = arena_printf(arena, "%s as rendered", name);
	size_t n = out->n;

	if (doc_read_manifests(arena, shown, text, NULL, out, err) < 0)
		return -1;
	/* The lines are not those of the template. */
	for (; n < out->n; n++) {
		out->v[n].name = out->v[n].origin = name;
		out->v[n].n_item_lines = 0;
	}
	return 0;
}

static int split(struct arena *arena, const char *path, struct bytes printed,
		 struct docs *out, struct err *err)
{
	const char *p = printed.data, *end = p + printed.len, *start = p;
	const char *name = path, *next;
	struct bytes source;
	int status = 0;

	for (;; p = next) {
		bool begin = p < end && begins(p, end, &source, &next);

		if ((begin || p == end) && start < p) {
			const struct bytes text = { start,
						    (size_t)(p - start) };
			AUTO_ERR struct err one = { 0 };

			if (add_template(arena, name, text, out, &one) < 0) {
				err_append(err, &one);
				status = -1;
			}
		}
		if (p == end)
			return status;
		if (begin) {
			name = template_of(arena, path, source);
			start = next;
		} else {
			line_at(p, end, &next);
		}
	}
}

int render_chart_docs(struct arena *arena, const struct render_args *args,
		      const char *path, struct docs *out, size_t *bytes,
		      struct err *err)
{
	const struct render_chart *how = args->chart;
	struct helm_chart chart = {
		.tree = args->tree,
		.path = path,
		.release = how->release,
		.namespace = how->namespace,
		.kube_version = how->kube_version,
		.api_versions = how->api_versions,
		.crds = !how->skip_crds,
		.no_tests = true,
	};
	struct bytes printed;

	if (check_directory(args, path, err) < 0 ||
	    read_values(arena, args, &chart, err) < 0)
		return -1;
	if (args->outside->inflate(args->outside->data, &chart, &printed, err) <
	    0)
		return fail_helm(args, path, err);
	*bytes = printed.len;
	return split(arena, path, printed, out, err);
}
