/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Read YAML documents from standard input, and print them as kustomize does.
 * For test_yaml_peer.py and test_yaml_probes.py, which know what kustomize
 * itself prints.
 */

#include <stdio.h>

#include "document/document.h"

#define INPUT_CAP ((size_t)64 << 20)

static void read_all(struct str *in)
{
	char block[65536];
	size_t n;

	while ((n = fread(block, 1, sizeof(block), stdin)) > 0)
		str_add_bytes(in, block, n);
}

static int print_one(struct str *out, const json_t *value, struct err *err)
{
	if (out->len)
		str_add(out, "---\n");
	return doc_write_yaml(out, value, err);
}

/* A List is its items. */
static int print(struct str *out, const struct doc *doc, struct err *err)
{
	const char *kind = doc_get_string(doc->value, "kind", NULL);
	json_t *items = doc_get(doc->value, "items", NULL), *item;
	size_t i;

	if (!kind || !str_ends(kind, "List") || !json_is_array(items))
		return print_one(out, doc->value, err);
	json_array_foreach(items, i, item)
		if (print_one(out, item, err) < 0)
			return -1;
	return 0;
}

static int round_trip(struct bytes in, struct str *out, struct err *err)
{
	static const struct doc_budget budget = {
		.file_bytes = INPUT_CAP,
		.depth = 128,
		.nodes = 10000000,
		.documents = 1000000,
	};
	AUTO_ARENA struct arena *arena = arena_new();
	struct docs docs = { 0 };

	if (doc_read_manifests(arena, "stdin", in, &budget, &docs, err) < 0)
		return -1;
	for (size_t i = 0; i < docs.n; i++)
		if (print(out, &docs.v[i], err) < 0)
			return err_wrap(err, "%s", docs.v[i].origin);
	return 0;
}

int main(void)
{
	AUTO_STR struct str in = STR_INIT(INPUT_CAP);
	AUTO_STR struct str out = STR_INIT(STR_BIG);
	AUTO_ERR struct err err = { 0 };

	doc_init();
	read_all(&in);
	if (round_trip(str_bytes(&in), &out, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		return 2;
	}
	return fwrite(str_text(&out), 1, out.len, stdout) != out.len;
}
