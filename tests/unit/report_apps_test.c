/* SPDX-License-Identifier: Apache-2.0 */

/* What people read of apps: status and history. */

#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/vec.h"
#include "report/report.h"

#define HOUR INT64_C(3600)

static struct run run;
static struct err err;
static struct report *report;
static char *out;
static size_t out_size;
static FILE *out_file;
static struct plan plan;
static struct record records[2];
static struct status status;

static const struct revision revision = {
	.oid = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
	.name = "main",
	.author = "Ada <ada@example.com>",
	.subject = "raise the number of workers",
};

static const struct cluster cluster = { .kind = "kube", .name = "staging" };

static struct record_sync sync_of(int64_t number, const char *result)
{
	return (struct record_sync){
		.number = number,
		.when = clock_wall() - 2 * HOUR - 60,
		.seconds = 75,
		.commit = "0f9e8d7c6b5a",
		.ref = "v1.0",
		.author = "Ada <ada@example.com>",
		.subject = "a web server",
		.who = "ada@laptop.example.com",
		.job = "",
		.result = result,
		.signature = "",
		.signer = "",
		.note = "",
	};
}

static void open_with(struct report_args args)
{
	args.out = out_file;
	args.err = stderr;
	report_open(&run, &args, &report);
	report_source(report, "config.git", &revision);
	report_cluster(report, &cluster);
}

/* App web with three objects, and app other that was never synced. */
static int setup(void **state)
{
	static const char yaml[] =
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n"
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n---\n"
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n";
	struct docs docs = { 0 };
	struct objects *want;

	(void)state;
	out_file = open_memstream(&out, &out_size);
	run_init(&run, NULL);
	want = arena_alloc(run.arena, sizeof(*want));
	assert_int_equal(doc_read_yaml(run.arena, "a.yaml",
				       (struct bytes){ yaml, sizeof(yaml) - 1 },
				       NULL, &docs, &err),
			 0);
	for (size_t i = 0; i < docs.n; i++) {
		assert_int_equal(objects_add_doc(run.arena, &docs.v[i], want,
						 &err),
				 0);
		want->v[i].app = "web";
	}
	plan_init(run.arena, want, &(const struct record_members){ 0 }, &plan);
	record_init(run.arena, "web", "default", &records[0]);
	record_init(run.arena, "other", "default", &records[1]);
	records[0].exists = true;
	*vec_push(run.arena, &records[0].syncs) = sync_of(7, "done");
	status = (struct status){ 0 };
	for (size_t i = 0; i < 2; i++)
		*vec_push(run.arena, &status) = (struct status_app){
			.record = &records[i],
		};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < plan.n; i++)
		err_clear(&plan.v[i].item.err);
	err_clear(&err);
	run_release(&run);
	fclose(out_file);
	free(out);
	return 0;
}

static void assert_out(const char *text)
{
	fflush(out_file);
	assert_string_equal(out ? out : "", text);
}

static void an_app_has_a_line(void **state)
{
	(void)state;
	open_with((struct report_args){ .command = "status" });
	status.v[0].judged = 12;
	status.v[0].healthy = 12;
	report_status(report, &plan, &status);
	assert_out("web    in sync       12 of 12 healthy  v1.0@0f9e8d7 2h ago "
		   "by ada \"a web server\"\n"
		   "other  never synced\n"
		   "1 in sync, 1 never synced: main@1a2b3c4 \"raise the number "
		   "of workers\" -> staging\n");
}

static void what_needs_attention_is_below(void **state)
{
	static const char *events[] = { "Pod web-1: Failed: no such tag",
					NULL };

	(void)state;
	open_with((struct report_args){ .command = "status" });
	plan_set_action(&plan, &plan.v[0], PLAN_CHANGE);
	plan.v[0].cause = PLAN_DRIFTED;
	plan_set_action(&plan, &plan.v[1], PLAN_CREATE);
	plan.v[1].cause = PLAN_AWAITED;
	plan.v[2].item.health = (struct health){
		HEALTH_FAILED,
		"0 of 1 replicas are ready; Pod web-1: container 'web': "
		"ImagePullBackOff: Back-off pulling image",
		false,
	};
	plan.v[2].item.events = events;
	records[0].syncs.v[0].result = "unhealthy";
	records[0].repository = "git.example.com/old";
	status.n = 1;
	status.v[0].drifted = 1;
	status.v[0].awaited = 1;
	status.v[0].judged = 1;
	status.v[0].moved = true;
	report_status(report, &plan, &status);
	assert_out("web  drifted  0 of 1 healthy  v1.0@0f9e8d7 unhealthy 2h "
		   "ago by ada\n"
		   "  moved       it was synced from git.example.com/old\n"
		   "  behind      main@1a2b3c4 is not synced yet\n"
		   "  drifted     change ConfigMap a\n"
		   "  pending     create ConfigMap b\n"
		   "  failed      ConfigMap c: 0 of 1 replicas are ready; Pod "
		   "web-1: container\n"
		   "              'web': ImagePullBackOff: Back-off pulling "
		   "image\n"
		   "              Pod web-1: Failed: no such tag\n"
		   "1 drifted: main@1a2b3c4 \"raise the number of workers\" -> "
		   "staging\n");
}

static void what_the_cluster_does_not_tell_is_unknown(void **state)
{
	(void)state;
	open_with((struct report_args){ .command = "status" });
	plan_set_action(&plan, &plan.v[0], PLAN_FAILED);
	err_set(&plan.v[0].item.err, ERR_ACCESS, "forbidden");
	status.n = 1;
	status.v[0].failed = 1;
	report_status(report, &plan, &status);
	assert_out("web  unknown  v1.0@0f9e8d7 2h ago by ada \"a web server\"\n"
		   "  unknown     ConfigMap a\n"
		   "1 unknown: main@1a2b3c4 \"raise the number of workers\" -> "
		   "staging\n");
}

/* A plan of so many ConfigMaps that are to be created. */
static void many(size_t n)
{
	struct objects *want = arena_alloc(run.arena, sizeof(*want));

	for (size_t i = 0; i < n; i++)
		*vec_push(run.arena, want) = (struct object){
			.kind = "ConfigMap",
			.group = "",
			.namespace = "",
			.name = arena_printf(run.arena, "c%zu", i),
			.origin = "",
			.app = "web",
		};
	plan_init(run.arena, want, &(const struct record_members){ 0 }, &plan);
	for (size_t i = 0; i < n; i++) {
		plan_set_action(&plan, &plan.v[i], PLAN_CREATE);
		plan.v[i].cause = PLAN_AWAITED;
	}
	status.n = 1;
	status.v[0].awaited = n;
}

static void many_objects_are_counted(void **state)
{
	(void)state;
	open_with((struct report_args){ .command = "status" });
	many(13);
	report_status(report, &plan, &status);
	fflush(out_file);
	assert_non_null(strstr(out, "  pending     create ConfigMap c9\n"
				    "              and 3 more; -v names them\n"
				    "1 pending: "));
	assert_null(strstr(out, "c10"));
}

static void verbosely_all_are_named(void **state)
{
	(void)state;
	open_with((struct report_args){ .command = "status" });
	run.verbose = 1;
	many(13);
	report_status(report, &plan, &status);
	fflush(out_file);
	assert_non_null(strstr(out, "ConfigMap c12\n1 pending: "));
}

/* The syncs of these records. */
static void show_history(size_t n)
{
	struct report_past past[ARRAY_LEN(records)] = { 0 };

	for (size_t i = 0; i < n; i++) {
		past[i].record = &records[i];
		for (size_t j = 0; j < records[i].syncs.n; j++)
			*vec_push(run.arena,
				  &past[i].events) = (struct report_event){
				.when = records[i].syncs.v[j].when,
				.sync = &records[i].syncs.v[j],
			};
	}
	report_history(report, past, n);
}

static void a_history_has_two_lines_for_each_sync(void **state)
{
	struct record_sync *sync;

	(void)state;
	open_with((struct report_args){ .command = "history" });
	records[0].syncs.v[0].when = 1769860800;
	records[0].syncs.v[0].created = 3;
	records[0].syncs.v[0].failed = 1;
	records[0].syncs.v[0].result = "failed";
	sync = vec_push(run.arena, &records[0].syncs);
	*sync = sync_of(6, "done");
	sync->when = 1769860000;
	sync->seconds = 0;
	sync->commit = "";
	sync->author = "";
	sync->subject = "";
	sync->signature = "good";
	sync->signer = "Ann <ann@example.com> (key 1234)";
	sync->note = "taken because commit 1a2b3c4 \"evil\" is not signed";
	sync->job = "https://ci.example.com/jobs/6";
	show_history(2);
	assert_out(
		"web\n"
		"!    7 failed     2026-01-31T12:00:00Z  v1.0@0f9e8d7 \"a web "
		"server\"\n"
		"       3 created, 1 failed in 1m15s by "
		"ada@laptop.example.com; commit by Ada\n"
		"       <ada@example.com>\n"
		"     6 done       2026-01-31T11:46:40Z  worktree\n"
		"       nothing to do in 0s by ada@laptop.example.com\n"
		"       good signature by Ann <ann@example.com> (key 1234)\n"
		"       taken because commit 1a2b3c4 \"evil\" is not signed\n"
		"       https://ci.example.com/jobs/6\n"
		"other: never synced\n");
}

/* A release, its sync, and the way back, which rejects what it brought. */
static void show_events(void)
{
	static const struct revision release = {
		.oid = "9f8e7d6c5b4a",
		.author = "Bob <bob@example.com>",
		.subject = "Release nginx 1.0 -> 1.1",
	};
	static const struct revision rollback = {
		.oid = "5c4b3a2918f7",
		.author = "Ada <ada@example.com>",
		.subject = "Roll back web to 1a2b3c4 (a web server)",
	};
	static const char *const moves[] = { "nginx 1.0 -> 1.1", "web 3 -> 4",
					     NULL };
	static const char *const rejected[] = { "nginx:1.1", "web:4", NULL };
	struct report_past past = { .record = &records[0] };
	struct record_sync *sync = &records[0].syncs.v[0];

	sync->when = 1769860800;
	sync->changed = 1;
	sync->images = arena_memdup(run.arena, moves, sizeof(moves));
	*vec_push(run.arena, &past.events) = (struct report_event){
		.when = 1769860900,
		.commit = &rollback,
		.back_to = "1a2b3c4d5e6f",
		.images = rejected,
	};
	*vec_push(run.arena, &past.events) = (struct report_event){
		.when = sync->when,
		.sync = sync,
	};
	*vec_push(run.arena, &past.events) = (struct report_event){
		.when = 1769860000,
		.commit = &release,
		.images = moves,
	};
	report_history(report, &past, 1);
}

static void commits_stand_between_the_syncs(void **state)
{
	(void)state;
	open_with((struct report_args){ .command = "history" });
	show_events();
	assert_out(
		"web\n"
		"<      rollback   2026-01-31T12:01:40Z  5c4b3a2 \"Roll back "
		"web to 1a2b3c4 (a...\"\n"
		"       back to 1a2b3c4, rejects nginx:1.1, web:4; commit by "
		"Ada\n"
		"       <ada@example.com>\n"
		"     7 done       2026-01-31T12:00:00Z  v1.0@0f9e8d7 \"a web "
		"server\"\n"
		"       1 changed in 1m15s by ada@laptop.example.com; commit "
		"by Ada\n"
		"       <ada@example.com>\n"
		"       nginx 1.0 -> 1.1, web 3 -> 4\n"
		"+      release    2026-01-31T11:46:40Z  9f8e7d6 \"Release "
		"nginx 1.0 -> 1.1\"\n"
		"       web 3 -> 4\n"
		"       commit by Bob <bob@example.com>\n");
}

static void commits_are_coloured(void **state)
{
	(void)state;
	open_with((struct report_args){
		.command = "history",
		.color = REPORT_ALWAYS,
	});
	show_events();
	fflush(out_file);
	assert_non_null(
		strstr(out, "\n\033[33m<\033[0m      \033[33mrollback"));
	assert_non_null(strstr(out, "\n\033[36m+\033[0m      \033[36mrelease"));
}

static void the_result_is_coloured(void **state)
{
	(void)state;
	open_with((struct report_args){
		.command = "history",
		.color = REPORT_ALWAYS,
	});
	*vec_push(run.arena, &records[0].syncs) = sync_of(6, "unhealthy");
	*vec_push(run.arena, &records[0].syncs) = sync_of(5, "failed");
	show_history(1);
	fflush(out_file);
	assert_non_null(strstr(out, "     7 \033[32mdone\033[0m       2"));
	assert_non_null(strstr(out, "\033[33m!\033[0m    6 "
				    "\033[33munhealthy\033[0m  2"));
	assert_non_null(strstr(out, "\033[31m!\033[0m    5 "
				    "\033[31mfailed\033[0m     2"));
}

static void what_a_record_holds_cannot_steer_the_terminal(void **state)
{
	(void)state;
	open_with((struct report_args){ .command = "history" });
	records[0].syncs.v[0].result = "\033[2Jdone";
	records[0].syncs.v[0].subject = "a\nb";
	show_history(1);
	fflush(out_file);
	assert_null(strchr(out, '\033'));
	assert_non_null(strstr(out, "\"a\\x0ab\""));
}

static void nothing_is_said_quietly(void **state)
{
	(void)state;
	open_with((struct report_args){ .command = "status", .quiet = true });
	report_status(report, &plan, &status);
	show_history(2);
	assert_out("");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_app_has_a_line),
		TEST(what_needs_attention_is_below),
		TEST(what_the_cluster_does_not_tell_is_unknown),
		TEST(many_objects_are_counted),
		TEST(verbosely_all_are_named),
		TEST(a_history_has_two_lines_for_each_sync),
		TEST(commits_stand_between_the_syncs),
		TEST(commits_are_coloured),
		TEST(the_result_is_coloured),
		TEST(what_a_record_holds_cannot_steer_the_terminal),
		TEST(nothing_is_said_quietly),
	};

	doc_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
