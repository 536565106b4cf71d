/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "document/document.h"
#include "object/mark.h"

#define FORMAT  "1"
#define TOOLING "gitops/v1"
#define PREFIX  "gitops-"
#define FIELDS  5 /* of a member's line */

#define SET_ID          "applyset.kubernetes.io/id"
#define SET_TOOLING     "applyset.kubernetes.io/tooling"
#define SET_GROUP_KINDS "applyset.kubernetes.io/contains-group-kinds"
#define SET_NAMESPACES  "applyset.kubernetes.io/additional-namespaces"

void record_init(struct arena *arena, const char *app, const char *namespace,
		 struct record *record)
{
	*record = (struct record){
		.app = app,
		.namespace = namespace,
		.set = mark_set_id(arena, arena_printf(arena, PREFIX "%s", app),
				   namespace),
		.repository = "",
	};
	*vec_push(arena, record) = (struct record_part){ .version = "",
							 .uid = "" };
}

char *record_name(struct arena *arena, const struct record *record, size_t part)
{
	return part ? arena_printf(arena, PREFIX "%s.%zu", record->app, part) :
		      arena_printf(arena, PREFIX "%s", record->app);
}

struct object record_object(struct arena *arena, const struct record *record,
			    size_t part)
{
	return (struct object){
		.api_version = "v1",
		.group = "",
		.version = "v1",
		.kind = "ConfigMap",
		.namespace = record->namespace,
		.name = record_name(arena, record, part),
		.origin = arena_printf(arena, "record of app %s", record->app),
	};
}

int record_member_order(const void *a, const void *b)
{
	const struct record_member *left = a, *right = b;

	return object_order(&left->object, &right->object);
}

const struct record_member *record_find(const struct record *record,
					const struct object *object)
{
	const struct record_member key = { .object = *object };

	if (!record->members.n)
		return NULL;
	return bsearch(&key, record->members.v, record->members.n,
		       sizeof(*record->members.v), record_member_order);
}

/* ---- reading ---- */

static int refuse(const struct record *record, size_t part, struct err *err,
		  const char *why)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	err_set(err, ERR_INPUT, "ConfigMap %s/%s: %s", record->namespace,
		record_name(scratch, record, part), why);
	return err_hint(err,
			"it is the record of app %s: restore it, or "
			"delete it, and then nothing that it named is "
			"ever pruned",
			record->app);
}

/* The fields of a line, in place; false where there are not as many. */
static bool split(char *line, const char *fields[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		char *end = line + strcspn(line, " ");
		bool last = !*end;

		if (end == line || last != (i == FIELDS - 1))
			return false;
		*end = '\0';
		fields[i] = strcmp(line, "-") != 0 ? line : "";
		line = end + 1;
	}
	return true;
}

static bool read_member(struct arena *arena, char *line,
			struct record_member *out)
{
	const char *fields[FIELDS];
	const char *slash;

	if (!split(line, fields) || !*fields[0] || !*fields[1] || !*fields[3])
		return false;
	slash = strchr(fields[0], '/');
	*out = (struct record_member){
		.object = {
			.api_version = fields[0],
			.group = slash ? arena_strndup(arena, fields[0],
						       (size_t)(slash -
								fields[0])) :
					 "",
			.version = slash ? slash + 1 : fields[0],
			.kind = fields[1],
			.namespace = fields[2],
			.name = fields[3],
			.origin = "",
		},
		.uid = fields[4],
	};
	return true;
}

static int read_members(struct arena *arena, struct record *record, size_t part,
			struct err *err)
{
	const char *text = doc_get_string(record->v[part].data, "members",
					  NULL);
	char *line, *end;

	if (!text)
		return refuse(record, part, err, "it has no data.members");
	for (line = arena_strdup(arena, text); *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (!read_member(arena, line,
				 vec_push(arena, &record->members)))
			return refuse(record, part, err,
				      arena_printf(arena,
						   "data.members: no member: "
						   "'%s'",
						   line));
	}
	return 0;
}

static const char *text_of(const json_t *value, const char *key)
{
	const char *text = doc_get_string(value, key, NULL);

	return text ? text : "";
}

static int64_t number_of(const json_t *value, const char *key)
{
	return json_integer_value(json_object_get(value, key));
}

static const char **texts_of(struct arena *arena, const json_t *value,
			     const char *key)
{
	const json_t *list = json_object_get(value, key);
	const size_t n = json_array_size(list);
	const char **texts = arena_array(arena, n + 1, sizeof(*texts));

	for (size_t i = 0; i < n; i++) {
		texts[i] = json_string_value(json_array_get(list, i));
		if (!texts[i])
			texts[i] = "";
	}
	return n ? texts : NULL;
}

static struct record_sync read_sync(struct arena *arena, const json_t *value)
{
	return (struct record_sync){
		.number = number_of(value, "number"),
		.when = number_of(value, "when"),
		.seconds = number_of(value, "seconds"),
		.commit = text_of(value, "commit"),
		.ref = text_of(value, "ref"),
		.author = text_of(value, "author"),
		.subject = text_of(value, "subject"),
		.who = text_of(value, "who"),
		.job = text_of(value, "job"),
		.result = text_of(value, "result"),
		.signature = text_of(value, "signature"),
		.signer = text_of(value, "signer"),
		.note = text_of(value, "note"),
		.created = (size_t)number_of(value, "created"),
		.changed = (size_t)number_of(value, "changed"),
		.deleted = (size_t)number_of(value, "deleted"),
		.failed = (size_t)number_of(value, "failed"),
		.images = texts_of(arena, value, "images"),
	};
}

static int read_syncs(struct arena *arena, struct record *record,
		      struct err *err)
{
	const char *text = text_of(record->v[0].data, "syncs");
	AUTO_ERR struct err why = { 0 };
	json_t *list, *one;
	size_t i;

	if (!*text)
		return 0;
	if (doc_read_json(arena, "data.syncs",
			  (struct bytes){ text, strlen(text) }, &list,
			  &why) < 0)
		return refuse(record, 0, err, why.msg);
	json_array_foreach(list, i, one)
		*vec_push(arena, &record->syncs) = read_sync(arena, one);
	return 0;
}

static int read_hold(struct arena *arena, struct record *record,
		     struct err *err)
{
	const char *text = text_of(record->v[0].data, "hold");
	struct record_hold *hold = arena_alloc(arena, sizeof(*hold));
	AUTO_ERR struct err why = { 0 };
	json_t *value;

	if (!*text)
		return 0;
	if (doc_read_json(arena, "data.hold",
			  (struct bytes){ text, strlen(text) }, &value,
			  &why) < 0)
		return refuse(record, 0, err, why.msg);
	*hold = (struct record_hold){
		.when = number_of(value, "when"),
		.who = text_of(value, "who"),
		.why = text_of(value, "why"),
		.commit = text_of(value, "commit"),
	};
	record->hold = hold;
	return 0;
}

/* The tooling and the id are what kubectl checks as well. */
static int check_parent(const struct record *record, const json_t *live,
			struct err *err)
{
	const char *tooling = doc_get_string(live, "metadata", "annotations",
					     SET_TOOLING, NULL);
	const char *id = doc_get_string(live, "metadata", "labels", SET_ID,
					NULL);

	if (!tooling || !str_starts(tooling, "gitops/"))
		return refuse(record, 0, err,
			      "it is not of gitops: its annotation " SET_TOOLING
			      " does not say so");
	if (!str_equal(id, record->set))
		return refuse(record, 0, err,
			      "its label " SET_ID
			      " is not that of this name and namespace");
	if (!str_equal(text_of(record->v[0].data, "format"), FORMAT))
		return refuse(record, 0, err,
			      "its format is not one that this gitops knows");
	return 0;
}

static int read_parent(struct arena *arena, struct record *record,
		       const json_t *live, struct err *err)
{
	const char *parts;
	size_t n;

	if (check_parent(record, live, err) < 0 ||
	    read_syncs(arena, record, err) < 0 ||
	    read_hold(arena, record, err) < 0)
		return -1;
	record->exists = true;
	record->repository = text_of(record->v[0].data, "repository");
	parts = text_of(record->v[0].data, "parts");
	for (n = 0; *parts >= '0' && *parts <= '9' && n < RECORD_MEMBERS;
	     parts++)
		n = n * 10 + (size_t)(*parts - '0');
	if (*parts || !n)
		return refuse(record, 0, err, "data.parts is no number");
	while (record->n < n)
		*vec_push(arena, record) = (struct record_part){
			.version = "",
			.uid = "",
		};
	return 0;
}

static int take_part(struct arena *arena, struct record *record, size_t part,
		     struct bytes live, json_t **value, struct err *err)
{
	const char *version, *uid;

	if (doc_read_json(arena, "record", live, value, err) < 0)
		return err_wrap(err, "record of app %s", record->app);
	version = doc_get_string(*value, "metadata", "resourceVersion", NULL);
	uid = doc_get_string(*value, "metadata", "uid", NULL);
	record->v[part] = (struct record_part){
		.data = doc_get(*value, "data", NULL),
		.version = version ? version : "",
		.uid = uid ? uid : "",
	};
	return 0;
}

int record_read(struct arena *arena, struct record *record, size_t part,
		struct bytes live, struct err *err)
{
	json_t *value;

	if (!live.len)
		return part ? refuse(record, part, err, "it is gone") : 0;
	if (take_part(arena, record, part, live, &value, err) < 0)
		return -1;
	if (part == 0 && read_parent(arena, record, value, err) < 0)
		return -1;
	return read_members(arena, record, part, err);
}

int record_wrote(struct arena *arena, struct record *record, size_t part,
		 struct bytes merged, struct err *err)
{
	json_t *value;

	while (record->n <= part)
		*vec_push(arena, record) = (struct record_part){
			.version = "",
			.uid = "",
		};
	record->exists = true;
	return take_part(arena, record, part, merged, &value, err);
}

/* ---- composing ---- */

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

static void add_member(struct str *out, const struct record_member *member)
{
	const struct object *object = &member->object;

	str_printf(out, "%s %s %s %s %s\n", object->api_version, object->kind,
		   or_dash(object->namespace), object->name,
		   or_dash(member->uid));
}

/* A commit may be by an author in Latin-1. */
static void put_text(json_t *to, const char *key, const char *text)
{
	AUTO_STR struct str shown = STR_INIT(STR_BIG);

	if (!str_is_utf8(text, strlen(text))) {
		str_add_shown(&shown, text, strlen(text), false);
		text = str_text(&shown);
	}
	if (*text)
		json_object_set_new(to, key, json_string(text));
}

static void put_number(json_t *to, const char *key, int64_t number)
{
	json_object_set_new(to, key, json_integer(number));
}

static void put_texts(json_t *object, const char *key, const char **texts)
{
	json_t *list;

	if (!texts)
		return;
	list = json_array();
	for (; *texts; texts++)
		json_array_append_new(list, json_string(*texts));
	json_object_set_new(object, key, list);
}

static json_t *sync_json(const struct record_sync *sync)
{
	json_t *one = json_object();

	put_number(one, "number", sync->number);
	put_number(one, "when", sync->when);
	put_number(one, "seconds", sync->seconds);
	put_text(one, "commit", sync->commit);
	put_text(one, "ref", sync->ref);
	put_text(one, "author", sync->author);
	put_text(one, "subject", sync->subject);
	put_text(one, "who", sync->who);
	put_text(one, "job", sync->job);
	put_text(one, "result", sync->result);
	put_text(one, "signature", sync->signature);
	put_text(one, "signer", sync->signer);
	put_text(one, "note", sync->note);
	put_number(one, "created", (int64_t)sync->created);
	put_number(one, "changed", (int64_t)sync->changed);
	put_number(one, "deleted", (int64_t)sync->deleted);
	put_number(one, "failed", (int64_t)sync->failed);
	put_texts(one, "images", sync->images);
	return one;
}

/* A JSON list with a sync a line: people read it with kubectl. */
static void add_syncs(struct str *out, const struct record_syncs *syncs)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	for (size_t i = 0; i < syncs->n && i < RECORD_SYNCS; i++) {
		str_add(out, i ? ",\n" : "[");
		doc_write_json_ascii(out, doc_keep(scratch,
						   sync_json(&syncs->v[i])));
	}
	if (syncs->n)
		str_add(out, "]\n");
}

static void add_hold(struct str *out, const struct record_hold *hold)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	json_t *one = doc_object(scratch);

	put_number(one, "when", hold->when);
	put_text(one, "who", hold->who);
	put_text(one, "why", hold->why);
	put_text(one, "commit", hold->commit);
	doc_write_json_ascii(out, one);
}

/* The distinct texts of a map, sorted, between commas. */
static char *join_sorted(struct arena *arena, const struct map *set)
{
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	const char **v = arena_array(arena, set->n, sizeof(*v));

	for (size_t i = 0; i < set->n; i++) {
		size_t at = i;

		for (; at && strcmp(v[at - 1], set->entries[i].key) > 0; at--)
			v[at] = v[at - 1];
		v[at] = set->entries[i].key;
	}
	for (size_t i = 0; i < set->n; i++)
		str_printf(&out, "%s%s", i ? "," : "", v[i]);
	return str_keep(&out, arena);
}

/* What kubectl would have to look through for the members. */
static void add_hints(struct arena *arena, const struct record *record,
		      const struct record_members *members, json_t *doc)
{
	struct map *kinds = map_new(arena), *namespaces = map_new(arena);

	for (size_t i = 0; i < members->n; i++) {
		struct object *object = &members->v[i].object;
		const char *kind = *object->group ?
					   arena_printf(arena, "%s.%s",
							object->kind,
							object->group) :
					   object->kind;

		map_set(kinds, kind, object);
		if (*object->namespace &&
		    !str_equal(object->namespace, record->namespace))
			map_set(namespaces, object->namespace, object);
	}
	doc_set_string(doc, join_sorted(arena, kinds), "metadata",
		       "annotations", SET_GROUP_KINDS, NULL);
	doc_set_string(doc, join_sorted(arena, namespaces), "metadata",
		       "annotations", SET_NAMESPACES, NULL);
}

static void add_parent(struct arena *arena, const struct record *record,
		       const struct record_state *state, size_t parts,
		       json_t *doc)
{
	AUTO_STR struct str syncs = STR_INIT(STR_BIG);
	AUTO_STR struct str hold = STR_INIT(STR_BIG);

	add_syncs(&syncs, state->syncs);
	doc_set_string(doc, FORMAT, "data", "format", NULL);
	doc_set_string(doc, arena_printf(arena, "%zu", parts), "data", "parts",
		       NULL);
	doc_set_string(doc, state->repository, "data", "repository", NULL);
	doc_set_string(doc, str_text(&syncs), "data", "syncs", NULL);
	if (state->hold) {
		add_hold(&hold, state->hold);
		doc_set_string(doc, str_text(&hold), "data", "hold", NULL);
	}
	doc_set_string(doc, record->set, "metadata", "labels", SET_ID, NULL);
	doc_set_string(doc, TOOLING, "metadata", "annotations", SET_TOOLING,
		       NULL);
	add_hints(arena, record, state->members, doc);
}

static json_t *compose_part(struct arena *arena, const struct record *record,
			    const struct record_state *state, size_t part,
			    size_t parts)
{
	const struct record_members *members = state->members;
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	json_t *doc = doc_object(arena);

	doc_set_string(doc, "v1", "apiVersion", NULL);
	doc_set_string(doc, "ConfigMap", "kind", NULL);
	doc_set_string(doc, record->namespace, "metadata", "namespace", NULL);
	doc_set_string(doc, record_name(arena, record, part), "metadata",
		       "name", NULL);
	for (size_t i = part * RECORD_MEMBERS;
	     i < members->n && i < (part + 1) * RECORD_MEMBERS; i++)
		add_member(&text, &members->v[i]);
	doc_set_string(doc, str_text(&text), "data", "members", NULL);
	if (part == 0)
		add_parent(arena, record, state, parts, doc);
	return doc;
}

void record_compose(struct arena *arena, const struct record *record,
		    const struct record_state *state, struct objects *out)
{
	size_t parts = state->members->n / RECORD_MEMBERS + 1;

	if (parts < record->n)
		parts = record->n;
	for (size_t i = 0; i < parts; i++) {
		struct object *object = vec_push(arena, out);
		json_t *doc = compose_part(arena, record, state, i, parts);

		*object = record_object(arena, record, i);
		if (i < record->n && record->v[i].data &&
		    doc_equal(record->v[i].data, doc_get(doc, "data", NULL)))
			continue;
		/* So that two runs at once do not overwrite each other. */
		if (i < record->n && *record->v[i].version)
			doc_set_string(doc, record->v[i].version, "metadata",
				       "resourceVersion", NULL);
		object->doc = doc;
	}
}
