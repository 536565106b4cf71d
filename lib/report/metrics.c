/* SPDX-License-Identifier: Apache-2.0 */

/* Metrics, in the text format of Prometheus, version 0.0.4. */

#include <string.h>

#include "base/clock.h"
#include "base/vec.h"
#include "document/document.h"
#include "report/internal.h"

#define SUCCESS      "gitops_sync_success"
#define LAST_SUCCESS "gitops_sync_last_success_timestamp_seconds"

/* An app on a cluster, and the run that has synced it. */
struct series {
	const char *labels;     /* app="web",cluster="prod" */
	const char *app;        /* NULL: the document knows no apps */
	const json_t *document; /* of the cluster; NULL: it left none */
	const json_t *run;
	int64_t status;
	bool success;
	const char *last_success; /* as the file had it, or NULL */
};

struct metrics {
	struct arena *arena;
	const char *before;
	const json_t *whole;
	struct series *v;
	size_t n;
	size_t room;
};

/* ---- what an app has come to ---- */

enum outcome {
	OUTCOME_CHANGED,
	OUTCOME_CREATED,
	OUTCOME_DELETED,
	OUTCOME_FAILED,
	OUTCOME_SKIPPED,
	OUTCOME_UNCHANGED,
	OUTCOME_UNHEALTHY, /* and one of the others */
	OUTCOMES,
};

static const char *const outcome_words[OUTCOMES] = {
	[OUTCOME_CHANGED] = "changed",     [OUTCOME_CREATED] = "created",
	[OUTCOME_DELETED] = "deleted",     [OUTCOME_FAILED] = "failed",
	[OUTCOME_SKIPPED] = "skipped",     [OUTCOME_UNCHANGED] = "unchanged",
	[OUTCOME_UNHEALTHY] = "unhealthy",
};

static enum outcome outcome_of_verb(enum verb verb)
{
	switch (verb) {
	case VERB_CREATE:
		return OUTCOME_CREATED;
	case VERB_DELETE:
		return OUTCOME_DELETED;
	case VERB_FAILED:
		return OUTCOME_FAILED;
	case VERB_SKIPPED:
		return OUTCOME_SKIPPED;
	case VERB_CHANGE:
	case VERB_REPLACE:
	case VERB_ADOPT:
	case VERB_APPLY:
		return OUTCOME_CHANGED;
	case VERB_KEEP:
	case VERB_UNCHANGED:
	case VERB_COUNT:
		break;
	}
	return OUTCOME_UNCHANGED;
}

/* Count the objects of an app, of all with NULL; false where nothing was
 * applied at all. */
static bool count(const json_t *document, const char *app,
		  size_t counts[OUTCOMES])
{
	const json_t *object;
	bool applied = false;
	size_t i;

	memset(counts, 0, OUTCOMES * sizeof(*counts));
	json_array_foreach(doc_get(document, "objects", NULL), i, object) {
		const char *word = doc_get_string(object, "outcome", NULL);

		if (!word)
			continue;
		applied = true;
		if (app && !str_equal(app, doc_get_string(object, "app", NULL)))
			continue;
		for (int verb = 0; verb < VERB_COUNT; verb++)
			if (str_equal(word, report_verb_words[verb].done))
				counts[outcome_of_verb((enum verb)verb)]++;
		counts[OUTCOME_UNHEALTHY] += report_json_unhealthy(object);
	}
	return applied;
}

static size_t count_bad(const json_t *document, const char *app)
{
	size_t counts[OUTCOMES];

	count(document, app, counts);
	return counts[OUTCOME_FAILED] + counts[OUTCOME_SKIPPED] +
	       counts[OUTCOME_UNHEALTHY];
}

/* Where one app is to blame for a failure, the others are not. */
static bool judge(const struct series *series)
{
	if (!series->status)
		return true;
	return series->app && count_bad(series->document, NULL) &&
	       !count_bad(series->document, series->app);
}

/* ---- labels, and what the file had before ---- */

static void add_label(struct str *out, const char *name, const char *value)
{
	str_printf(out, "%s%s=\"", out->len ? "," : "", name);
	for (; *value; value++) {
		if (*value == '\n')
			str_add(out, "\\n");
		else if (*value == '\\' || *value == '"')
			str_printf(out, "\\%c", *value);
		else
			str_add_char(out, *value);
	}
	str_add_char(out, '"');
}

static const char *make_labels(struct arena *arena, const char *app,
			       const char *cluster)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);

	add_label(&out, "app", app);
	add_label(&out, "cluster", cluster);
	return str_keep(&out, arena);
}

/* The next line NAME{LABELS} VALUE at or behind `*at`; the labels, or NULL. */
static const char *next_line(struct arena *arena, const char **at,
			     const char *name, const char **value)
{
	for (const char *line = *at; *line; line = *at) {
		const size_t n = strcspn(line, "\n"), skip = strlen(name);
		char *text, *end;

		*at = line + n + (line[n] == '\n');
		if (n <= skip || strncmp(line, name, skip) != 0 ||
		    line[skip] != '{')
			continue;
		text = arena_strndup(arena, line + skip + 1, n - skip - 1);
		end = strrchr(text, '}');
		if (!end || end[1] != ' ' || !str_starts(text, "app=\""))
			continue;
		*end = '\0';
		*value = end + 2;
		return text;
	}
	return NULL;
}

static const char *find_last_success(struct metrics *metrics,
				     const char *labels)
{
	const char *at = metrics->before, *found, *value = "";

	do {
		found = next_line(metrics->arena, &at, LAST_SUCCESS, &value);
		if (str_equal(found, labels) && *value &&
		    value[strspn(value, "0123456789")] == '\0')
			return value;
	} while (found);
	return NULL;
}

/* ---- which series there are ---- */

static void add_series(struct metrics *metrics, const struct series *like,
		       const char *labels, const char *app)
{
	struct series *series = vec_push(metrics->arena, metrics);

	*series = *like;
	series->labels = labels;
	series->app = app;
	series->success = judge(series);
	series->last_success = find_last_success(metrics, labels);
}

static bool has_series(const struct metrics *metrics, const char *labels)
{
	for (size_t i = 0; i < metrics->n; i++)
		if (str_equal(metrics->v[i].labels, labels))
			return true;
	return false;
}

/*
 * A run that failed before it knew the apps: those that the file has of the
 * cluster have failed, or a series without a name has.
 */
static void add_unknown(struct metrics *metrics, const struct series *like,
			const char *cluster)
{
	const char *suffix = make_labels(metrics->arena, "", cluster) +
			     strlen("app=\"\"");
	const char *at = metrics->before, *labels, *unused;
	const size_t n = metrics->n;

	while ((labels = next_line(metrics->arena, &at, SUCCESS, &unused)))
		if ((!*cluster || str_ends(labels, suffix)) &&
		    !str_starts(labels, "app=\"\"") &&
		    !has_series(metrics, labels))
			add_series(metrics, like, labels, NULL);
	if (metrics->n == n)
		add_series(metrics, like,
			   make_labels(metrics->arena, "", cluster), NULL);
}

static void add_document(struct metrics *metrics, const char *cluster,
			 int64_t status, const json_t *document)
{
	const json_t *apps = doc_get(document, "apps", NULL), *app;
	const struct series like = {
		.document = document,
		.run = doc_get(document ? document : metrics->whole, "run",
			       NULL),
		.status = status,
	};
	size_t i;

	json_array_foreach(apps, i, app) {
		const char *name = doc_get_string(app, "name", NULL);

		add_series(metrics, &like,
			   make_labels(metrics->arena, name, cluster), name);
	}
	if (!json_array_size(apps))
		add_unknown(metrics, &like, cluster);
}

static int64_t status_of(const json_t *one)
{
	return json_integer_value(doc_get(one, "exitStatus", NULL));
}

static void find_series(struct metrics *metrics)
{
	const json_t *clusters = doc_get(metrics->whole, "clusters", NULL);
	const json_t *one;
	const char *name;
	size_t i;

	json_array_foreach(clusters, i, one)
		add_document(metrics, doc_get_string(one, "name", NULL),
			     status_of(one), doc_get(one, "report", NULL));
	if (clusters)
		return;
	name = doc_get_string(metrics->whole, "cluster", "name", NULL);
	add_document(metrics, name ? name : "", status_of(metrics->whole),
		     metrics->whole);
}

/* ---- the families ---- */

static int64_t milliseconds_of(const struct series *series)
{
	return json_integer_value(doc_get(series->run, "milliseconds", NULL));
}

static void add_sample(struct str *out, const char *name,
		       const struct series *series, const char *value)
{
	str_printf(out, "%s{%s} %s\n", name, series->labels, value);
}

static void add_number(struct str *out, const char *name,
		       const struct series *series, int64_t number)
{
	str_printf(out, "%s{%s} %lld\n", name, series->labels,
		   (long long)number);
}

static int64_t end_of(const struct series *series)
{
	const char *started = doc_get_string(series->run, "started", NULL);
	AUTO_ERR struct err none = { 0 };
	int64_t when;

	if (!started || clock_parse_rfc3339(started, &when, &none) < 0)
		return 0;
	return when + milliseconds_of(series) / 1000;
}

static void add_last_run(struct str *out, const char *name,
			 const struct series *series)
{
	add_number(out, name, series, end_of(series));
}

static void add_last_success(struct str *out, const char *name,
			     const struct series *series)
{
	if (series->success)
		add_number(out, name, series, end_of(series));
	else if (series->last_success)
		add_sample(out, name, series, series->last_success);
}

static void add_success(struct str *out, const char *name,
			const struct series *series)
{
	add_number(out, name, series, series->success);
}

static void add_status(struct str *out, const char *name,
		       const struct series *series)
{
	add_number(out, name, series, series->status);
}

static void add_duration(struct str *out, const char *name,
			 const struct series *series)
{
	const long long ms = (long long)milliseconds_of(series);

	str_printf(out, "%s{%s} %lld.%03lld\n", name, series->labels, ms / 1000,
		   ms % 1000);
}

static void add_objects(struct str *out, const char *name,
			const struct series *series)
{
	size_t counts[OUTCOMES];

	if (!series->app || !count(series->document, series->app, counts))
		return;
	for (int i = 0; i < OUTCOMES; i++)
		str_printf(out, "%s{%s,outcome=\"%s\"} %zu\n", name,
			   series->labels, outcome_words[i], counts[i]);
}

static void add_revision(struct str *out, const char *name,
			 const struct series *series)
{
	const char *commit = doc_get_string(series->document, "revision",
					    "commit", NULL);

	if (commit)
		str_printf(out, "%s{%s,revision=\"%s\"} 1\n", name,
			   series->labels, commit);
}

/* By their names. */
static const struct family {
	const char *name;
	const char *help;
	void (*add)(struct str *out, const char *name,
		    const struct series *series);
} families[] = {
	{ "gitops_objects",
	  "Objects by what the last sync did to them, or found of them.",
	  add_objects },
	{ "gitops_revision_info", "The commit that was synced last.",
	  add_revision },
	{ "gitops_sync_duration_seconds", "How long the last sync took.",
	  add_duration },
	{ "gitops_sync_exit_status", "The exit status of the last sync.",
	  add_status },
	{ "gitops_sync_last_run_timestamp_seconds",
	  "When the last sync ended, whether well or not.", add_last_run },
	{ LAST_SUCCESS, "When the last sync that went well ended.",
	  add_last_success },
	{ SUCCESS, "Whether the last sync went well.", add_success },
};

void report_metrics(struct str *out, const json_t *document, const char *before)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct metrics metrics = {
		.arena = arena,
		.before = before,
		.whole = document,
	};

	find_series(&metrics);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *family = &families[i];
		AUTO_STR struct str samples = STR_INIT(STR_BIG);

		for (size_t j = 0; j < metrics.n; j++)
			family->add(&samples, family->name, &metrics.v[j]);
		if (samples.len)
			str_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s",
				   family->name, family->help, family->name,
				   str_text(&samples));
	}
}
