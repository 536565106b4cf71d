/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "apply/apply.h"
#include "plan/order.h"

/*
 * A cluster that writes down what it is asked, refuses one name, and dies at
 * another.
 */
struct recorder {
	struct str log;
	const char *refuse; /* the object of this name fails */
	const char *die;    /* at this one the run ends */
	const char *stay;   /* this one is not gone when it is deleted */
	const char *stiff;  /* this one cannot be changed while it lives */
	struct health health;
};

static int record_apply(void *data, struct cluster_item **items, size_t n,
			struct err *err)
{
	struct recorder *recorder = data;

	str_add(&recorder->log, "apply");
	for (size_t i = 0; i < n; i++) {
		const char *name = items[i]->want->name;

		if (items[i]->err.status != ERR_OK)
			continue;
		str_printf(&recorder->log, " %s", name);
		if (recorder->die && !strcmp(name, recorder->die))
			return err_set(err, ERR_CANCELLED, "stopped");
		if (recorder->stiff && !strcmp(name, recorder->stiff) &&
		    items[i]->live.len) {
			items[i]->immutable = "spec";
			err_set(&items[i]->err, ERR_REFUSED, "immutable");
			continue;
		}
		if (recorder->refuse && !strcmp(name, recorder->refuse))
			err_set(&items[i]->err, ERR_REFUSED, "no");
		else
			items[i]->written = true;
	}
	str_add(&recorder->log, "; ");
	return 0;
}

/* What is deleted is gone, but for one of this name. */
static int record_delete(void *data, struct cluster_item **items, size_t n,
			 struct err *err)
{
	struct recorder *recorder = data;

	(void)err;
	str_add(&recorder->log, "delete");
	for (size_t i = 0; i < n; i++) {
		const char *name = items[i]->want->name;

		str_printf(&recorder->log, " %s", name);
		items[i]->written = true;
		if (recorder->stay && !strcmp(name, recorder->stay))
			err_set(&items[i]->err, ERR_TEMPORARY, "stays");
		else
			items[i]->live = (struct bytes){ 0 };
	}
	str_add(&recorder->log, "; ");
	return 0;
}

static int record_settle(void *data, struct cluster_item **items, size_t n,
			 struct err *err)
{
	struct recorder *recorder = data;

	(void)items;
	(void)err;
	str_printf(&recorder->log, "settle %zu; ", n);
	return 0;
}

/* Everything turns out as `health` says. */
static int record_wait(void *data, struct cluster_item **items, size_t n,
		       int64_t wait_ms, struct err *err)
{
	static const char *events[] = { "Pod web-1: Failed: no image", NULL };
	struct recorder *recorder = data;

	(void)err;
	str_printf(&recorder->log, "wait %lld", (long long)wait_ms);
	for (size_t i = 0; i < n; i++) {
		str_printf(&recorder->log, " %s", items[i]->want->name);
		items[i]->health = recorder->health;
		if (recorder->health.state != HEALTH_CURRENT)
			items[i]->events = events;
	}
	return 0;
}

static const struct cluster_backend backend = {
	.apply = record_apply,
	.settle = record_settle,
	.delete = record_delete,
	.wait = record_wait,
};

static struct recorder recorder;
static struct cluster cluster = {
	.kind = "recorder",
	.name = "recorder",
	.backend = &backend,
	.data = &recorder,
};
static struct run run;
static struct plan plan;
static struct str told = STR_INIT(4096);
static struct err err;
static bool go_on;

static void listen(void *payload, const struct event *event)
{
	const struct plan_step *step = event->item;

	(void)payload;
	if (event->kind == EVENT_STEP)
		str_printf(&told, "%s=%d ", step->item.want->name,
			   (int)step->outcome);
}

/* Two ConfigMaps, the second unchanged, a Namespace and a Service. */
static int setup(void **state)
{
	static const char yaml[] =
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}}\n---\n"
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: same}}\n"
		"---\n"
		"{apiVersion: v1, kind: Namespace, metadata: {name: ns}}\n"
		"---\n"
		"{apiVersion: v1, kind: Service, metadata: {name: svc}}\n";
	struct docs docs = { 0 };
	struct objects *want;

	(void)state;
	go_on = false;
	run_init(&run, NULL);
	run.emit = listen;
	want = arena_alloc(run.arena, sizeof(*want));
	recorder = (struct recorder){ .log = STR_INIT(4096) };
	assert_int_equal(doc_read_yaml(run.arena, "a.yaml",
				       (struct bytes){ yaml, sizeof(yaml) - 1 },
				       NULL, &docs, &err),
			 0);
	for (size_t i = 0; i < docs.n; i++)
		assert_int_equal(objects_add_doc(run.arena, &docs.v[i], want,
						 &err),
				 0);
	assert_int_equal(objects_sort(want, &err), 0);
	plan_init(run.arena, want, &(const struct record_members){ 0 }, &plan);
	for (size_t i = 0; i < plan.n; i++)
		if (strcmp(plan.v[i].item.want->name, "same") != 0)
			plan.v[i].action = PLAN_CREATE;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < plan.n; i++)
		err_clear(&plan.v[i].item.err);
	str_release(&recorder.log);
	str_release(&told);
	err_clear(&err);
	run_release(&run);
	return 0;
}

static int carry_out(void)
{
	const struct apps none = { 0 };
	const struct apply_patience patience = {
		.apps = &none,
		.seconds = 5,
		.go_on = go_on,
	};

	assert_int_equal(order_steps(&plan, &none, &err), 0);
	return apply_plan(&run, &cluster, &plan, &patience, &err);
}

static void stages_follow_each_other(void **state)
{
	(void)state;
	assert_int_equal(carry_out(), 0);
	assert_string_equal(str_text(&recorder.log),
			    "apply ns; settle 1; apply cm; settle 1; "
			    "apply svc; settle 1; ");
	assert_string_equal(str_text(&told), "ns=1 cm=1 svc=1 ");
}

static void nothing_follows_a_failed_stage(void **state)
{
	(void)state;
	recorder.refuse = "cm";
	assert_int_equal(carry_out(), -1);
	assert_int_equal(err.status, ERR_PARTIAL);
	assert_string_equal(err.msg, "1 of 3 objects failed");
	assert_string_equal(str_text(&recorder.log),
			    "apply ns; settle 1; apply cm; settle 1; ");
	assert_string_equal(str_text(&told), "ns=1 cm=2 svc=3 ");
}

static void what_does_not_need_it_may_go_on(void **state)
{
	(void)state;
	go_on = true;
	recorder.refuse = "cm";
	assert_int_equal(carry_out(), -1);
	assert_int_equal(err.status, ERR_PARTIAL);
	assert_string_equal(err.msg, "1 of 3 objects failed");
	assert_string_equal(str_text(&told), "ns=1 cm=2 svc=1 ");
}

/* It was refused before, in the dry run. */
static void what_has_failed_already_is_left_out(void **state)
{
	(void)state;
	go_on = true;
	for (size_t i = 0; i < plan.n; i++)
		if (!strcmp(plan.v[i].item.want->name, "cm"))
			plan.v[i].action = PLAN_FAILED;
	assert_int_equal(carry_out(), -1);
	assert_string_equal(err.msg, "1 of 3 objects failed");
	assert_string_equal(str_text(&recorder.log),
			    "apply ns; settle 1; apply svc; settle 1; ");
	assert_string_equal(str_text(&told), "ns=1 cm=2 svc=1 ");
}

static void the_end_of_the_run_skips_the_rest(void **state)
{
	(void)state;
	recorder.die = "ns";
	assert_int_equal(carry_out(), -1);
	assert_int_equal(err.status, ERR_CANCELLED);
	assert_string_equal(str_text(&told), "ns=3 cm=3 svc=3 ");
}

static void an_empty_plan_asks_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < plan.n; i++)
		plan.v[i].action = PLAN_UNCHANGED;
	assert_int_equal(carry_out(), 0);
	assert_string_equal(str_text(&recorder.log), "");
}

/* It lives, and cannot be changed. */
static struct plan_step *let_live(const char *name, enum plan_action action)
{
	for (size_t i = 0; i < plan.n; i++) {
		struct plan_step *step = &plan.v[i];

		if (strcmp(step->item.want->name, name) != 0)
			continue;
		step->item.live = (struct bytes){ "{}", 2 };
		step->action = action;
		return step;
	}
	return NULL;
}

static void what_is_replaced_is_deleted_first(void **state)
{
	struct plan_step *step = let_live("cm", PLAN_REPLACE);

	(void)state;
	step->item.immutable = "data";
	recorder.stiff = "cm";
	assert_int_equal(carry_out(), 0);
	assert_string_equal(str_text(&recorder.log),
			    "apply ns; settle 1; delete cm; apply cm; "
			    "settle 1; apply svc; settle 1; ");
	assert_string_equal(str_text(&told), "ns=1 cm=1 svc=1 ");
}

static void what_is_not_gone_is_not_made_anew(void **state)
{
	struct plan_step *step = let_live("cm", PLAN_REPLACE);

	(void)state;
	step->item.immutable = "data";
	recorder.stay = "cm";
	assert_int_equal(carry_out(), -1);
	assert_string_equal(step->item.err.msg, "stays");
	assert_string_equal(str_text(&recorder.log),
			    "apply ns; settle 1; delete cm; apply; settle 1; ");
	assert_string_equal(str_text(&told), "ns=1 cm=2 svc=3 ");
}

static void what_was_not_tried_is_replaced_with_leave(void **state)
{
	struct plan_step *step = let_live("cm", PLAN_APPLY);

	(void)state;
	recorder.stiff = "cm";
	assert_int_equal(carry_out(), -1);
	assert_string_equal(step->item.err.msg, "immutable");
	err_clear(&err);
	err_clear(&step->item.err);
	str_clear(&recorder.log);

	step->item.may_replace = true;
	assert_int_equal(carry_out(), 0);
	assert_int_equal(step->action, PLAN_REPLACE);
	assert_string_equal(str_text(&recorder.log),
			    "apply ns; settle 1; apply cm; delete cm; apply "
			    "cm; settle 1; apply svc; settle 1; ");
}

/* Deleted, and not made: whoever reads that has to know. */
static void what_was_deleted_and_not_made_is_an_error(void **state)
{
	struct plan_step *step = let_live("cm", PLAN_REPLACE);

	(void)state;
	step->item.immutable = "data";
	recorder.refuse = "cm";
	assert_int_equal(carry_out(), -1);
	assert_string_equal(step->item.err.msg,
			    "was deleted to be made anew, and is not made: no");
	err_clear(&err);
	err_clear(&step->item.err);

	let_live("cm", PLAN_REPLACE);
	recorder.refuse = NULL;
	recorder.die = "cm";
	assert_int_equal(carry_out(), -1);
	assert_int_equal(err.status, ERR_CANCELLED);
	assert_string_equal(step->item.err.msg,
			    "was deleted to be made anew, and is not made yet");
	assert_int_equal(step->outcome, PLAN_ERROR);
}

/* With a Deployment beside the other objects. */
static void wait_for_a_deployment(int64_t seconds, struct health health)
{
	static const char yaml[] =
		"{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}"
		"\n---\n"
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}}\n";
	const struct apply_patience patience = { .seconds = seconds };
	struct objects *want = arena_alloc(run.arena, sizeof(*want));
	struct docs docs = { 0 };

	recorder.health = health;
	assert_int_equal(doc_read_yaml(run.arena, "web.yaml",
				       (struct bytes){ yaml, sizeof(yaml) - 1 },
				       NULL, &docs, &err),
			 0);
	for (size_t i = 0; i < docs.n; i++)
		assert_int_equal(objects_add_doc(run.arena, &docs.v[i], want,
						 &err),
				 0);
	plan_init(run.arena, want, &(const struct record_members){ 0 }, &plan);
	for (size_t i = 0; i < plan.n; i++)
		plan.v[i].item.written = true;
	assert_int_equal(apply_wait(&run, &cluster, order_by_slot(&plan),
				    plan.n_want, &patience, &err),
			 health.state < HEALTH_IN_PROGRESS ? 0 : -1);
}

static void what_can_be_unhealthy_is_waited_for(void **state)
{
	(void)state;
	wait_for_a_deployment(5, (struct health){ HEALTH_CURRENT, "", false });
	assert_string_equal(str_text(&recorder.log), "wait 5000 web");
	str_clear(&recorder.log);
	wait_for_a_deployment(0, (struct health){ HEALTH_CURRENT, "", false });
	assert_string_equal(str_text(&recorder.log), "");
}

static void who_is_to_blame_is_named(void **state)
{
	(void)state;
	wait_for_a_deployment(5, (struct health){ HEALTH_FAILED, "no image",
						  false });
	assert_int_equal(err.status, ERR_UNHEALTHY);
	assert_string_equal(err.msg, "applied, but 1 of 1 objects failed");
	assert_string_equal(err.next->msg,
			    "web.yaml:1: Deployment web: failed: no image\n"
			    "Pod web-1: Failed: no image");
	assert_null(err.next->next);
}

static void who_is_late_is_named(void **state)
{
	(void)state;
	wait_for_a_deployment(5, (struct health){ HEALTH_IN_PROGRESS, "0 of 1",
						  false });
	assert_string_equal(err.msg, "applied, but 1 of 1 objects are not "
				     "healthy in time");
	assert_non_null(strstr(err.hint, "--wait"));
	assert_non_null(strstr(err.next->msg, "web: in progress: 0 of 1\n"));
}

/* A Deployment that lives in one way or the other, judged. */
static void judge_a_deployment(struct cluster_item item)
{
	static const struct object web = {
		.api_version = "apps/v1",
		.group = "apps",
		.version = "v1",
		.kind = "Deployment",
		.namespace = "",
		.name = "web",
		.origin = "web.yaml:1",
	};

	recorder.health = (struct health){ HEALTH_FAILED, "0 of 1", false };
	item.want = &web;
	plan.v[0].item = item;
	assert_int_equal(apply_judge(&run, &cluster, &plan, &err), 0);
}

static void what_lives_is_judged_once(void **state)
{
	const struct cluster_item *item = &plan.v[0].item;

	(void)state;
	judge_a_deployment((struct cluster_item){ .live = { "{}", 2 } });
	assert_string_equal(str_text(&recorder.log), "wait 0 web");
	assert_string_equal(item->health.reason, "0 of 1");
	assert_non_null(item->events);
}

static void what_is_not_there_is_not_judged(void **state)
{
	(void)state;
	judge_a_deployment((struct cluster_item){ .live = { NULL, 0 } });
	assert_string_equal(str_text(&recorder.log), "");
	assert_null(plan.v[0].item.health.reason);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stages_follow_each_other),
		TEST(nothing_follows_a_failed_stage),
		TEST(what_does_not_need_it_may_go_on),
		TEST(what_has_failed_already_is_left_out),
		TEST(the_end_of_the_run_skips_the_rest),
		TEST(an_empty_plan_asks_nothing),
		TEST(what_is_replaced_is_deleted_first),
		TEST(what_is_not_gone_is_not_made_anew),
		TEST(what_was_not_tried_is_replaced_with_leave),
		TEST(what_was_deleted_and_not_made_is_an_error),
		TEST(what_can_be_unhealthy_is_waited_for),
		TEST(who_is_to_blame_is_named),
		TEST(who_is_late_is_named),
		TEST(what_lives_is_judged_once),
		TEST(what_is_not_there_is_not_judged),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
