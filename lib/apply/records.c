/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/records.h"

#include <stdlib.h>

#include "base/vec.h"
#include "document/document.h"
#include "plan/moves.h"

#define CLAIM_TRIES 5

/* ---- reading ---- */

/* One ConfigMap of one record. */
struct part {
	struct record *record;
	size_t index;
	struct object object;
	struct cluster_item item;
};

struct parts {
	struct part *v;
	size_t n;
	size_t room;
};

static struct cluster_item **items_of(struct arena *scratch,
				      struct parts *parts)
{
	struct cluster_item **items = arena_array(scratch, parts->n,
						  sizeof(*items));

	for (size_t i = 0; i < parts->n; i++) {
		parts->v[i].item.want = &parts->v[i].object;
		items[i] = &parts->v[i].item;
	}
	return items;
}

static void add_part(struct arena *arena, struct parts *parts,
		     struct record *record, size_t index)
{
	*vec_push(arena, parts) = (struct part){
		.record = record,
		.index = index,
		.object = record_object(arena, record, index),
	};
}

/* The run ends, whatever was wrong with single parts. */
static int give_up(struct parts *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		err_clear(&parts->v[i].item.err);
	return -1;
}

/* What went wrong with the parts, in one list. */
static int collect(struct parts *parts, struct err *err)
{
	int status = 0;

	for (size_t i = 0; i < parts->n; i++) {
		struct part *part = &parts->v[i];

		if (part->item.err.status == ERR_OK)
			continue;
		err_wrap(&part->item.err,
			 "the record of app %s, ConfigMap %s/%s",
			 part->record->app, part->object.namespace,
			 part->object.name);
		err_append(err, &part->item.err);
		status = -1;
	}
	return status;
}

static int load(struct run *run, struct cluster *cluster, struct parts *parts,
		struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	if (cluster_read(cluster, items_of(scratch, parts), parts->n, err) < 0)
		return give_up(parts);
	if (collect(parts, err) < 0)
		return -1;
	for (size_t i = 0; i < parts->n; i++) {
		struct part *part = &parts->v[i];

		if (record_read(run->arena, part->record, part->index,
				part->item.live, err) < 0)
			return -1;
	}
	return 0;
}

int apply_load_records(struct run *run, struct cluster *cluster,
		       struct apply_records *records, struct err *err)
{
	struct parts parents = { 0 }, others = { 0 };

	for (size_t i = 0; i < records->n; i++)
		add_part(run->arena, &parents, &records->v[i], 0);
	if (load(run, cluster, &parents, err) < 0)
		return -1;
	for (size_t i = 0; i < records->n; i++)
		for (size_t part = 1; part < records->v[i].n; part++)
			add_part(run->arena, &others, &records->v[i], part);
	return others.n ? load(run, cluster, &others, err) : 0;
}

/* ---- writing ---- */

/*
 * A write of which we got no answer is sent again, and then refused because of
 * itself: so is what is there by now what we wanted?
 */
static int look_again(struct cluster *cluster, struct part *part,
		      struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct object known = part->object;
	struct cluster_item now = { .want = &known }, *item = &now;
	AUTO_ERR struct err none = { 0 };
	json_t *live;

	known.doc = NULL;
	if (cluster_read(cluster, &item, 1, err) < 0)
		return -1;
	if (now.live.len &&
	    doc_read_json(scratch, "record", now.live, &live, &none) == 0 &&
	    doc_equal(doc_get(live, "data", NULL),
		      doc_get(part->object.doc, "data", NULL))) {
		err_clear(&part->item.err);
		part->item.merged = now.live;
	}
	err_clear(&now.err);
	return 0;
}

static int write_parts(struct run *run, struct cluster *cluster,
		       struct parts *parts, struct err *err)
{
	AUTO_ARENA struct arena *scratch = arena_new();

	if (!parts->n)
		return 0;
	if (cluster_apply(cluster, items_of(scratch, parts), parts->n, err) < 0)
		return give_up(parts);
	for (size_t i = 0; i < parts->n; i++) {
		const enum err_status status = parts->v[i].item.err.status;

		if (status != ERR_OK && status != ERR_ACCESS &&
		    look_again(cluster, &parts->v[i], err) < 0)
			return give_up(parts);
	}
	if (collect(parts, err) < 0) {
		/* It names the version that was read. */
		if (err->status == ERR_REFUSED)
			err->status = ERR_TEMPORARY;
		if (err->status == ERR_TEMPORARY)
			err_hint(err, "another run may have changed it "
				      "meanwhile: run the same command again");
		return -1;
	}
	for (size_t i = 0; i < parts->n; i++) {
		struct part *part = &parts->v[i];

		if (record_wrote(run->arena, part->record, part->index,
				 part->item.merged, err) < 0)
			return -1;
	}
	return 0;
}

/*
 * Write the states, the n-th ConfigMaps of all records at the same time.  A
 * member may move from one ConfigMap to the next or back: where members come
 * in, the last is written first, so that none is ever in neither.
 */
static int write_states(struct run *run, struct cluster *cluster,
			struct apply_records *records,
			const struct record_state *states, bool last_first,
			struct err *err)
{
	struct arena *arena = run->arena;
	struct objects *composed = arena_array(arena, records->n,
					       sizeof(*composed));
	size_t rounds = 0;

	for (size_t i = 0; i < records->n; i++) {
		record_compose(arena, &records->v[i], &states[i], &composed[i]);
		if (rounds < composed[i].n)
			rounds = composed[i].n;
	}
	for (size_t round = 0; round < rounds; round++) {
		const size_t index = last_first ? rounds - 1 - round : round;
		struct parts parts = { 0 };

		for (size_t i = 0; i < records->n; i++) {
			if (index >= composed[i].n || !composed[i].v[index].doc)
				continue;
			add_part(arena, &parts, &records->v[i], index);
			parts.v[parts.n - 1].object = composed[i].v[index];
		}
		if (write_parts(run, cluster, &parts, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- what is recorded ---- */

static bool is_of(const struct plan_step *step, const struct record *record)
{
	return str_equal(step->item.want->app, record->app);
}

/* The UID that the cluster has told, else the one that is known. */
static const char *uid_of(struct arena *arena, const struct plan_step *step,
			  const struct record_member *known)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	AUTO_ERR struct err none = { 0 };
	const bool done = step->outcome == PLAN_DONE;
	struct bytes text = done ? step->item.merged : step->item.live;
	const char *uid = NULL;
	json_t *live;

	if (text.len && (done || !known || !*known->uid) &&
	    doc_read_json(scratch, "live", text, &live, &none) == 0)
		uid = doc_get_string(live, "metadata", "uid", NULL);
	if (uid)
		return arena_strdup(arena, uid);
	if (known && *known->uid)
		return known->uid;
	return step->item.uid ? step->item.uid : "";
}

static void add_member(struct arena *arena, struct record_members *out,
		       const struct object *object, const char *uid)
{
	struct record_member *member = vec_push(arena, out);

	member->object = *object;
	member->uid = uid;
}

static void sort_members(struct record_members *members)
{
	if (members->n)
		qsort(members->v, members->n, sizeof(*members->v),
		      record_member_order);
}

/* All that was, and all that will be. */
static void claim_members(struct arena *arena, const struct record *record,
			  const struct plan *plan, struct record_members *out)
{
	for (size_t i = 0; i < plan->n_want; i++) {
		const struct object *want = plan->v[i].item.want;

		if (is_of(&plan->v[i], record) && !record_find(record, want))
			add_member(arena, out, want, "");
	}
	for (size_t i = 0; i < record->members.n; i++)
		*vec_push(arena, out) = record->members.v[i];
	sort_members(out);
}

/* Does the record go on naming a member that is not wanted? */
static bool is_remembered(const struct plan_step *step)
{
	switch (step->action) {
	case PLAN_KEEP:
		return !step->forget;
	case PLAN_DELETE:
		return step->outcome != PLAN_DONE;
	default:
		return false;
	}
}

/* What is.  A wish that failed may have come true all the same. */
static void settle_members(struct arena *arena, const struct record *record,
			   const struct plan *plan, struct record_members *out)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *step = &plan->v[i];

		if (!is_of(step, record))
			continue;
		if (!step->member)
			add_member(arena, out, step->item.want,
				   uid_of(arena, step,
					  record_find(record,
						      step->item.want)));
		else if (is_remembered(step))
			*vec_push(arena, out) = *step->member;
	}
	sort_members(out);
}

static void count_step(const struct plan_step *step, struct record_sync *sync)
{
	if (step->outcome == PLAN_ERROR) {
		sync->failed++;
		return;
	}
	if (step->outcome != PLAN_DONE)
		return;
	sync->created += step->action == PLAN_CREATE;
	sync->deleted += step->action == PLAN_DELETE;
	sync->changed += step->action == PLAN_CHANGE ||
			 step->action == PLAN_REPLACE ||
			 step->action == PLAN_ADOPT ||
			 step->action == PLAN_APPLY;
}

/* Where the images of the app went in this run. */
static const char **moves_of(struct arena *arena, const struct record *record,
			     const struct plan *plan)
{
	struct map *moves = map_new(arena);
	const char **texts = arena_array(arena, RECORD_IMAGES + 1,
					 sizeof(*texts));

	for (size_t i = 0; i < plan->n; i++)
		if (is_of(&plan->v[i], record) &&
		    plan->v[i].outcome == PLAN_DONE)
			plan_moves(&plan->v[i], moves);
	for (size_t i = 0; i < moves->n && i < RECORD_IMAGES; i++)
		texts[i] = moves->entries[i].key;
	return moves->n ? texts : NULL;
}

void apply_count(const struct record *record, const struct plan *plan,
		 struct record_sync *sync)
{
	for (size_t i = 0; i < plan->n; i++)
		if (is_of(&plan->v[i], record))
			count_step(&plan->v[i], sync);
}

/* The syncs with this one before them, if it is worth it. */
static void add_sync(struct arena *arena, const struct record *record,
		     const struct plan *plan, const struct record_sync *sync,
		     struct record_syncs *out)
{
	const struct record_sync *last = record->syncs.n ? record->syncs.v :
							   NULL;
	struct record_sync now = *sync;

	now.number = last ? last->number + 1 : 1;
	apply_count(record, plan, &now);
	now.images = moves_of(arena, record, plan);
	if (!last || now.created + now.changed + now.deleted + now.failed ||
	    !str_equal(now.commit, last->commit) ||
	    !str_equal(now.result, last->result))
		*vec_push(arena, out) = now;
	for (size_t i = 0; last && i < record->syncs.n; i++)
		*vec_push(arena, out) = record->syncs.v[i];
}

int apply_claim(struct run *run, struct cluster *cluster,
		struct apply_records *records, const struct plan *plan,
		struct err *err)
{
	struct arena *arena = run->arena;
	struct record_state *states = arena_array(arena, records->n,
						  sizeof(*states));

	for (size_t i = 0; i < records->n; i++) {
		struct record *record = &records->v[i];
		struct record_members *members = arena_alloc(arena,
							     sizeof(*members));

		claim_members(arena, record, plan, members);
		states[i] = (struct record_state){
			.repository = records->repository,
			.members = members,
			.syncs = &record->syncs,
			.hold = record->hold,
		};
	}
	return write_states(run, cluster, records, states, true, err);
}

static bool are_ours(const struct apply_records *records)
{
	for (size_t i = 0; i < records->n; i++)
		if (*records->v[i].repository &&
		    !str_equal(records->v[i].repository, records->repository))
			return false;
	return true;
}

/*
 * Another run has written a record meanwhile, and need not know of what this
 * one has made since: beside what the record says by now it is claimed anew,
 * so that it has an owner who can delete it.
 */
static void claim_anew(struct run *run, struct cluster *cluster,
		       const struct apply_records *records,
		       const struct plan *plan)
{
	struct apply_records now = *records;

	for (int try = 0; try < CLAIM_TRIES; try++) {
		AUTO_ERR struct err err = { 0 };

		now.v = arena_array(run->arena, now.n, sizeof(*now.v));
		for (size_t i = 0; i < now.n; i++)
			record_init(run->arena, records->v[i].app,
				    records->v[i].namespace, &now.v[i]);
		if (apply_load_records(run, cluster, &now, &err) == 0 &&
		    (!are_ours(&now) ||
		     apply_claim(run, cluster, &now, plan, &err) == 0))
			return;
		run_debug(run, "claim anew: %s", err.msg);
		if (err.status != ERR_TEMPORARY)
			return;
	}
}

int apply_settle_records(struct run *run, struct cluster *cluster,
			 struct apply_records *records, const struct plan *plan,
			 const struct record_sync *sync, struct err *err)
{
	struct arena *arena = run->arena;
	struct record_state *states = arena_array(arena, records->n,
						  sizeof(*states));

	for (size_t i = 0; i < records->n; i++) {
		const struct record *record = &records->v[i];
		struct record_members *members = arena_alloc(arena,
							     sizeof(*members));
		struct record_syncs *syncs = arena_alloc(arena, sizeof(*syncs));

		settle_members(arena, record, plan, members);
		add_sync(arena, record, plan, sync, syncs);
		states[i] = (struct record_state){
			.repository = records->repository,
			.members = members,
			.syncs = syncs,
			.hold = record->hold,
		};
	}
	if (write_states(run, cluster, records, states, false, err) == 0)
		return 0;
	if (err->status == ERR_TEMPORARY)
		claim_anew(run, cluster, records, plan);
	return -1;
}

int apply_hold_records(struct run *run, struct cluster *cluster,
		       struct apply_records *records,
		       const struct record_hold *hold, struct err *err)
{
	struct record_state *states = arena_array(run->arena, records->n,
						  sizeof(*states));

	for (size_t i = 0; i < records->n; i++) {
		struct record *record = &records->v[i];

		record->hold = hold;
		states[i] = (struct record_state){
			.repository = records->repository,
			.members = &record->members,
			.syncs = &record->syncs,
			.hold = hold,
		};
	}
	return write_states(run, cluster, records, states, false, err);
}
