/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/blame.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "document/document.h"
#include "git/history.h"
#include "git/lines.h"
#include "git/textdiff.h"

#define FILES_MOST   200 /* changed, that are looked through */
#define QUERIES_MOST 1000
#define WALK_FILES   32     /* of which one walk asks */
#define WALK_MOST    100000 /* commits */

/* ---- files ---- */

struct file {
	struct bytes text;
	struct nodes roots; /* none where it is no YAML */
};

static const struct file *read_file(struct blame *blame,
				    struct blame_side *side, const char *name)
{
	struct file *file = map_get(side->files, name);
	AUTO_ERR struct err ignored = { 0 }, no_yaml = { 0 };
	struct doc_source source;

	if (file || !side->tree)
		return file;
	file = arena_alloc(blame->arena, sizeof(*file));
	map_set(side->files, name, file);
	if (tree_read(side->tree, blame->arena, name, &file->text, &ignored) <
	    0)
		return file;
	source = doc_source_file(name, file->text);
	if (doc_read_nodes(blame->arena, &source, NULL, &file->roots,
			   &no_yaml) < 0)
		file->roots.n = 0;
	return file;
}

/* "deploy/web.yaml:12" in two. */
static bool split(struct arena *arena, const char *origin, const char **name,
		  unsigned *line)
{
	const char *colon = strrchr(origin, ':');

	if (!colon)
		return false;
	*name = arena_strndup(arena, origin, (size_t)(colon - origin));
	*line = (unsigned)strtoul(colon + 1, NULL, 10);
	return *line != 0;
}

/* The document, or member of a List, that begins on this line. */
static const struct node *object_at(const struct nodes *roots, unsigned line)
{
	for (size_t i = 0; i < roots->n; i++) {
		const struct node *items = node_get(roots->v[i], "items");

		if (roots->v[i]->line == line)
			return roots->v[i];
		for (size_t j = 0;
		     node_is(items, NODE_SEQUENCE) && j < items->n; j++)
			if (items->items[j]->line == line)
				return items->items[j];
	}
	return NULL;
}

/* ---- what a value looks like in a file ---- */

/* The text of a scalar, or NULL. */
static const char *scalar_of(struct arena *arena, const json_t *value)
{
	AUTO_STR struct str text = STR_INIT(STR_BIG);

	if (json_is_string(value))
		return json_string_value(value);
	if (!value || json_is_object(value) || json_is_array(value))
		return NULL;
	doc_write_json(&text, value);
	return str_keep(&text, arena);
}

/* The line of the object's own file where the field has that value; 0 where
 * it has another, or comes from elsewhere. */
static unsigned own_line(struct blame *blame, struct blame_side *side,
			 const struct object *object, const char *const *path,
			 const json_t *value, const char **name)
{
	const char *text = scalar_of(blame->arena, value);
	const struct node *node;
	const struct file *file;
	unsigned line;

	if (!object || !split(blame->arena, object->origin, name, &line))
		return 0;
	file = read_file(blame, side, *name);
	if (!file)
		return 0;
	line = fields_line(object_at(&file->roots, line), path, &node);
	if (line && text && !node_text_is(node, text))
		return 0;
	return line;
}

/* ---- lines that have changed ---- */

/* What a line sets: key and value, without quotes, dashes and comments. */
struct setting {
	struct bytes key, value;
};

static struct bytes trim(struct bytes text)
{
	while (text.len && strchr(" \t\r", text.data[text.len - 1]))
		text.len--;
	while (text.len && strchr(" \t", *text.data)) {
		text.data++;
		text.len--;
	}
	return text;
}

static struct bytes unquote(struct bytes text)
{
	text = trim(text);
	if (text.len > 1 && strchr("'\"", *text.data) &&
	    text.data[text.len - 1] == *text.data)
		return (struct bytes){ text.data + 1, text.len - 2 };
	return text;
}

static struct setting setting_of(struct bytes line)
{
	struct setting out = { { "", 0 }, { "", 0 } };

	line = trim(line);
	while (line.len > 1 && line.data[0] == '-' && line.data[1] == ' ')
		line = trim((struct bytes){ line.data + 1, line.len - 1 });
	for (size_t i = 0; i + 1 < line.len; i++)
		if (line.data[i] == ' ' && line.data[i + 1] == '#')
			line.len = i;
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] != ':' ||
		    (i + 1 < line.len && line.data[i + 1] != ' '))
			continue;
		out.key = unquote((struct bytes){ line.data, i });
		out.value = unquote(
			(struct bytes){ line.data + i + 1, line.len - i - 1 });
		return out;
	}
	out.value = unquote(line);
	return out;
}

static bool is_text(struct bytes bytes, const char *text)
{
	return text && bytes.len == strlen(text) &&
	       memcmp(bytes.data, text, bytes.len) == 0;
}

/* Is it the tag or digest that the image `text` ends in? */
static bool is_tag(struct bytes bytes, const char *text)
{
	const size_t n = strlen(text);

	return bytes.len && n > bytes.len &&
	       memcmp(text + n - bytes.len, bytes.data, bytes.len) == 0 &&
	       strchr(":@", text[n - bytes.len - 1]);
}

/* What is looked for. */
struct wanted {
	const char *key;  /* the last of the path */
	const char *text; /* of a scalar, or NULL */
};

/* Is it "key=value", as generators have it? */
static bool is_literal(struct bytes bytes, const struct wanted *wanted)
{
	const size_t n = strlen(wanted->key);

	return bytes.len > n && bytes.data[n] == '=' &&
	       memcmp(bytes.data, wanted->key, n) == 0 &&
	       is_text((struct bytes){ bytes.data + n + 1, bytes.len - n - 1 },
		       wanted->text);
}

/* How well does the line fit?  0: not at all. */
static unsigned score(struct bytes line, const struct wanted *wanted)
{
	const struct setting setting = setting_of(line);
	const bool same_key = is_text(setting.key, wanted->key);
	AUTO_ARENA struct arena *scratch = arena_new();

	if (!wanted->text)
		return same_key && !setting.value.len ? 4 : 0;
	if (!setting.value.len)
		return 0;
	if (is_text(setting.value, wanted->text))
		return same_key ? 8 : 6;
	if (is_literal(setting.value, wanted))
		return 8;
	if (is_tag(setting.value, wanted->text))
		return 4;
	/* A line of a text of many. */
	return setting.value.len > 3 && strchr(wanted->text, '\n') &&
			       strstr(wanted->text,
				      arena_strndup(scratch, setting.value.data,
						    setting.value.len)) ?
		       2 :
		       0;
}

static const struct textdiff *diff_of(struct blame *blame, const char *name)
{
	struct textdiff *diff = map_get(blame->diffs, name);
	const struct file *now = read_file(blame, &blame->now, name);
	const struct file *then = read_file(blame, &blame->then, name);
	const struct bytes none = { "", 0 };
	AUTO_ERR struct err ignored = { 0 };

	if (diff)
		return diff;
	diff = arena_alloc(blame->arena, sizeof(*diff));
	map_set(blame->diffs, name, diff);
	if (textdiff_compare(blame->arena,
			     then && then->text.data ? then->text : none,
			     now && now->text.data ? now->text : none, 0, diff,
			     &ignored) < 0)
		diff->n = 0;
	return diff;
}

/* The line that was changed and fits best; in files of the app rather than in
 * others. */
static unsigned changed_line(struct blame *blame, const struct blame_side *side,
			     const char *within, const struct wanted *wanted,
			     const char **name)
{
	const bool added = side == &blame->now;
	unsigned best = 0, line = 0;

	for (const char *const *file = blame->changed; file && *file; file++) {
		const struct textdiff *diff = diff_of(blame, *file);
		const unsigned more = str_starts(*file, within);

		for (size_t i = 0; i < diff->n; i++) {
			const struct textdiff_line *one = &diff->v[i];
			unsigned points;

			if (one->kind !=
			    (added ? TEXTDIFF_ADDED : TEXTDIFF_REMOVED))
				continue;
			points = score(one->text, wanted);
			if (!points || points + more <= best)
				continue;
			best = points + more;
			line = added ? one->new_line : one->old_line;
			*name = *file;
		}
	}
	return line;
}

/* ---- places ---- */

void blame_open(struct blame *blame, struct source *source,
		const struct source *then)
{
	struct arena *arena = source->run->arena;
	AUTO_ERR struct err ignored = { 0 };

	*blame = (struct blame){
		.arena = arena,
		.source = source,
		.now = {
			.tree = source->tree,
			.commit = source->repo ? source->revision.oid : NULL,
			.files = map_new(arena),
		},
		.then = {
			.tree = then ? then->tree : NULL,
			.commit = then ? then->revision.oid : NULL,
			.files = map_new(arena),
		},
		.diffs = map_new(arena),
	};
	if (!then || !source->repo ||
	    repo_changed_files(source->repo, blame->then.commit,
			       blame->now.commit, FILES_MOST, &blame->changed,
			       &ignored) < 0)
		blame->changed = NULL;
}

static void take(struct blame *blame, const struct blame_side *side,
		 struct reason *reason, const char *file, unsigned line)
{
	reason->origin = side == &blame->now ?
				 arena_printf(blame->arena, "%s:%u", file,
					      line) :
				 arena_strdup(blame->arena, file);
	if (!blame->now.commit || blame->queries.n == QUERIES_MOST)
		return;
	*vec_push(blame->arena, &blame->queries) = (struct blame_query){
		.reason = reason,
		.side = side,
		.file = file,
		.line = line,
	};
}

static const char *path_of(const struct blame *blame, const char *app)
{
	const struct app *found = apps_find(&blame->source->apps, app);

	return found ? found->path : "";
}

static void add_field(struct blame *blame, const struct plan_step *step,
		      struct reason_field *field)
{
	const struct object *want = step->item.want;
	const struct object *then = step->reasons->then;
	const char *const *path = fields_declared(blame->arena, want->doc,
						  field->change.path);
	const json_t *value = fields_value(want->doc, path);
	struct blame_side *side = &blame->now;
	const struct object *object = want;
	struct wanted wanted = { "", NULL };
	const char *name;
	unsigned line;

	if (!value && then) {
		side = &blame->then;
		object = then;
		path = fields_declared(blame->arena, then->doc,
				       field->change.path);
		value = fields_value(then->doc, path);
	}
	line = own_line(blame, side, object, path, value, &name);
	for (; *path; path++)
		if (str_starts(*path, "f:"))
			wanted.key = *path + 2;
	wanted.text = scalar_of(blame->arena, value);
	if (!line)
		line = changed_line(blame, side, path_of(blame, want->app),
				    &wanted, &name);
	if (line)
		take(blame, side, &field->reason, name, line);
}

static void add_object(struct blame *blame, const struct object *object,
		       struct blame_side *side, struct reason *reason)
{
	const char *name;
	unsigned line;

	if (object && split(blame->arena, object->origin, &name, &line))
		take(blame, side, reason, name, line);
}

void blame_add(struct blame *blame, struct plan_step *step)
{
	struct reasons *reasons = step->reasons;

	if (!reasons)
		return;
	for (size_t i = 0; i < reasons->n; i++)
		if (reasons->v[i].reason.pending)
			add_field(blame, step, &reasons->v[i]);
	if (reasons->object.pending && step->action == PLAN_DELETE)
		add_object(blame, reasons->then, &blame->then,
			   &reasons->object);
	else if (reasons->object.pending && step->action == PLAN_CREATE)
		add_object(blame, step->item.want, &blame->now,
			   &reasons->object);
}

/* ---- commits ---- */

/* The files that are asked for, each once. */
static const char *const *asked_files(struct blame *blame)
{
	const char **files = arena_array(blame->arena, WALK_FILES + 1,
					 sizeof(*files));
	struct map *seen = map_new(blame->arena);

	for (size_t i = 0; i < blame->queries.n; i++) {
		const char *file = blame->queries.v[i].file;

		if (seen->n < WALK_FILES && !map_has(seen, file)) {
			files[seen->n] = file;
			map_set(seen, file, blame);
		}
	}
	return files;
}

static int answer(struct blame *blame, const struct repo_log *log,
		  const struct blame_query *query, struct err *err)
{
	const bool gone = query->side == &blame->then;
	const struct repo_line line = { query->side->commit, query->file,
					query->line };
	const struct repo_log_entry *found;
	struct reason_commit *commit;

	if (gone ? repo_line_removed(blame->source->repo, log, &line, &found,
				     err) < 0 :
		   repo_line_added(blame->source->repo, log, &line, &found,
				   err) < 0)
		return -1;
	if (!found)
		return 0;
	commit = arena_alloc(blame->arena, sizeof(*commit));
	*commit = (struct reason_commit){
		.oid = found->revision.oid,
		.author = found->revision.author,
		.subject = found->revision.subject,
		.when = found->revision.when,
	};
	query->reason->commit = commit;
	return 0;
}

int blame_find_commits(struct blame *blame, struct err *err)
{
	const struct repo_log_args args = {
		.tip = blame->now.commit,
		.until = blame->then.commit,
		.paths = asked_files(blame),
		.look = WALK_MOST,
	};
	AUTO_ERR struct err ignored = { 0 };
	struct repo_log log;

	if (!blame->queries.n)
		return 0;
	if (repo_log(blame->source->repo, &args, &log, &ignored) < 0)
		return run_check(blame->source->run, err);
	for (size_t i = 0; i < blame->queries.n; i++)
		if (answer(blame, &log, &blame->queries.v[i], err) < 0)
			return -1;
	return 0;
}
