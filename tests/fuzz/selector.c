/* SPDX-License-Identifier: Apache-2.0 */

/* The first line is a label selector and a regular expression, the second a
 * text that they are held against. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/regex.h"
#include "document/node.h"
#include "render/kustomize/label_selector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err one = { 0 }, other = { 0 };
	char *text = arena_strndup(arena, (const char *)data, size);
	char *second = text + strcspn(text, "\n");
	struct label_selector *selector;
	struct node *labels = node_mapping(arena);
	struct regex *regex;

	if (*second)
		*second++ = '\0';
	node_add(arena, labels, "app", node_string(arena, second));
	if (label_selector_parse(arena, text, &selector, &one) < 0)
		check(one.status == ERR_INPUT);
	else
		(void)label_selector_matches(selector, labels);
	if (regex_compile_whole(arena, text, &regex, &other) < 0)
		check(other.status == ERR_INPUT);
	else
		(void)regex_matches(regex, second, strlen(second));
	return 0;
}
