/* SPDX-License-Identifier: Apache-2.0 */

/*
 * images tags|digests|dates [--OPTION=VALUE...] IMAGE...
 *
 * Ask registries, as gitops does, and print the answers as JSON; for
 * test_registry.py.  Options: --platform, --cache, --fresh=SECONDS,
 * --http=HOST, --again (ask twice).
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/event.h"
#include "document/document.h"
#include "image/registry.h"

#define MOST 4096

struct args {
	const char *command;
	struct registry_options options;
	const char *plain_http[MOST + 1];
	bool again;
	const char *images[MOST];
	size_t n;
};

static void set_new(json_t *out, json_t *value, const char *name)
{
	json_object_set_new(out, name, value);
}

static void add_error(json_t *out, struct err *err)
{
	if (!err->status)
		return;
	doc_set_string(out, err->msg, "error", NULL);
	if (err->hint)
		doc_set_string(out, err->hint, "hint", NULL);
	set_new(out, json_integer(err->status), "status");
	err_clear(err);
}

static int print_tags(struct run *run, struct registry *registry,
		      const struct image_ref *refs, size_t n, json_t *out,
		      struct err *err)
{
	static struct registry_repository all[MOST];

	memset(all, 0, sizeof(all));
	for (size_t i = 0; i < n; i++)
		all[i].image = &refs[i];
	if (registry_tags(registry, all, n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		json_t *one = doc_object(run->arena);
		json_t *tags = json_array();

		for (size_t k = 0; k < all[i].n_tags; k++)
			json_array_append_new(tags,
					      json_string(all[i].tags[k]));
		set_new(one, tags, "tags");
		set_new(one, json_integer((json_int_t)all[i].n_invalid),
			"invalid");
		add_error(one, &all[i].err);
		json_array_append(out, one);
	}
	return 0;
}

static int print_images(struct run *run, struct registry *registry,
			const struct image_ref *refs, size_t n, bool dates,
			json_t *out, struct err *err)
{
	static struct registry_image all[MOST];

	memset(all, 0, sizeof(all));
	for (size_t i = 0; i < n; i++) {
		all[i].image = &refs[i];
		all[i].tag = refs[i].digest ? refs[i].digest : refs[i].tag;
		all[i].want_date = dates;
	}
	if (registry_look(registry, all, n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		json_t *one = doc_object(run->arena);

		if (all[i].digest)
			doc_set_string(one, all[i].digest, "digest", NULL);
		if (all[i].gone)
			set_new(one, json_true(), "gone");
		if (all[i].has_date) {
			set_new(one, json_integer(all[i].built_s), "built");
			set_new(one, json_integer(all[i].built_ns), "ns");
		}
		add_error(one, &all[i].err);
		json_array_append(out, one);
	}
	return 0;
}

static int ask(struct run *run, struct registry *registry,
	       const struct args *args, json_t *out, struct err *err)
{
	struct image_ref *refs = arena_array(run->arena, args->n + 1,
					     sizeof(*refs));

	for (size_t i = 0; i < args->n; i++)
		if (image_ref_parse(run->arena, args->images[i], &refs[i],
				    err) < 0)
			return -1;
	if (strcmp(args->command, "tags") == 0)
		return print_tags(run, registry, refs, args->n, out, err);
	return print_images(run, registry, refs, args->n,
			    strcmp(args->command, "dates") == 0, out, err);
}

static void print_counts(struct registry *registry, json_t *out)
{
	size_t n;
	const struct registry_count *counts = registry_counts(registry, &n);

	for (size_t i = 0; i < n; i++) {
		json_t *one = json_array();

		json_array_append_new(one,
				      json_integer(
					      (json_int_t)counts[i].requests));
		json_array_append_new(one,
				      json_integer(
					      (json_int_t)counts[i].tokens));
		set_new(out, one, counts[i].host);
	}
}

static int work(struct run *run, const struct args *args, struct str *text,
		struct err *err)
{
	json_t *out = doc_object(run->arena), *images = doc_array(run->arena);
	json_t *counts = doc_object(run->arena);
	struct registry *registry;

	if (registry_open(run, &args->options, &registry, err) < 0)
		return -1;
	for (int i = 0; i <= args->again; i++) {
		json_array_clear(images);
		if (ask(run, registry, args, images, err) < 0)
			return -1;
	}
	print_counts(registry, counts);
	doc_set(out, images, "images", NULL);
	doc_set(out, counts, "counts", NULL);
	doc_write_json(text, out);
	return 0;
}

static const char *value_of(const char *arg, const char *name)
{
	return str_starts(arg, name) ? arg + strlen(name) : NULL;
}

static void read_args(char **argv, struct args *out)
{
	size_t n_http = 0;
	const char *value;

	out->command = argv[1];
	for (argv += 2; *argv && out->n < MOST; argv++) {
		if ((value = value_of(*argv, "--platform=")))
			out->options.platform = value;
		else if ((value = value_of(*argv, "--cache=")))
			out->options.cache = value;
		else if ((value = value_of(*argv, "--fresh=")))
			out->options.tags_fresh_s = strtol(value, NULL, 10);
		else if ((value = value_of(*argv, "--http=")))
			out->plain_http[n_http++] = value;
		else if (strcmp(*argv, "--again") == 0)
			out->again = true;
		else
			out->images[out->n++] = *argv;
	}
	out->options.plain_http = out->plain_http;
}

static void show(void *payload, const struct event *event)
{
	(void)payload;
	if (event->kind != EVENT_PROGRESS && event->text)
		fprintf(stderr, "%s\n", event->text);
}

extern char **environ;

int main(int argc, char **argv)
{
	static struct args args;
	AUTO_STR struct str text = STR_INIT(STR_BIG);
	AUTO_STR struct str redacted = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };
	struct run run;
	int status = 2;

	if (argc < 2)
		return 2;
	doc_init();
	run_init(&run, (const char *const *)environ);
	run.emit = show;
	run.verbose = 2;
	run.deadline_ms = 0;
	read_args(argv, &args);
	if (work(&run, &args, &text, &err) == 0) {
		run_redact(&run, &redacted, text.data, text.len);
		puts(str_text(&redacted));
		status = 0;
	} else {
		fprintf(stderr, "error: %s\n", err.msg);
		if (err.hint)
			fprintf(stderr, "hint: %s\n", err.hint);
	}
	run_release(&run);
	return status;
}
